import CKernels
import Layers
import Tensors

/// Gradient descent: every parameter goes down its gradient, W <- W - rate g.
///
/// A step is the point where what the gradient promises and the distance gone balance:
/// argmin_W <W, g> + |W - W_t|^2 / (2 rate) (2512.24695, section 2).
public struct SGD: Optimizer {
  public var learningRate, weightDecay: Float

  public init(learningRate: Float, weightDecay: Float = 0) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
  }

  public func isElementwise(for parameter: Parameter) -> Bool { true }

  public mutating func update(
    _ parameters: [Parameter], along gradients: Gradients, rate: Float, gradientScale: Float
  ) {
    let step = learningRate * rate
    for parameter in parameters {
      guard let gradient = gradients[parameter.value] else { continue }
      parameter.value.descend(gradient, by: step * gradientScale, decay: 1 - step * weightDecay)
    }
  }

  public var state: [(name: String, tensor: Tensor)] { [] }

  public func restore(_ state: any TensorSource, for parameters: [Parameter]) throws {
    if let name = state.tensorNames.first {
      throw OptimizerError.malformedState(name: name, source: state.sourceName)
    }
  }
}

extension Tensor {
  /// Moves this tensor in place: W <- decay W - rate direction.
  func descend(_ direction: Tensor, by rate: Float, decay: Float) {
    direction.withFloats { direction in
      update { ck_axpby(-rate, direction.baseAddress, decay, $0.baseAddress, $0.count) }
    }
  }
}
