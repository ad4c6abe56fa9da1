import Layers
import Tensors

/// Numbers that differ from name to name and are the same every time.
func drawn(_ shape: Shape, _ name: String, deviation: Float = 1) -> Tensor {
  var random = RandomSource(seed: 11, name: name)
  return .normal(shape, deviation: deviation, using: &random)
}

func parameter(_ path: String, _ shape: Shape) -> Parameter {
  Parameter(path: path, value: drawn(shape, path))
}

/// Gradients that are exactly `slopes`, by way of the loss sum(parameter * slope).
func gradients(_ slopes: [(Parameter, Tensor)]) -> Gradients {
  let gradients = Gradients()
  for (parameter, slope) in slopes { (parameter.value * slope).sum().backward(into: gradients) }
  return gradients
}

/// The slope of `parameter` at `step`, another one every step.
func slope(_ parameter: Parameter, step: Int) -> Tensor {
  drawn(parameter.shape, "\(parameter.path) at \(step)")
}

/// A source of tensors from an optimizer's state, as a checkpoint would give it back.
func saved(_ state: [(name: String, tensor: Tensor)]) -> TensorDictionary {
  TensorDictionary(sourceName: "run.safetensors", state.map { ($0.name, $0.tensor.owned()) })
}

func doubles(_ tensor: Tensor) -> [Double] { tensor.values.map(Double.init) }

/// The largest difference, relative to the largest expected element.
func error(of found: Tensor, against expected: [Double]) -> Double {
  let scale = expected.map(abs).max() ?? 1
  return zip(doubles(found), expected).map { abs($0 - $1) }.max()! / scale
}
