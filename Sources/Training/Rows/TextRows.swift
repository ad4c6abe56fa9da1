import Corpora
import Tensors

/// Rows of plain text, every token of which is learned; some read a passage over and over.
///
/// The repeating ones teach a core to look back: a night's teacher is the core with the day in its context.
public struct TextRows: RowSource {
  private let windows: TokenWindows
  /// The share of rows that repeat themselves.
  private let repeatShare: Double
  private let weight: Float

  /// Every token counts `weight`.
  ///
  /// - Precondition: `tokens` has more than `length` tokens.
  public init(
    _ tokens: [Int32], length: Int, repeatShare: Double = 0.2, weight: Float = 1, seed: UInt64
  ) {
    self.weight = weight
    windows = TokenWindows(tokens, length: length, seed: seed)
    self.repeatShare = repeatShare
  }

  public var length: Int { windows.length }

  public var fingerprint: String {
    "\(windows.tokens.count) tokens, digest \(windows.digest), rows of \(length), "
      + "\(repeatShare) repeated, weight \(weight), seed \(windows.seed)"
  }

  public func rows(step: Int, count: Int) -> [PackedRow] {
    let starts = windows.starts(step: step, batch: count)
    let periods = windows.periods(step: step, batch: count, share: repeatShare)
    return zip(starts, periods).map {
      PackedRow(
        windows.window(at: $0, period: $1), weights: [0] + Array(repeating: weight, count: length))
    }
  }
}
