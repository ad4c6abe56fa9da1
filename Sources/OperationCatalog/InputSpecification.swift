import Tensors

/// The shape of an input of an operation and how its elements are drawn.
public struct InputSpecification: Sendable {
  public enum Content: Sendable {
    case floats(ClosedRange<Float>)
    /// Floats that bfloat16 holds exactly, so that its products round nothing but their sums.
    case bfloat16Floats(ClosedRange<Float>)
    case indices(Range<Int>)
  }

  public let shape: Shape
  public let content: Content
  public let isDifferentiable: Bool

  public static func floats(
    _ shape: Shape, in range: ClosedRange<Float> = -1...1, isDifferentiable: Bool = true
  ) -> InputSpecification {
    InputSpecification(shape: shape, content: .floats(range), isDifferentiable: isDifferentiable)
  }

  public static func bfloat16Floats(
    _ shape: Shape, in range: ClosedRange<Float> = -1...1
  ) -> InputSpecification {
    InputSpecification(shape: shape, content: .bfloat16Floats(range), isDifferentiable: true)
  }

  public static func indices(_ shape: Shape, in range: Range<Int>) -> InputSpecification {
    InputSpecification(shape: shape, content: .indices(range), isDifferentiable: false)
  }

  /// A tensor as specified, uniformly distributed.
  package func draw(using random: inout RandomSource) -> Tensor {
    switch content {
    case .floats(let range):
      let (middle, bound) = (range.middle, range.halfWidth)
      return Tensor(shape: shape) { floats in
        for index in floats.indices {
          floats[index] = middle + bound * (2 * random.uniform() - 1)
        }
      }
    case .bfloat16Floats(let range):
      return InputSpecification.floats(shape, in: range).draw(using: &random).bfloat16().float32()
    case .indices(let range):
      return Tensor(
        indices: (0..<shape.count).map { _ in Int32(random.integer(in: range)) }, shape: shape)
    }
  }
}

extension ClosedRange<Float> {
  fileprivate var middle: Float { (lowerBound + upperBound) / 2 }
  fileprivate var halfWidth: Float { (upperBound - lowerBound) / 2 }
}
