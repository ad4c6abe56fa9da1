/// Work of unlike cost, dealt out before anybody begins.
public enum Dealing {
  /// Which pieces each of `count` hands carries, and in which order: the dearest first, each to whom has least to do.
  public static func hands(_ costs: [Int], to count: Int) -> [[Int]] {
    var hands = [[Int]](repeating: [], count: count)
    var loads = [Int](repeating: 0, count: count)
    let order = costs.indices.sorted {
      costs[$0] != costs[$1] ? costs[$0] > costs[$1] : $0 < $1
    }
    for piece in order {
      let least = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      hands[least].append(piece)
      loads[least] += costs[piece]
    }
    return hands
  }
}
