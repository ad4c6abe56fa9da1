import CKernels
import Foundation
import Synchronization

/// What a query sees of the keys before it, and how scores become weights.
public struct AttentionForm: Sendable, Hashable {
  /// Whether query i sees keys up to i + keys - queries only; otherwise it sees all.
  public var isCausal: Bool
  /// What products of queries and keys are multiplied by; nil is 1 / sqrt(width).
  public var scale: Float?
  /// The most keys of the context that a causal query sees, its own included (Mistral, 2310.06825); nil is all.
  public var window: Int?
  /// Scores are squashed to within this bound by tanh (Gemma 2, 2408.00118); 0 leaves them as they are.
  public var softcap: Float

  public init(
    isCausal: Bool = true, scale: Float? = nil, window: Int? = nil, softcap: Float = 0
  ) {
    (self.isCausal, self.scale, self.window, self.softcap) = (isCausal, scale, window, softcap)
  }

  /// As the kernels take it; keys and values lie close together.
  func shape(
    queries: Int, heads: Int, keys: Int, keyHeads: Int, slots: Int, width: Int,
    _ precision: Precision = .float32
  ) -> ck_attention_shape {
    ck_attention_shape(
      queries: queries, keys: keys, slots: slots, heads: heads, keyHeads: keyHeads, width: width,
      keyStride: keyHeads * width, slotStride: keyHeads * width,
      scale: scale ?? 1 / Float(width).squareRoot(),
      causal: isCausal, window: window ?? 0, softcap: softcap, rounded: precision == .bfloat16)
  }
}

/// Trained keys and values that stand before the context, each [slots, keyHeads, headWidth].
public struct Slots: Sendable {
  public var keys, values: Tensor

  public init(keys: Tensor, values: Tensor) {
    precondition(keys.shape == values.shape && keys.shape.rank == 3, "slots of \(keys.shape)")
    self.keys = keys
    self.values = values
  }

  public var count: Int { keys.shape[0] }
}

extension Tensor {
  /// Rotates heads ([batch, time, heads, headWidth]) by the positions ([time]) of their rows.
  public func rotated(by table: RotaryTable, positions: Tensor) -> Tensor {
    let began = Profile.now
    precondition(
      shape.rank == 4 && shape[1] == positions.count && shape[3] >= table.width,
      "rotary of \(shape) by a width of \(table.width)")
    positions.withIndices {
      precondition(
        $0.allSatisfy { $0 >= 0 && $0 < table.positionCount },
        "position outside a window of \(table.positionCount)")
    }
    let out = Tensor(uninitialized: shape)
    rotate(by: table, positions: positions, direction: 1, into: out, accumulates: false)
    return out.recorded(.rotary(table, positions: positions), self, since: began)
  }

  func rotate(
    by table: RotaryTable, positions: Tensor, direction: Float, into out: Tensor, accumulates: Bool
  ) {
    let size = shape[1] * shape[2] * shape[3]
    let (cosines, sines) = table.rows(Int(positions.withIndices { $0.max() } ?? -1) + 1)
    for batch in 0..<shape[0] {
      ck_rotary(
        floats + batch * size, cosines.floats, sines.floats, positions.integers,
        table.pairing == .neighbours, table.isInverse ? -direction : direction,
        out.floats + batch * size, shape[1], shape[2], shape[3], table.width, accumulates)
    }
  }

  /// Softmax attention of queries over slots and context, without a matrix of scores (2205.14135).
  ///
  /// `self` [batch, queries, heads, width]; `keys`, `values` [batch, keys, keyHeads, width], where
  /// `heads` is a multiple of `keyHeads`. When causal, query i sees keys up to i + keys - queries;
  /// every query sees every slot. In bfloat16 the products of queries, keys, weights and values are rounded, but not for the
  /// few queries of decoding.
  public func attending(
    keys: Tensor, values: Tensor, slots: Slots? = nil, _ form: AttentionForm = AttentionForm()
  ) -> Tensor {
    let began = Profile.now
    precondition(
      shape.rank == 4 && keys.shape == values.shape && keys.shape[0] == shape[0]
        && keys.shape[3] == shape[3] && shape[2] % keys.shape[2] == 0
        && (!form.isCausal || keys.shape[1] >= shape[1]),
      "attention of \(shape) over \(keys.shape)")
    if let slots {
      precondition(
        slots.keys.shape[1] == keys.shape[2] && slots.keys.shape[2] == shape[3],
        "slots of \(slots.keys.shape) for keys of \(keys.shape)")
    }
    let out = Tensor(uninitialized: shape)
    let logSumExp = Tensor(uninitialized: [shape[0], shape[2], shape[1]])
    let precision = Precision.current
    let pass = AttentionPass(
      query: self, key: keys, value: values, slots: slots, form, precision)
    let inputs = [self, keys, values] + (slots.map { [$0.keys, $0.values] } ?? [])
    if ThreadState.current.sharesCores && form.isCausal && !inputs.contains(where: \.isTracked) {
      pass.forwardSharingCores(into: out)
    } else {
      pass.forward(into: out, logSumExp)
    }
    return out.recorded(
      .attention(form, precision, output: out, logSumExp: logSumExp), inputs, since: began)
  }
}

/// What a query read from a part of the keys, and the logarithm of the sum of their weights, by head.
private struct AttendedPart {
  let first: Int
  /// [heads, width] and [heads].
  let out, logSumExp: Tensor

  /// Writes what was read from all parts together.
  static func combine(_ parts: [AttendedPart], into out: UnsafeMutablePointer<Float>) {
    let (heads, width) = (parts[0].out.shape[0], parts[0].out.shape[1])
    for head in 0..<heads {
      let logs = parts.map { $0.logSumExp.floats[head] }
      let largest = logs.max()!
      let weights = logs.map { exp($0 - largest) }
      let total = weights.reduce(0, +)
      let destination = out + head * width
      for (index, part) in parts.enumerated() {
        let (source, weight) = (part.out.floats + head * width, weights[index] / total)
        if index == 0 {
          ck_scale(source, weight, destination, width)
        } else {
          ck_axpy(weight, source, destination, width)
        }
      }
    }
  }
}

/// One attention operation's arguments in the form the kernels take, sequence by sequence.
struct AttentionPass {
  let query, key, value: Tensor
  let slots: Slots?
  let shape: ck_attention_shape

  init(
    query: Tensor, key: Tensor, value: Tensor, slots: Slots?, _ form: AttentionForm,
    _ precision: Precision
  ) {
    (self.query, self.key, self.value, self.slots) = (query, key, value, slots)
    shape = form.shape(
      queries: query.shape[1], heads: query.shape[2], keys: key.shape[1], keyHeads: key.shape[2],
      slots: slots?.count ?? 0, width: query.shape[3], precision)
  }

  private var querySize: Int { shape.queries * shape.heads * shape.width }
  private var keySize: Int { shape.keys * shape.keyHeads * shape.width }

  func forward(into out: Tensor, _ logSumExp: Tensor) {
    let scratch = Tensor(uninitialized: [ck_attention_scratch(shape)])
    for batch in 0..<query.shape[0] {
      ck_attention(
        shape, query.floats + batch * querySize, key.floats + batch * keySize,
        value.floats + batch * keySize, slots?.keys.floats, slots?.values.floats,
        out.floats + batch * querySize, logSumExp.floats + batch * shape.heads * shape.queries,
        scratch.floats)
    }
  }

  /// The same without what a gradient needs, of a causal shape, divided among all cores.
  func forwardSharingCores(into out: Tensor) {
    if shape.queries == 1 && shape.window == 0 {
      divideKeys(into: out)
    } else {
      divideQueries(into: out)
    }
  }

  /// Every core has a part of the keys for a single query. What it reads there is weighed by the part's share of all weights.
  private func divideKeys(into out: Tensor) {
    let (size, row) = (shape.heads * shape.width, shape.keyStride)
    let parts = Mutex<[AttendedPart]>([])
    for batch in 0..<query.shape[0] {
      Tensor.divided(shape.keys, by: 32, work: 2 * size * shape.keys) { keys in
        var part = shape
        part.keys = keys.count
        if keys.lowerBound > 0 { part.slots = 0 }
        let attended = AttendedPart(
          first: keys.lowerBound, out: Tensor(uninitialized: [shape.heads, shape.width]),
          logSumExp: Tensor(uninitialized: [shape.heads]))
        let scratch = Tensor(uninitialized: [ck_attention_scratch(part)])
        let atKey = batch * keySize + keys.lowerBound * row
        ck_attention(
          part, query.floats + batch * querySize, key.floats + atKey, value.floats + atKey,
          slots?.keys.floats, slots?.values.floats, attended.out.floats,
          attended.logSumExp.floats, scratch.floats)
        parts.withLock { $0.append(attended) }
      }
      let all = parts.withLock { parts in
        defer { parts = [] }
        return parts.sorted { $0.first < $1.first }
      }
      AttendedPart.combine(all, into: out.floats + batch * querySize)
    }
  }

  private func divideQueries(into out: Tensor) {
    let before = shape.keys - shape.queries
    let size = shape.heads * shape.width
    for batch in 0..<query.shape[0] {
      let weight = { before + $0 }
      Tensor.divided(
        shape.queries, by: 16, work: shape.queries * shape.keys * size, weighing: weight
      ) { queries in
        var part = shape
        part.queries = queries.count
        part.keys = before + queries.upperBound
        let scratch = Tensor(uninitialized: [ck_attention_scratch(part)])
        let logSumExp = Tensor(uninitialized: [shape.heads * queries.count])
        let start = batch * querySize + queries.lowerBound * size
        ck_attention(
          part, query.floats + start, key.floats + batch * keySize, value.floats + batch * keySize,
          slots?.keys.floats, slots?.values.floats, out.floats + start, logSumExp.floats,
          scratch.floats)
      }
    }
  }

  /// Adds gradients, or writes those that are in bfloat16; a missing destination is skipped.
  func backward(
    output: Tensor, logSumExp: Tensor, gradient: Tensor, query gradQuery: Tensor?,
    key gradKey: Tensor?, value gradValue: Tensor?, slotKeys: Tensor?, slotValues: Tensor?
  ) {
    let scratch = Tensor(uninitialized: [ck_attention_scratch(shape)])
    for batch in 0..<query.shape[0] {
      let (atQuery, atKey) = (batch * querySize, batch * keySize)
      ck_attention_backward(
        shape, query.floats + atQuery, key.floats + atKey, value.floats + atKey,
        slots?.keys.floats, slots?.values.floats, output.floats + atQuery,
        gradient.floats + atQuery, logSumExp.floats + batch * shape.heads * shape.queries,
        gradQuery?.place(atQuery) ?? ck_place(), gradKey?.place(atKey) ?? ck_place(),
        gradValue?.place(atKey) ?? ck_place(),
        slotKeys?.floats, slotValues?.floats, scratch.floats)
    }
  }
}
