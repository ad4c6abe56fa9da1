import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Cosines and sines of the rotary embedding (RoFormer, 2104.09864) for every position of a window.
public struct RotaryTable: Sendable {
  /// Which elements of a head rotate together.
  public enum Pairing: String, Sendable, Codable {
    /// (i, i + width / 2), as in GPT-NeoX and Hugging Face.
    case halves
    /// (2i, 2i + 1), as in Llama's own release, llama2.c and GGUF.
    case neighbours
  }

  public let pairing: Pairing
  /// [positions, headWidth / 2] each.
  let cosines, sines: Tensor

  /// A table for `positions` positions and heads of `headWidth`, with angles p * base^(-2i / headWidth).
  public init(positions: Int, headWidth: Int, base: Float, pairing: Pairing) {
    precondition(headWidth % 2 == 0, "rotary of heads of odd width \(headWidth)")
    self.pairing = pairing
    let half = headWidth / 2
    func table(_ function: (Double) -> Double) -> Tensor {
      Tensor(shape: [positions, half]) { floats in
        for position in 0..<positions {
          for index in 0..<half {
            let frequency = pow(Double(base), -2 * Double(index) / Double(headWidth))
            floats[position * half + index] = Float(function(Double(position) * frequency))
          }
        }
      }
    }
    cosines = table { cos($0) }
    sines = table { sin($0) }
  }

  private init(pairing: Pairing, cosines: Tensor, sines: Tensor) {
    self.pairing = pairing
    self.cosines = cosines
    self.sines = sines
  }

  /// Turns back what this one turns.
  public var inverse: RotaryTable {
    RotaryTable(pairing: pairing, cosines: cosines, sines: sines * -1)
  }

  /// The number of positions that can be rotated.
  public var positionCount: Int { cosines.shape[0] }
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
    precondition(
      shape.rank == 4 && shape[1] == positions.count && shape[3] == 2 * table.cosines.shape.width,
      "rotary of \(shape) by heads of \(2 * table.cosines.shape.width)")
    positions.withIndices {
      precondition(
        $0.allSatisfy { $0 >= 0 && $0 < table.positionCount },
        "position outside a window of \(table.positionCount)")
    }
    let out = Tensor(uninitialized: shape)
    rotate(by: table, positions: positions, direction: 1, into: out, accumulates: false)
    return out.recorded(.rotary(table, positions: positions), self)
  }

  func rotate(
    by table: RotaryTable, positions: Tensor, direction: Float, into out: Tensor, accumulates: Bool
  ) {
    let size = shape[1] * shape[2] * shape[3]
    for batch in 0..<shape[0] {
      ck_rotary(
        floats + batch * size, table.cosines.floats, table.sines.floats, positions.integers,
        table.pairing == .neighbours, direction, out.floats + batch * size, shape[1], shape[2],
        shape[3], accumulates)
    }
  }

  /// Softmax attention of queries over slots and context, without a matrix of scores (2205.14135).
  ///
  /// `self` [batch, queries, heads, width]; `keys`, `values` [batch, keys, keyHeads, width], where
  /// `heads` is a multiple of `keyHeads`. When causal, query i sees keys up to i + keys - queries;
  /// every query sees every slot. The scale is 1 / sqrt(width) unless given.
  public func attending(
    keys: Tensor, values: Tensor, slots: Slots? = nil, isCausal: Bool = true, scale: Float? = nil
  ) -> Tensor {
    precondition(
      shape.rank == 4 && keys.shape == values.shape && keys.shape[0] == shape[0]
        && keys.shape[3] == shape[3] && shape[2] % keys.shape[2] == 0
        && (!isCausal || keys.shape[1] >= shape[1]),
      "attention of \(shape) over \(keys.shape)")
    if let slots {
      precondition(
        slots.keys.shape[1] == keys.shape[2] && slots.keys.shape[2] == shape[3],
        "slots of \(slots.keys.shape) for keys of \(keys.shape)")
    }
    let scale = scale ?? 1 / Float(shape[3]).squareRoot()
    let out = Tensor(uninitialized: shape)
    let logSumExp = Tensor(uninitialized: [shape[0], shape[2], shape[1]])
    let pass = AttentionPass(
      query: self, key: keys, value: values, slots: slots, isCausal: isCausal, scale: scale)
    pass.forward(into: out, logSumExp)
    return out.recorded(
      .attention(isCausal: isCausal, scale: scale, output: out, logSumExp: logSumExp),
      [self, keys, values] + (slots.map { [$0.keys, $0.values] } ?? []))
  }
}

/// One attention operation's arguments in the form the kernels take, sequence by sequence.
struct AttentionPass {
  let query, key, value: Tensor
  let slots: Slots?
  let shape: ck_attention_shape

  init(query: Tensor, key: Tensor, value: Tensor, slots: Slots?, isCausal: Bool, scale: Float) {
    (self.query, self.key, self.value, self.slots) = (query, key, value, slots)
    shape = ck_attention_shape(
      queries: query.shape[1], keys: key.shape[1], slots: slots?.count ?? 0,
      heads: query.shape[2], keyHeads: key.shape[2], width: query.shape[3],
      keyStride: key.shape[2] * key.shape[3], scale: scale, causal: isCausal)
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

  /// Adds gradients; a missing destination is skipped.
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
        gradQuery.map { $0.floats + atQuery }, gradKey.map { $0.floats + atKey },
        gradValue.map { $0.floats + atKey }, slotKeys?.floats, slotValues?.floats, scratch.floats)
    }
  }
}
