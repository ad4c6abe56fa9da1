import Corpora
import LanguageModels
import Tensors

/// What the tokens of rows are to be predicted as: what stands there, or more than that.
///
/// It follows from the rows alone, so that a run that was stopped goes on in the same bytes.
public protocol RowTargets: Sendable {
  /// What must be equal for one run to go on where another stopped; empty for the rows' own labels.
  var fingerprint: String { get }

  /// What making the targets of one token costs, in floating-point operations.
  var operationsPerToken: Int { get }

  /// Targets of every token but the first of each row, [rows * length, perToken].
  ///
  /// The weights of a token sum to that of the row, or do so on average. Called on several threads.
  func targets(for rows: [PackedRow]) throws -> SparseTargets
}

/// Every token is the one that stands there.
public struct LabelTargets: RowTargets {
  public init() {}

  public var fingerprint: String { "" }
  public var operationsPerToken: Int { 0 }

  public func targets(for rows: [PackedRow]) -> SparseTargets {
    let labels = rows.flatMap { $0.tokens.dropFirst() }
    let shape: Shape = [labels.count, 1]
    return SparseTargets(
      ids: Tensor(indices: labels, shape: shape),
      weights: Tensor(rows.flatMap { $0.weights.dropFirst() }, shape: shape))
  }
}
