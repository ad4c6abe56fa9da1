import CKernels

extension Tensor {
  /// Softmax attention in which every row sees a context of its own; no gradient flows.
  ///
  /// `self` [rows, heads, width]. Row i sees every slot and the first `contexts[i].count` of its keys
  /// and values [capacity, keyHeads, width]; rows past the last context give zeros.
  public func attendingRows(
    over contexts: [(keys: Tensor, values: Tensor, count: Int)], slots: Slots? = nil,
    _ attention: AttentionForm = AttentionForm()
  ) -> Tensor {
    precondition(shape.rank == 3 && contexts.count <= shape[0], "\(contexts.count) for \(shape)")
    let (heads, width) = (shape[1], shape[2])
    func form(_ count: Int, keyHeads: Int) -> ck_attention_shape {
      attention.shape(
        queries: 1, heads: heads, keys: count, keyHeads: keyHeads, slots: slots?.count ?? 0,
        width: width)
    }
    let forms = contexts.map { context in
      let keys = context.keys.shape
      precondition(
        keys.rank == 3 && keys == context.values.shape && keys[2] == width
          && heads % keys[1] == 0 && context.count > 0 && context.count <= keys[0],
        "rows of \(shape) over \(context.count) of \(keys)")
      precondition(
        slots.map { $0.keys.shape[1] == keys[1] && $0.keys.shape[2] == width } ?? true,
        "slots of \(slots?.keys.shape ?? []) for keys of \(keys)")
      return form(context.count, keyHeads: keys[1])
    }
    let out = Tensor(uninitialized: shape)
    let scratch = Tensor(uninitialized: [forms.map(ck_attention_scratch).max() ?? 0])
    let logSumExp = Tensor(uninitialized: [heads])
    let size = heads * width
    for (row, context) in contexts.enumerated() {
      ck_attention(
        forms[row], floats + row * size, context.keys.floats, context.values.floats,
        slots?.keys.floats, slots?.values.floats, out.floats + row * size, logSumExp.floats,
        scratch.floats)
    }
    (out.floats + contexts.count * size)
      .update(repeating: 0, count: (shape[0] - contexts.count) * size)
    return out
  }
}
