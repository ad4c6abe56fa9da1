import Foundation
import Tensors

extension OperationCatalog {
  static func rotary(_ size: Size) -> [OperationCase] {
    let (shape, window): (Shape, Int) = size.pick(
      test: ([2, 5, 3, 14], 40), benchmark: ([8, 256, 12, 64], 1024))
    let pairings: [RotaryTable.Pairing] = [.halves, .neighbours]
    return pairings.map { pairing in
      let table = RotaryTable(
        positions: window, headWidth: shape[3], base: 10_000, pairing: pairing)
      return OperationCase(
        "rotary.\(pairing)", [.floats(shape), .indices([shape[1]], in: 0..<window)]
      ) {
        $0[0].rotated(by: table, positions: $0[1])
      } reference: { inputs in
        .rotated(inputs[0], positions: inputs[1], pairing)
      }
    }
  }

  static func attention(_ size: Size) -> [OperationCase] {
    let forms: [AttentionForm] = size.pick(
      test: [
        AttentionForm("causal", batch: 2, queries: 9, keys: 9, heads: 2, keyHeads: 2, width: 8),
        AttentionForm("causal", batch: 1, queries: 1, keys: 1, heads: 1, keyHeads: 1, width: 1),
        AttentionForm(
          "causal.tiles", batch: 1, queries: 75, keys: 75, heads: 1, keyHeads: 1, width: 17),
        AttentionForm(
          "causal.continued", batch: 2, queries: 5, keys: 13, heads: 2, keyHeads: 1, width: 6),
        AttentionForm(
          "causal.decoding", batch: 1, queries: 1, keys: 70, heads: 4, keyHeads: 2, width: 16),
        AttentionForm(
          "full", batch: 2, queries: 7, keys: 11, heads: 2, keyHeads: 2, width: 5, isCausal: false),
        AttentionForm(
          "full.fewerKeys", batch: 1, queries: 7, keys: 3, heads: 1, keyHeads: 1, width: 4,
          isCausal: false),
        AttentionForm("grouped", batch: 2, queries: 9, keys: 9, heads: 6, keyHeads: 2, width: 8),
        AttentionForm(
          "slots", batch: 2, queries: 6, keys: 6, heads: 2, keyHeads: 2, width: 8, slots: 3),
        AttentionForm(
          "slots.only", batch: 1, queries: 6, keys: 0, heads: 2, keyHeads: 2, width: 8, slots: 5,
          isCausal: false),
        AttentionForm(
          "grouped.slots.tiles", batch: 1, queries: 66, keys: 70, heads: 4, keyHeads: 2, width: 8,
          slots: 67),
        AttentionForm(
          "grouped.slots.full", batch: 2, queries: 4, keys: 6, heads: 4, keyHeads: 1, width: 9,
          slots: 2, isCausal: false),
        AttentionForm(
          "scaled", batch: 1, queries: 5, keys: 5, heads: 1, keyHeads: 1, width: 8, scale: 1),
      ],
      benchmark: [
        AttentionForm(
          "causal", batch: 4, queries: 256, keys: 256, heads: 12, keyHeads: 12, width: 64),
        AttentionForm(
          "grouped.slots", batch: 4, queries: 256, keys: 256, heads: 12, keyHeads: 4, width: 64,
          slots: 64),
        AttentionForm(
          "decoding", batch: 1, queries: 1, keys: 1024, heads: 12, keyHeads: 12, width: 64),
        AttentionForm(
          "full", batch: 4, queries: 256, keys: 256, heads: 12, keyHeads: 12, width: 64,
          isCausal: false),
      ])
    return forms.map { form in
      OperationCase("attention." + form.name, form.inputs, flops: form.flops) {
        $0[0].attending(
          keys: $0[1], values: $0[2],
          slots: form.slots > 0 ? Slots(keys: $0[3], values: $0[4]) : nil,
          isCausal: form.isCausal, scale: form.scale)
      } reference: {
        form.reference($0)
      }
    }
  }
}

/// The extents of one attention operation.
private struct AttentionForm: Sendable {
  let name: String
  let batch, queries, keys, heads, keyHeads, width, slots: Int
  let isCausal: Bool
  let scale: Float?

  init(
    _ name: String, batch: Int, queries: Int, keys: Int, heads: Int, keyHeads: Int, width: Int,
    slots: Int = 0, isCausal: Bool = true, scale: Float? = nil
  ) {
    self.name = name
    (self.batch, self.queries, self.keys, self.heads) = (batch, queries, keys, heads)
    (self.keyHeads, self.width, self.slots) = (keyHeads, width, slots)
    (self.isCausal, self.scale) = (isCausal, scale)
  }

  var inputs: [InputSpecification] {
    let context = InputSpecification.floats([batch, keys, keyHeads, width], in: -2...2)
    let slot = InputSpecification.floats([slots, keyHeads, width], in: -2...2)
    return [.floats([batch, queries, heads, width], in: -2...2), context, context]
      + (slots > 0 ? [slot, slot] : [])
  }

  /// The number of context keys that query `index` sees.
  private func visible(_ index: Int) -> Int { isCausal ? index + keys - queries + 1 : keys }

  /// Two products, each a multiplication and an addition for every pair that is seen.
  var flops: Int {
    4 * batch * heads * width * (0..<queries).reduce(0) { $0 + visible($1) + slots }
  }

  func reference(_ inputs: [ReferenceArray]) -> ReferenceArray {
    let (query, key, value) = (inputs[0], inputs[1], inputs[2])
    let scale = self.scale.map(Double.init) ?? 1 / Double(width).squareRoot()
    var out = ReferenceArray(query.shape)
    for b in 0..<batch {
      for h in 0..<heads {
        let shared = h / (heads / keyHeads)
        for i in 0..<queries {
          let seen = visible(i)
          var scores: [Double] = []
          for j in 0..<slots + seen {
            var score = 0.0
            for c in 0..<width {
              let k = j < slots ? inputs[3][j, shared, c] : key[b, j - slots, shared, c]
              score += query[b, i, h, c] * k
            }
            scores.append(score * scale)
          }
          let weights = OperationCatalog.softmax(scores)
          for j in 0..<slots + seen {
            for c in 0..<width {
              let v = j < slots ? inputs[4][j, shared, c] : value[b, j - slots, shared, c]
              out[b, i, h, c] += weights[j] * v
            }
          }
        }
      }
    }
    return out
  }
}

extension ReferenceArray {
  /// Pair i of a head at position p turns by the angle p * 10000^(-2i / width).
  fileprivate static func rotated(
    _ x: ReferenceArray, positions: ReferenceArray, _ pairing: RotaryTable.Pairing
  ) -> ReferenceArray {
    var out = x
    let half = x.width / 2
    for b in 0..<x.shape[0] {
      for t in 0..<x.shape[1] {
        for h in 0..<x.shape[2] {
          for i in 0..<half {
            let angle = positions.values[t] * pow(10_000, -2 * Double(i) / Double(x.width))
            let (first, second) = pairing == .halves ? (i, i + half) : (2 * i, 2 * i + 1)
            let (a, c) = (x[b, t, h, first], x[b, t, h, second])
            out[b, t, h, first] = a * cos(angle) - c * sin(angle)
            out[b, t, h, second] = a * sin(angle) + c * cos(angle)
          }
        }
      }
    }
    return out
  }
}
