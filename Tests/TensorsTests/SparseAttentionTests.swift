import Tensors
import Testing

/// Attention to a few keys, and what chooses them.
@Suite struct SparseAttentionTests {
  private func drawn(_ shape: Shape, _ name: String) -> Tensor {
    var random = RandomSource(seed: 1, name: name)
    return .normal(shape, deviation: 1, using: &random)
  }

  private func rows(batch: Int = 2, queries: Int, keys: Int, width: Int = 5) -> IndexRows {
    IndexRows(
      queries: drawn([batch, queries, 3, width], "queries"),
      weights: drawn([batch, queries, 3], "weights"), keys: drawn([batch, keys, width], "keys"))
  }

  /// By sorting all scores.
  @Test(arguments: [(1, 1, 3), (9, 9, 4), (7, 40, 16), (33, 33, 1), (5, 5, 8)])
  func theHighestScoresAreChosen(_ extents: (queries: Int, keys: Int, kept: Int)) {
    let (queries, keys, kept) = extents
    let rows = rows(queries: queries, keys: keys)
    let chosen = rows.chosen(kept)
    #expect(chosen.shape == [2, queries, kept])
    let (q, w, k) = (rows.queries.values, rows.weights.values, rows.keys.values)
    for b in 0..<2 {
      for t in 0..<queries {
        let seen = t + 1 + keys - queries
        let scores = (0..<seen).map { s in
          (0..<3).reduce(Float(0)) { sum, h in
            let match = (0..<5).reduce(Float(0)) {
              $0 + q[((b * queries + t) * 3 + h) * 5 + $1] * k[(b * keys + s) * 5 + $1]
            }
            return sum + w[(b * queries + t) * 3 + h] * max(match, 0)
          }
        }
        let best = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(kept).sorted()
        let found = chosen.withIndices {
          Array($0[(b * queries + t) * kept..<(b * queries + t + 1) * kept])
        }
        // Rounding may swap two that are equal but for it.
        let expected = best.map(Int32.init) + [Int32](repeating: -1, count: kept - best.count)
        let sum = { (all: [Int32]) in all.reduce(Float(0)) { $0 + ($1 < 0 ? 0 : scores[Int($1)]) } }
        #expect(found == expected || abs(sum(found) - sum(expected)) < 1e-4)
        #expect(found.filter { $0 >= 0 } == found.filter { $0 >= 0 }.sorted())
      }
    }
  }

  /// Of equals the latest; what is no number upsets nothing.
  @Test func equalsAndNonNumbersHaveTheirOrder() {
    let equal = IndexRows(
      queries: .zeros([1, 6, 3, 5]), weights: .zeros([1, 6, 3]), keys: .zeros([1, 6, 5]))
    #expect(equal.chosen(2).withIndices { Array($0.suffix(2)) } == [4, 5])
    var broken = rows(batch: 1, queries: 6, keys: 6)
    broken.weights = Tensor(repeating: .nan, shape: [1, 6, 3])
    let last = broken.chosen(4).withIndices { Array($0.suffix(4)) }
    #expect(
      Set(last).count == 4 && last == last.sorted() && last.allSatisfy { (0..<6).contains($0) })
  }

  @Test func choosingEverythingIsAttendingToEverything() {
    let (q, k, v) = (
      drawn([2, 7, 4, 8], "q"), drawn([2, 11, 2, 8], "k"), drawn([2, 11, 2, 8], "v")
    )
    let dense = q.attending(keys: k, values: v).values
    let chosen = rows(queries: 7, keys: 11).chosen(11)
    let sparse = q.attending(keys: k, values: v, chosen: chosen).values
    for (one, other) in zip(dense, sparse) { #expect(abs(one - other) < 1e-5) }
  }
}
