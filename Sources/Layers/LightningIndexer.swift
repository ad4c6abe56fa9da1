import Tensors

/// Chooses for every query the few keys that attention is computed for (the lightning indexer of DeepSeek-V3.2).
///
/// It learns from what attention attends to, and attention learns nothing from it: what it reads is cut off from where
/// gradients flow.
public struct LightningIndexer: Sendable {
  /// What can be chosen about it.
  public struct Form: Sendable, Codable, Hashable {
    /// Heads of the indexer; they share their keys.
    public var heads: Int
    /// The keys that a query attends to, at most.
    public var kept: Int

    public init(heads: Int = 2, kept: Int = 64) {
      self.heads = heads
      self.kept = kept
    }
  }

  public let form: Form
  private let headWidth: Int
  private let query, key, weight: Linear

  /// Creates the indexer in `scope`; its heads are as wide as attention's, so that they turn with the same table.
  public init(_ form: Form, width: Int, headWidth: Int, in scope: ParameterScope) throws {
    self.form = form
    self.headWidth = headWidth
    query = try Linear(width, form.heads * headWidth, in: scope / "query")
    key = try Linear(width, headWidth, in: scope / "key")
    weight = try Linear(
      width, form.heads, bias: .constant(1), initializer: .normal(deviation: 0.02),
      in: scope / "gates" / "weight")
  }

  /// Of rows x [batch, time, width].
  public func callAsFunction(
    _ x: Tensor, rotary: (table: RotaryTable, positions: Tensor)?
  ) -> IndexRows {
    let x = x.detached()
    let (batch, time) = (x.shape[0], x.shape[1])
    func turned(_ rows: Tensor, _ heads: Int) -> Tensor {
      let split = rows.reshaped([batch, time, heads, headWidth])
      let turned = rotary.map { split.rotated(by: $0.table, positions: $0.positions) } ?? split
      return turned.rmsNormalized(epsilon: 1e-6)
    }
    // Scores as large as attention's: rows of root mean square 1 have products of up to the width.
    let scale = 1 / Float(headWidth).squareRoot()
    return IndexRows(
      queries: turned(query(x), form.heads), weights: weight(x) * scale,
      keys: turned(key(x), 1).reshaped([batch, time, headWidth]))
  }
}
