import Tensors

/// One operation on inputs of given sizes, declared once: it is tested, gradient-checked and timed.
public struct OperationCase: Sendable, CustomStringConvertible {
  /// The operation, then what sets the case apart: "attention.grouped.slots".
  public let name: String

  public let inputs: [InputSpecification]

  /// The precision of matrix products.
  public let precision: Precision

  /// Floating-point operations of the forward pass; nil where memory traffic is what costs.
  public let flops: Int?

  public let tolerance: Tolerance

  package let compute: @Sendable ([Tensor]) -> Tensor
  package let reference: @Sendable ([ReferenceArray]) -> ReferenceArray

  /// Declares `compute` beside `reference`, which says the same in float64 and plain loops.
  public init(
    _ name: String, _ inputs: [InputSpecification], precision: Precision = .float32,
    flops: Int? = nil, tolerance: Tolerance = .float32,
    compute: @escaping @Sendable ([Tensor]) -> Tensor,
    reference: @escaping @Sendable ([ReferenceArray]) -> ReferenceArray
  ) {
    self.name = name
    self.inputs = inputs
    self.precision = precision
    self.flops = flops
    self.tolerance = tolerance
    self.compute = compute
    self.reference = reference
  }

  /// The name and the shapes of the inputs; no two cases of a catalog share it.
  public var description: String {
    ([name] + inputs.map(\.shape.description)).joined(separator: " ")
  }
}

/// How far a result may lie from its reference, relative to the element and to the mean square.
public struct Tolerance: Sendable {
  public var forward, gradient: Double

  public init(forward: Double, gradient: Double) {
    self.forward = forward
    self.gradient = gradient
  }

  /// Sums of a few hundred float32 terms.
  public static let float32 = Tolerance(forward: 1e-5, gradient: 1e-4)

  /// Products of factors that are themselves rounded to 8 bits.
  public static let bfloat16 = Tolerance(forward: 2e-2, gradient: 2e-2)
}
