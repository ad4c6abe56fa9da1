import Tensors

/// Adds to every row a weighted sum of itself and the few rows before it, each channel on its own.
///
/// With it a name of several tokens is one vector before attention looks for it, which otherwise costs a core its
/// first layers (the "Canon layers" of Allen-Zhu, Physics of Language Models 4.1; H3's shift, 2212.14052).
public struct ShortConvolution: Sendable {
  /// The weights [count, 1, width]; the first is a row's own.
  public let taps: Parameter

  /// Creates the layer in `scope` under the key `taps`; it begins as the identity.
  public init(count: Int, width: Int, in scope: ParameterScope) throws {
    taps = try scope.parameter("taps", [count, 1, width], .constant(0))
  }

  /// How many rows before its own a row sees.
  public var reach: Int { taps.shape[0] - 1 }

  /// [batch, time, width] -> [batch, time, width]; `preceding` [batch, rows, width] are the rows before the first,
  /// zeros unless given.
  public func callAsFunction(_ x: Tensor, preceding: Tensor? = nil) -> Tensor {
    guard let preceding else { return x + x.causallyConvolved(with: taps.effective) }
    let all = Tensor.concatenated([preceding, x], axis: 1)
    let mixed = all.causallyConvolved(with: taps.effective)
    return x + mixed.sliced(axis: 1, preceding.shape[1]..<all.shape[1])
  }
}
