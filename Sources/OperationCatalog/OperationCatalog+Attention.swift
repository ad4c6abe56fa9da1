import Foundation
import Tensors

extension OperationCatalog {
  static func rotary(_ size: Size) -> [OperationCase] {
    let (shape, window): (Shape, Int) = size.pick(
      test: ([2, 5, 3, 14], 40), benchmark: ([8, 256, 12, 64], 1024))
    let pairings: [RotaryTable.Pairing] = [.halves, .neighbours]
    return pairings.flatMap { pairing in
      [shape[3], shape[3] / 4 * 2].map { width in
        let table = RotaryTable(positions: window, width: width, base: 10_000, pairing: pairing)
        return OperationCase(
          "rotary.\(pairing)" + (width < shape[3] ? ".partial" : ""),
          [.floats(shape), .indices([shape[1]], in: 0..<window)]
        ) {
          $0[0].rotated(by: table, positions: $0[1])
        } reference: { inputs in
          .rotated(inputs[0], positions: inputs[1], width: width, pairing)
        }
      }
    }
  }

  static func attention(_ size: Size) -> [OperationCase] {
    let forms: [AttentionCase] = size.pick(
      test: [
        AttentionCase("causal", batch: 2, queries: 9, keys: 9, heads: 2, keyHeads: 2, width: 8),
        AttentionCase("causal", batch: 1, queries: 1, keys: 1, heads: 1, keyHeads: 1, width: 1),
        AttentionCase(
          "causal.tiles", batch: 1, queries: 75, keys: 75, heads: 1, keyHeads: 1, width: 17),
        AttentionCase(
          "causal.continued", batch: 2, queries: 5, keys: 13, heads: 2, keyHeads: 1, width: 6),
        AttentionCase(
          "causal.decoding", batch: 1, queries: 1, keys: 70, heads: 4, keyHeads: 2, width: 16),
        AttentionCase(
          "full", batch: 2, queries: 7, keys: 11, heads: 2, keyHeads: 2, width: 5, isCausal: false),
        AttentionCase(
          "full.fewerKeys", batch: 1, queries: 7, keys: 3, heads: 1, keyHeads: 1, width: 4,
          isCausal: false),
        AttentionCase("grouped", batch: 2, queries: 9, keys: 9, heads: 6, keyHeads: 2, width: 8),
        AttentionCase(
          "slots", batch: 2, queries: 6, keys: 6, heads: 2, keyHeads: 2, width: 8, slots: 3),
        AttentionCase(
          "slots.only", batch: 1, queries: 6, keys: 0, heads: 2, keyHeads: 2, width: 8, slots: 5,
          isCausal: false),
        AttentionCase(
          "grouped.slots.tiles", batch: 1, queries: 66, keys: 70, heads: 4, keyHeads: 2, width: 8,
          slots: 67),
        AttentionCase(
          "grouped.slots.full", batch: 2, queries: 4, keys: 6, heads: 4, keyHeads: 1, width: 9,
          slots: 2, isCausal: false),
        AttentionCase(
          "scaled", batch: 1, queries: 5, keys: 5, heads: 1, keyHeads: 1, width: 8, scale: 1),
        AttentionCase(
          "window", batch: 2, queries: 9, keys: 9, heads: 2, keyHeads: 1, width: 8, window: 3),
        AttentionCase(
          "window.slots.tiles", batch: 1, queries: 70, keys: 150, heads: 2, keyHeads: 2, width: 8,
          slots: 5, window: 60),
        AttentionCase(
          "window.decoding", batch: 1, queries: 2, keys: 40, heads: 2, keyHeads: 2, width: 8,
          slots: 3, window: 7),
        AttentionCase(
          "softcap", batch: 1, queries: 9, keys: 9, heads: 2, keyHeads: 2, width: 8, slots: 2,
          softcap: 1.5),
        AttentionCase(
          "softcap.decoding", batch: 1, queries: 2, keys: 20, heads: 2, keyHeads: 2, width: 8,
          softcap: 1.5),
        AttentionCase(
          "bfloat16", batch: 2, queries: 61, keys: 75, heads: 4, keyHeads: 2, width: 17, slots: 3,
          precision: .bfloat16),
        AttentionCase(
          "window.softcap.bfloat16", batch: 1, queries: 70, keys: 150, heads: 2, keyHeads: 2,
          width: 16, slots: 4, window: 60, softcap: 4, precision: .bfloat16),
      ],
      benchmark: [
        AttentionCase(
          "causal", batch: 4, queries: 256, keys: 256, heads: 12, keyHeads: 12, width: 64),
        AttentionCase(
          "causal.bfloat16", batch: 4, queries: 256, keys: 256, heads: 12, keyHeads: 12, width: 64,
          precision: .bfloat16),
        AttentionCase(
          "grouped.slots", batch: 4, queries: 256, keys: 256, heads: 12, keyHeads: 4, width: 64,
          slots: 64),
        AttentionCase(
          "decoding", batch: 1, queries: 1, keys: 1024, heads: 12, keyHeads: 12, width: 64),
        AttentionCase(
          "full", batch: 4, queries: 256, keys: 256, heads: 12, keyHeads: 12, width: 64,
          isCausal: false),
      ])
    return forms.map { form in
      OperationCase(
        "attention." + form.name, form.inputs, precision: form.precision, flops: form.flops,
        tolerance: form.precision == .bfloat16 ? .bfloat16 : .float32
      ) {
        $0[0].attending(
          keys: $0[1], values: $0[2],
          slots: form.slots > 0 ? Slots(keys: $0[3], values: $0[4]) : nil,
          AttentionForm(
            isCausal: form.isCausal, scale: form.scale, window: form.window, softcap: form.softcap))
      } reference: {
        form.reference($0)
      }
    }
  }
}

/// The extents of one attention operation.
private struct AttentionCase: Sendable {
  let name: String
  let batch, queries, keys, heads, keyHeads, width, slots: Int
  let isCausal: Bool
  let scale: Float?
  let window: Int?
  let softcap: Float
  let precision: Precision

  init(
    _ name: String, batch: Int, queries: Int, keys: Int, heads: Int, keyHeads: Int, width: Int,
    slots: Int = 0, isCausal: Bool = true, scale: Float? = nil, window: Int? = nil,
    softcap: Float = 0, precision: Precision = .float32
  ) {
    self.name = name
    (self.batch, self.queries, self.keys, self.heads) = (batch, queries, keys, heads)
    (self.keyHeads, self.width, self.slots) = (keyHeads, width, slots)
    (self.isCausal, self.scale, self.window, self.softcap) = (isCausal, scale, window, softcap)
    self.precision = precision
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
            score *= scale
            if softcap > 0 { score = Double(softcap) * tanh(score / Double(softcap)) }
            let isTooOld = j >= slots && j - slots < seen - (window ?? seen)
            scores.append(isTooOld ? -.infinity : score)
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
  /// Pair i of a head at position p turns by the angle p * 10000^(-2i / width); what is beyond `width` stays.
  fileprivate static func rotated(
    _ x: ReferenceArray, positions: ReferenceArray, width: Int, _ pairing: RotaryTable.Pairing
  ) -> ReferenceArray {
    var out = x
    let half = width / 2
    for b in 0..<x.shape[0] {
      for t in 0..<x.shape[1] {
        for h in 0..<x.shape[2] {
          for i in 0..<half {
            let angle = positions.values[t] * pow(10_000, -2 * Double(i) / Double(width))
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
