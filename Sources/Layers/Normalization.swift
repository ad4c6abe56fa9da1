import Tensors

/// Which normalisation stands before every block.
public enum NormalizationKind: String, Sendable, Codable {
  /// RMSNorm without a weight, as in nanochat.
  case plainRMS
  /// RMSNorm with a weight (1910.07467), as in Llama.
  case rms
  /// LayerNorm with weight and bias (1607.06450), as in GPT-2.
  case layer
}

/// A normalisation of rows, of one of the three kinds.
public struct Normalization: Sendable {
  private let kind: NormalizationKind
  private let epsilon: Float
  private let weight, bias: Parameter?

  /// Creates the normalisation in `scope` under the keys `weight` and `bias`, as far as its kind has them.
  public init(
    _ kind: NormalizationKind, width: Int, epsilon: Float, in scope: ParameterScope
  ) throws {
    self.kind = kind
    self.epsilon = epsilon
    weight = kind == .plainRMS ? nil : try scope.parameter("weight", [width], .constant(1))
    bias = kind == .layer ? try scope.parameter("bias", [width], .constant(0)) : nil
  }

  /// [..., width] -> [..., width].
  ///
  /// With `isMultiplied` the result is read by products alone; see ``Tensors/Tensor/activated(by:isMultiplied:)``.
  public func callAsFunction(_ x: Tensor, isMultiplied: Bool = false) -> Tensor {
    switch kind {
    case .plainRMS, .rms:
      x.rmsNormalized(weight: weight?.effective, epsilon: epsilon, isMultiplied: isMultiplied)
    case .layer:
      x.layerNormalized(
        weight: weight!.effective, bias: bias?.effective, epsilon: epsilon,
        isMultiplied: isMultiplied)
    }
  }
}
