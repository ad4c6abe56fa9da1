import Layers
import Tensors

/// A rule that turns gradients into new parameter values.
public protocol Optimizer {
  /// Whether every element of `parameter` is updated without a look at the others, so that its rows may be updated apart.
  func isElementwise(for parameter: Parameter) -> Bool

  /// Begins a step before its gradients are computed; who wants to know them as they come, returns what is to hear of each.
  mutating func beginStep(_ parameters: [Parameter]) -> GradientListener?

  /// Moves `parameters` along `gradients`, which are multiplied by `gradientScale` first.
  ///
  /// `rate` multiplies the optimizer's own learning rate; schedules act through it.
  mutating func update(
    _ parameters: [Parameter], along gradients: Gradients, rate: Float, gradientScale: Float) throws

  /// Everything that the next step depends on, as named tensors.
  var state: [(name: String, tensor: Tensor)] { get }

  /// Takes up the state that ``state`` gave when the optimizer worked on `parameters`.
  ///
  /// - Throws: ``OptimizerError`` naming what is missing, of another shape or nobody's.
  mutating func restore(_ state: any TensorSource, for parameters: [Parameter]) throws
}

extension Optimizer {
  public func isElementwise(for parameter: Parameter) -> Bool { false }
  public func beginStep(_ parameters: [Parameter]) -> GradientListener? { nil }
}

/// What can be wrong with saved optimizer state.
public enum OptimizerError: Error, CustomStringConvertible {
  case malformedState(name: String, source: String)

  public var description: String {
    switch self {
    case .malformedState(let name, let source):
      "\(source): optimizer state '\(name)' is missing, has the wrong shape or belongs to no parameter"
    }
  }
}

/// A step count as a tensor, split so that float32 holds it exactly.
func counter(_ steps: Int) -> Tensor {
  Tensor([Float(steps >> 20), Float(steps & 0xfffff)], shape: [2])
}

/// The step count saved by ``counter(_:)``.
func steps(in state: any TensorSource, named name: String) throws -> Int {
  guard let tensor = try state.tensor(named: name), tensor.shape == [2] else {
    throw OptimizerError.malformedState(name: name, source: state.sourceName)
  }
  let halves = tensor.values
  guard halves.allSatisfy({ $0 >= 0 && $0 < 0x1p21 && $0 == $0.rounded() }) else {
    throw OptimizerError.malformedState(name: name, source: state.sourceName)
  }
  return Int(halves[0]) << 20 | Int(halves[1])
}

/// The saved tensors called `prefix` and a parameter's path, by path, in memory of their own.
func buffers(
  _ prefix: String, for parameters: [Parameter], in state: any TensorSource
) throws -> [String: Tensor] {
  let shapes = Dictionary(parameters.map { ($0.path, $0.shape) }, uniquingKeysWith: { $1 })
  var buffers: [String: Tensor] = [:]
  for name in state.tensorNames where name.hasPrefix(prefix) {
    let path = String(name.dropFirst(prefix.count))
    // Updates run over raw memory: a shape that lies must not get there.
    guard let tensor = try state.tensor(named: name), tensor.shape == shapes[path] else {
      throw OptimizerError.malformedState(name: name, source: state.sourceName)
    }
    buffers[path] = tensor.owned()
  }
  return buffers
}
