import Layers
import Tensors

/// What elastic weight consolidation (1612.00796) holds of all tasks so far: how much each weight mattered, and where it was.
struct Consolidation {
  /// The sum over tasks of the squared gradients F, and of F times the weights.
  private var importance: [String: Tensor] = [:]
  private var anchors: [String: Tensor] = [:]

  /// Half the sum over tasks of F (W - W_task)^2, but for what does not depend on W.
  func penalty(_ parameters: [Parameter]) -> Tensor {
    var sum = Tensor([0], shape: [])
    for parameter in parameters {
      guard let importance = importance[parameter.path], let anchor = anchors[parameter.path]
      else { continue }
      let value = parameter.effective
      sum = sum + (value * (value * importance * 0.5 - anchor)).sum()
    }
    return sum
  }

  /// Takes up a task that is over: the mean squared gradient of single examples' losses.
  mutating func settle(
    _ parameters: [Parameter], losses count: Int, _ loss: (Int) throws -> Tensor
  ) rethrows {
    var squares: [String: Tensor] = [:]
    for index in 0..<count {
      let gradients = Gradients()
      try loss(index).backward(into: gradients)
      for parameter in parameters {
        guard let gradient = gradients[parameter.value] else { continue }
        let square = gradient * gradient * (1 / Float(count))
        squares[parameter.path] = squares[parameter.path].map { $0 + square } ?? square
      }
    }
    for parameter in parameters {
      guard let square = squares[parameter.path] else { continue }
      let anchor = square * parameter.value.detached()
      let path = parameter.path
      importance[path] = importance[path].map { $0 + square } ?? square
      anchors[path] = anchors[path].map { $0 + anchor } ?? anchor
    }
  }
}
