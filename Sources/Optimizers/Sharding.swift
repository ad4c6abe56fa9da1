import Layers
import Tensors

/// Which rank keeps what of an optimizer's state, and in which portions gradients and parameters travel.
///
/// A parameter whose elements are updated one by one is divided by rows, so that every rank has its share; one that is
/// updated as a whole, such as Muon's matrices, belongs to whoever has least (ZeRO stage 2, 1910.02054).
struct Sharding: Equatable {
  /// Rows of the first axis of a parameter.
  struct Shard: Equatable {
    /// Its place in the list of parameters.
    let parameter: Int
    let rows: Range<Int>
    /// Elements before and in it.
    let elements: Range<Int>
  }

  /// Parameters that travel together: for every rank the shards that it keeps.
  struct Portion: Equatable {
    var shards: [[Shard]]

    /// The elements of every rank's shards.
    var counts: [Int] { shards.map { $0.reduce(0) { $0 + $1.elements.count } } }
  }

  private(set) var portions: [Portion] = []

  /// Elements of a portion, about, of so many in all: 16 MB in float32, enough that what a message costs by itself does not count;
  /// less of a small model, so that some travel while others are computed, but no less than 1 MB.
  private static func portionCount(of count: Int) -> Int { min(max(count / 8, 1 << 18), 1 << 22) }

  /// - Parameters:
  ///   - shapes: Of all parameters.
  ///   - isDivisible: Whether each may be divided.
  init(_ shapes: [Shape], isDivisible: [Bool], among ranks: Int) {
    var loads = [Int](repeating: 0, count: ranks)
    var owners: [Int: Int] = [:]
    let whole = shapes.indices.filter { !isDivisible[$0] || Self.rows(shapes[$0]) < ranks }
    // The largest first, each to whom has least: who comes last has small ones to even things out.
    for index in whole.sorted(by: { (shapes[$1].count, $0) < (shapes[$0].count, $1) }) {
      let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
      owners[index] = least
      loads[least] += shapes[index].count
    }
    var portion = Portion(shards: Array(repeating: [], count: ranks))
    let portionCount = Self.portionCount(of: shapes.reduce(0) { $0 + $1.count })
    var count = 0
    for (index, shape) in shapes.enumerated() {
      let rows = Self.rows(shape)
      let width = rows > 0 ? shape.count / rows : 0
      func add(_ range: Range<Int>, to rank: Int) {
        portion.shards[rank].append(
          Shard(
            parameter: index, rows: range,
            elements: range.lowerBound * width..<range.upperBound * width))
      }
      if let owner = owners[index] {
        add(0..<rows, to: owner)
      } else {
        for rank in 0..<ranks { add(rows * rank / ranks..<rows * (rank + 1) / ranks, to: rank) }
      }
      count += shape.count
      if count >= portionCount || index == shapes.count - 1 {
        portions.append(portion)
        portion = Portion(shards: Array(repeating: [], count: ranks))
        count = 0
      }
    }
  }

  private static func rows(_ shape: Shape) -> Int { shape.rank == 0 ? 1 : shape[0] }

  /// All shards of a rank.
  func shards(of rank: Int) -> [Shard] { portions.flatMap { $0.shards[rank] } }
}
