import Tensors

/// The shape of an attention layer.
public struct AttentionGeometry: Sendable, Hashable {
  public var width: Int
  public var headCount: Int
  /// Key and value heads; query heads share them in groups (2305.13245).
  public var keyHeadCount: Int
  public var headWidth: Int

  /// Heads are `width / headCount` wide unless told otherwise.
  public init(width: Int, headCount: Int, keyHeadCount: Int, headWidth: Int? = nil) {
    self.width = width
    self.headCount = headCount
    self.keyHeadCount = keyHeadCount
    self.headWidth = headWidth ?? width / headCount
  }
}

/// How queries and keys are normalised, head by head.
public enum KeyNormalization: Sendable, Hashable {
  case none
  /// Divided by their root mean square behind the rotation (2302.05442), and the queries then multiplied by `sharpness`.
  case plain(sharpness: Float)
  /// The same before the rotation, with a weight for every feature (Qwen 3, Gemma 3).
  case weighted(epsilon: Float)
}

/// Causal self-attention with grouped heads, over slots and context.
public struct Attention: Sendable {
  public let geometry: AttentionGeometry
  /// What a query sees, and how.
  public let form: AttentionForm
  private let query, key, value, output: Linear
  private let normalization: KeyNormalization
  private let queryNormalization, keyNormalization: Normalization?
  private let slotSite: SlotSite?

  /// Creates the layer in `scope` under `query`, `key`, `value` and `output`.
  ///
  /// `hasBias` is that of queries, keys and values. Only with `takesSlots` can slots stand before the context.
  public init(
    _ geometry: AttentionGeometry, _ form: AttentionForm = AttentionForm(),
    normalization: KeyNormalization = .none, hasBias: Bool = false, hasOutputBias: Bool = false,
    takesSlots: Bool = true, outputInitializer: Initializer? = nil, in scope: ParameterScope
  ) throws {
    self.geometry = geometry
    self.form = form
    self.normalization = normalization
    let queryWidth = geometry.headCount * geometry.headWidth
    let keyWidth = geometry.keyHeadCount * geometry.headWidth
    query = try Linear(geometry.width, queryWidth, hasBias: hasBias, in: scope / "query")
    key = try Linear(geometry.width, keyWidth, hasBias: hasBias, in: scope / "key")
    value = try Linear(geometry.width, keyWidth, hasBias: hasBias, in: scope / "value")
    func weighted(_ name: String) throws -> Normalization? {
      guard case .weighted(let epsilon) = normalization else { return nil }
      return try Normalization(
        .rms, width: geometry.headWidth, epsilon: epsilon, in: scope / name)
    }
    queryNormalization = try weighted("queryNormalization")
    keyNormalization = try weighted("keyNormalization")
    output = try Linear(
      queryWidth, geometry.width, hasBias: hasOutputBias, initializer: outputInitializer,
      in: scope / "output")
    slotSite =
      takesSlots
      ? scope.slotSite(keyHeadCount: geometry.keyHeadCount, headWidth: geometry.headWidth) : nil
  }

  /// Whether rows are only multiplied by matrices, in the precision in force.
  public var onlyMultiplies: Bool {
    query.multipliesAsTold && key.multipliesAsTold && value.multipliesAsTold
  }

  /// [batch, time, width] -> [batch, time, width], added to `others` where there are any.
  ///
  /// `rotary` turns queries and keys by the positions of their rows. `attend` lets the queries see more
  /// than the new keys and values: those that a cache holds.
  public func callAsFunction(
    _ x: Tensor, rotary: (table: RotaryTable, positions: Tensor)?, addedTo others: Tensor? = nil,
    attend: (
      (_ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ slots: Slots?) -> Tensor
    )? = nil
  ) -> Tensor {
    let (batch, time) = (x.shape[0], x.shape[1])
    func heads(_ linear: Linear, _ count: Int) -> Tensor {
      linear(x).reshaped([batch, time, count, geometry.headWidth])
    }
    func prepared(_ rows: Tensor, _ weighted: Normalization?) -> Tensor {
      let rows = weighted.map { $0(rows) } ?? rows
      let turned = rotary.map { rows.rotated(by: $0.table, positions: $0.positions) } ?? rows
      guard case .plain = normalization else { return turned }
      return turned.rmsNormalized(epsilon: 1e-6)
    }
    var queries = prepared(heads(query, geometry.headCount), queryNormalization)
    if case .plain(let sharpness) = normalization, sharpness != 1 { queries = queries * sharpness }
    let keys = prepared(heads(key, geometry.keyHeadCount), keyNormalization)
    let values = heads(value, geometry.keyHeadCount)
    let mixed =
      attend?(queries, keys, values, slotSite?.slots)
      ?? queries.attending(keys: keys, values: values, slots: slotSite?.slots, form)
    return output(
      mixed.reshaped([batch, time, geometry.headCount * geometry.headWidth]), addedTo: others)
  }
}
