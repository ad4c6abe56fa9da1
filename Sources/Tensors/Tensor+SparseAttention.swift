import CKernels

/// What an indexer says of rows: how much a query's attention would want each key, before any attention is computed (the
/// lightning indexer of DeepSeek-V3.2).
///
/// The score of key s for query t is the sum over index heads of weight_t max(q_t . k_s, 0).
public struct IndexRows {
  /// [batch, queries, heads, width].
  public var queries: Tensor
  /// [batch, queries, heads].
  public var weights: Tensor
  /// [batch, keys, width].
  public var keys: Tensor

  public init(queries: Tensor, weights: Tensor, keys: Tensor) {
    self.queries = queries
    self.weights = weights
    self.keys = keys
  }

  fileprivate func shape(kept: Int) -> ck_index_shape {
    precondition(
      queries.shape.rank == 4 && keys.shape.rank == 3 && keys.shape[1] >= queries.shape[1]
        && weights.shape.extents == Array(queries.shape.extents.dropLast())
        && keys.shape[2] == queries.shape[3] && keys.shape[0] == queries.shape[0],
      "index rows \(queries.shape), \(weights.shape), \(keys.shape)")
    return ck_index_shape(
      queries: queries.shape[1], keys: keys.shape[1], heads: queries.shape[2],
      width: queries.shape[3], kept: kept)
  }

  /// The positions of the `kept` keys with the highest scores among those that each query sees, up to its own position,
  /// [batch, queries, kept]; where there are fewer, -1 behind them.
  public func chosen(_ kept: Int) -> Tensor {
    let shape = shape(kept: kept)
    let batch = queries.shape[0]
    let chosen = Tensor(uninitialized: [batch, shape.queries, kept], scalarType: .int32)
    let (before, row) = (shape.keys - shape.queries, shape.heads * shape.width)
    let products = queries.count * shape.keys
    Profile.measured("choice of keys", Profile.Work(flops: 2 * Double(products))) {
      for index in 0..<batch {
        Tensor.divided(
          shape.queries, by: 16, work: products / batch, weighing: { before + $0 }
        ) { rows in
          var part = shape
          (part.queries, part.keys) = (rows.count, before + rows.upperBound)
          let scratch = Tensor(uninitialized: [ck_index_scratch(part)])
          let first = index * shape.queries + rows.lowerBound
          ck_index_select(
            part, queries.floats + first * row, weights.floats + first * shape.heads,
            keys.floats + index * shape.keys * shape.width, chosen.integers + first * kept,
            scratch.floats)
        }
      }
    }
    return chosen
  }

  /// How far the scores are from what attention attends to: the sum over all rows of KL(attention || softmax of the scores),
  /// over the `chosen` keys or all that are seen, in nats [1]. Attention itself learns nothing from it.
  ///
  /// `attention` are its queries [batch, queries, heads, width] and keys [batch, keys, keyHeads, width], as attending takes them.
  public func lesson(
    of attention: (queries: Tensor, keys: Tensor), chosen: Tensor? = nil, scale: Float? = nil
  ) -> Tensor {
    let began = Profile.now
    let (query, key) = attention
    let shape = shape(kept: chosen?.shape[2] ?? 0)
    let attended = ck_sparse_shape(
      queries: query.shape[1], keys: key.shape[1], heads: query.shape[2], keyHeads: key.shape[2],
      width: query.shape[3], kept: shape.kept,
      scale: scale ?? 1 / Float(query.shape[3]).squareRoot())
    let inputs = [queries, weights, keys]
    let gradients = inputs.map { Tensor.zeros($0.shape) }
    let scratch = Tensor(uninitialized: [3 * (shape.keys + SparseAttentionPass.margin)])
    let batch = query.shape[0]
    func place(_ tensor: Tensor, _ index: Int) -> Int { tensor.count / batch * index }
    var loss = 0.0
    for index in 0..<batch {
      loss += ck_index_lesson(
        shape, attended, queries.floats + place(queries, index),
        weights.floats + place(weights, index), keys.floats + place(keys, index),
        query.floats + place(query, index), key.floats + place(key, index),
        chosen.map { UnsafePointer($0.integers + place($0, index)) },
        gradients[0].floats + place(queries, index), gradients[1].floats + place(weights, index),
        gradients[2].floats + place(keys, index), scratch.floats)
    }
    return Tensor([Float(loss)], shape: [1]).recorded(
      .indexLesson(gradients: gradients), inputs, since: began)
  }
}

extension Tensor {
  /// Softmax attention over the keys that were ``IndexRows/chosen(_:)``: as ``attending(keys:values:slots:_:)``
  /// otherwise, at a cost that grows with what is chosen and not with what there is.
  public func attending(keys: Tensor, values: Tensor, chosen: Tensor, scale: Float? = nil) -> Tensor
  {
    let began = Profile.now
    precondition(
      shape.rank == 4 && keys.shape == values.shape && keys.shape[0] == shape[0]
        && keys.shape[3] == shape[3] && shape[2] % keys.shape[2] == 0
        && chosen.shape.rank == 3 && chosen.shape[0] == shape[0] && chosen.shape[1] == shape[1],
      "attention of \(shape) over \(chosen.shape) of \(keys.shape)")
    let scale = scale ?? 1 / Float(shape[3]).squareRoot()
    let pass = SparseAttentionPass(
      query: self, key: keys, value: values, chosen: chosen, scale: scale)
    let out = Tensor(uninitialized: shape)
    let logSumExp = Tensor(uninitialized: [shape[0], shape[1], shape[2]])
    pass.forward(into: out, logSumExp)
    return out.recorded(
      .sparseAttention(chosen: chosen, scale: scale, output: out, logSumExp: logSumExp),
      [self, keys, values], since: began)
  }
}

/// A sparse attention's arguments as the kernels take them, sequence by sequence.
struct SparseAttentionPass {
  /// Floats behind a row that vectors may write.
  static let margin = 16

  private let query, key, value, chosen: Tensor
  private let shape: ck_sparse_shape

  init(query: Tensor, key: Tensor, value: Tensor, chosen: Tensor, scale: Float) {
    (self.query, self.key, self.value, self.chosen) = (query, key, value, chosen)
    shape = ck_sparse_shape(
      queries: query.shape[1], keys: key.shape[1], heads: query.shape[2], keyHeads: key.shape[2],
      width: query.shape[3], kept: chosen.shape[2], scale: scale)
  }

  private func place(_ tensor: Tensor, _ index: Int) -> Int {
    tensor.count / query.shape[0] * index
  }

  func forward(into out: Tensor, _ logSumExp: Tensor) {
    let (before, size) = (shape.keys - shape.queries, shape.heads * shape.width)
    for index in 0..<query.shape[0] {
      Tensor.divided(shape.queries, by: 16, work: shape.queries * shape.kept * size) { rows in
        var part = shape
        (part.queries, part.keys) = (rows.count, before + rows.upperBound)
        let scratch = Tensor(uninitialized: [shape.kept + Self.margin])
        let first = index * shape.queries + rows.lowerBound
        ck_sparse_attention(
          part, query.floats + first * size, key.floats + place(key, index),
          value.floats + place(value, index), chosen.integers + first * shape.kept,
          out.floats + first * size, logSumExp.floats + first * shape.heads, scratch.floats)
      }
    }
  }

  /// Adds to the gradients of query, key and value.
  func backward(output: Tensor, logSumExp: Tensor, gradient: Tensor, into gradients: [Tensor]) {
    for index in 0..<query.shape[0] {
      ck_sparse_attention_backward(
        shape, query.floats + place(query, index), key.floats + place(key, index),
        value.floats + place(value, index), chosen.integers + place(chosen, index),
        output.floats + place(output, index), logSumExp.floats + place(logSumExp, index),
        gradient.floats + place(gradient, index), gradients[0].floats + place(query, index),
        gradients[1].floats + place(key, index), gradients[2].floats + place(value, index))
    }
  }
}
