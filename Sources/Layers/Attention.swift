import Tensors

/// The shape of an attention layer.
public struct AttentionGeometry: Sendable, Hashable, Codable {
  public var width: Int
  public var headCount: Int
  /// Key and value heads; query heads share them in groups (2305.13245).
  public var keyHeadCount: Int

  public init(width: Int, headCount: Int, keyHeadCount: Int) {
    self.width = width
    self.headCount = headCount
    self.keyHeadCount = keyHeadCount
  }

  public var headWidth: Int { width / headCount }
}

/// Causal self-attention with grouped heads, over slots and context.
public struct Attention: Sendable {
  public let geometry: AttentionGeometry
  private let query, key, value, output: Linear
  private let normalizesKeys: Bool
  private let querySharpness: Float
  private let slotSite: SlotSite?

  /// Creates the layer in `scope` under `query`, `key`, `value` and `output`.
  ///
  /// With `normalizesKeys`, queries and keys are divided by their root mean square (2302.05442), and the
  /// queries then multiplied by `querySharpness`. Only with `takesSlots` can slots stand before the context.
  public init(
    _ geometry: AttentionGeometry, normalizesKeys: Bool = false, querySharpness: Float = 1,
    hasBias: Bool = false, takesSlots: Bool = true,
    outputInitializer: Initializer? = nil, in scope: ParameterScope
  ) throws {
    self.geometry = geometry
    self.normalizesKeys = normalizesKeys
    self.querySharpness = querySharpness
    let keyWidth = geometry.keyHeadCount * geometry.headWidth
    query = try Linear(geometry.width, geometry.width, hasBias: hasBias, in: scope / "query")
    key = try Linear(geometry.width, keyWidth, hasBias: hasBias, in: scope / "key")
    value = try Linear(geometry.width, keyWidth, hasBias: hasBias, in: scope / "value")
    output = try Linear(
      geometry.width, geometry.width, hasBias: hasBias, initializer: outputInitializer,
      in: scope / "output")
    slotSite =
      takesSlots
      ? scope.slotSite(keyHeadCount: geometry.keyHeadCount, headWidth: geometry.headWidth) : nil
  }

  /// [batch, time, width] -> [batch, time, width].
  ///
  /// `rotary` turns queries and keys by the positions of their rows. `attend` lets the queries see more
  /// than the new keys and values: those that a cache holds.
  public func callAsFunction(
    _ x: Tensor, rotary: (table: RotaryTable, positions: Tensor)?,
    attend: (
      (_ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ slots: Slots?) -> Tensor
    )? = nil
  ) -> Tensor {
    let (batch, time) = (x.shape[0], x.shape[1])
    func heads(_ linear: Linear, _ count: Int) -> Tensor {
      linear(x).reshaped([batch, time, count, geometry.headWidth])
    }
    var queries = heads(query, geometry.headCount)
    var keys = heads(key, geometry.keyHeadCount)
    let values = heads(value, geometry.keyHeadCount)
    if let rotary {
      queries = queries.rotated(by: rotary.table, positions: rotary.positions)
      keys = keys.rotated(by: rotary.table, positions: rotary.positions)
    }
    if normalizesKeys {
      queries = queries.rmsNormalized(epsilon: 1e-6)
      if querySharpness != 1 { queries = queries * querySharpness }
      keys = keys.rmsNormalized(epsilon: 1e-6)
    }
    let mixed =
      attend?(queries, keys, values, slotSite?.slots)
      ?? queries.attending(keys: keys, values: values, slots: slotSite?.slots)
    return output(mixed.reshaped(x.shape))
  }
}
