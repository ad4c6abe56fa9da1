import Foundation

/// Attention written out in double precision, one query at a time, with its gradients.
struct AttentionReference {
  var queries, keys, slots, heads, keyHeads, width, keyStride: Int
  var scale: Double
  var causal: Bool
  var query, key, value, slotKeys, slotValues: [Double]

  func visible(_ i: Int) -> Int {
    causal ? slots + min(max(i + 1 + keys - queries, 0), keys) : slots + keys
  }

  /// Whether key j (slots first) of a head is a slot, and where its first element is.
  func place(_ j: Int, _ keyHead: Int) -> (slot: Bool, index: Int) {
    j < slots
      ? (true, (j * keyHeads + keyHead) * width)
      : (false, (j - slots) * keyStride + keyHead * width)
  }

  func keyElement(_ j: Int, _ keyHead: Int, _ d: Int) -> Double {
    let (slot, index) = place(j, keyHead)
    return slot ? slotKeys[index + d] : key[index + d]
  }

  func valueElement(_ j: Int, _ keyHead: Int, _ d: Int) -> Double {
    let (slot, index) = place(j, keyHead)
    return slot ? slotValues[index + d] : value[index + d]
  }

  /// The probabilities of one query's visible keys, and the logarithm of their sum.
  func probabilities(_ i: Int, _ head: Int) -> ([Double], Double) {
    let keyHead = head / (heads / keyHeads)
    let scores = (0..<visible(i)).map { j in
      scale
        * (0..<width).reduce(0) {
          $0 + query[(i * heads + head) * width + $1] * keyElement(j, keyHead, $1)
        }
    }
    guard let best = scores.max() else { return ([], -.infinity) }
    let total = scores.reduce(0) { $0 + exp($1 - best) }
    return (scores.map { exp($0 - best) / total }, best + log(total))
  }

  func forward() -> (out: [Double], logSumExp: [Double]) {
    var out = [Double](repeating: 0, count: queries * heads * width)
    var logSums = [Double](repeating: 0, count: heads * queries)
    for head in 0..<heads {
      for i in 0..<queries {
        let (p, logSum) = probabilities(i, head)
        logSums[head * queries + i] = logSum
        for (j, weight) in p.enumerated() {
          for d in 0..<width {
            out[(i * heads + head) * width + d] +=
              weight * valueElement(j, head / (heads / keyHeads), d)
          }
        }
      }
    }
    return (out, logSums)
  }

  struct Gradients {
    var query, key, value, slotKeys, slotValues: [Double]
  }

  func backward(_ gradOut: [Double]) -> Gradients {
    let context = [Double](repeating: 0, count: keys * keyHeads * width)
    let trained = [Double](repeating: 0, count: slots * keyHeads * width)
    var g = Gradients(
      query: [Double](repeating: 0, count: query.count), key: context, value: context,
      slotKeys: trained, slotValues: trained)
    for head in 0..<heads {
      let keyHead = head / (heads / keyHeads)
      for i in 0..<queries {
        let (p, _) = probabilities(i, head)
        let base = (i * heads + head) * width
        let byWeight = p.indices.map { j in
          (0..<width).reduce(0) { $0 + gradOut[base + $1] * valueElement(j, keyHead, $1) }
        }
        let mean = zip(p, byWeight).reduce(0) { $0 + $1.0 * $1.1 }
        for j in p.indices {
          let byScore = p[j] * (byWeight[j] - mean) * scale
          let row = ((j < slots ? j : j - slots) * keyHeads + keyHead) * width
          for d in 0..<width {
            g.query[base + d] += byScore * keyElement(j, keyHead, d)
            if j < slots {
              g.slotKeys[row + d] += byScore * query[base + d]
              g.slotValues[row + d] += p[j] * gradOut[base + d]
            } else {
              g.key[row + d] += byScore * query[base + d]
              g.value[row + d] += p[j] * gradOut[base + d]
            }
          }
        }
      }
    }
    return g
  }
}
