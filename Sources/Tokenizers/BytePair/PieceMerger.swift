/// Merges the symbols of one piece, earliest merge first and leftmost among equals.
///
/// Short pieces are scanned, O(n^2) with a small constant; long ones go through a heap over a
/// linked list, O(n log n). The working memory is kept between pieces.
struct PieceMerger: Sendable {
  /// The piece's symbols: the caller fills them, `merge` replaces them by what they became.
  var symbols: [Int32] = []

  private var values: [UInt64] = []
  private var previous: [Int32] = []
  private var next: [Int32] = []
  private var heap = MinimumHeap()

  /// The symbols from which the heap is faster than the scan.
  private static let heapThreshold = 64

  mutating func merge(with table: MergeTable) {
    if symbols.count < 2 { return }
    if symbols.count < Self.heapThreshold {
      scan(with: table)
    } else {
      mergeByHeap(with: table)
    }
  }

  /// Whether the memory kept is more than pieces of ordinary text need.
  var isOversized: Bool { symbols.capacity > 1 << 16 }

  private mutating func scan(with table: MergeTable) {
    var count = symbols.count
    if values.count < count {
      values = [UInt64](repeating: MergeTable.none, count: Self.heapThreshold)
    }
    symbols.withUnsafeMutableBufferPointer { symbols in
      values.withUnsafeMutableBufferPointer { values in
        for index in 0..<(count - 1) {
          values[index] = table.value(symbols[index], symbols[index + 1])
        }
        while count > 1 {
          var best = 0
          for index in 1..<(count - 1) where values[index] >> 32 < values[best] >> 32 {
            best = index
          }
          if values[best] == MergeTable.none { break }
          symbols[best] = Int32(truncatingIfNeeded: values[best])
          count -= 1
          for index in (best + 1)..<max(count, best + 1) {
            symbols[index] = symbols[index + 1]
            values[index] = values[index + 1]
          }
          if best + 1 < count {
            values[best] = table.value(symbols[best], symbols[best + 1])
          }
          if best > 0 {
            values[best - 1] = table.value(symbols[best - 1], symbols[best])
          }
        }
      }
    }
    symbols.removeLast(symbols.count - count)
  }

  private mutating func mergeByHeap(with table: MergeTable) {
    let count = symbols.count
    values = (0..<count).map { index in
      index + 1 < count ? table.value(symbols[index], symbols[index + 1]) : MergeTable.none
    }
    previous = (0..<Int32(count)).map { $0 - 1 }
    next = (0..<Int32(count)).map { $0 + 1 }
    heap.removeAll()
    for position in 0..<count where values[position] != MergeTable.none {
      heap.push(entry(at: position))
    }

    while let top = heap.popMinimum() {
      let position = Int(top & 0xFFFF_FFFF)
      // An entry is stale when its pair has merged or changed since it was pushed.
      let value = values[position]
      guard value != MergeTable.none, value >> 32 == top >> 32 else { continue }
      let absorbed = Int(next[position])
      symbols[position] = Int32(truncatingIfNeeded: value)
      values[absorbed] = MergeTable.none
      next[position] = next[absorbed]
      let following = Int(next[position])
      if following < count {
        previous[following] = Int32(position)
        updatePair(at: position, with: symbols[following], table)
      } else {
        values[position] = MergeTable.none
      }
      if previous[position] >= 0 {
        updatePair(at: Int(previous[position]), with: symbols[position], table)
      }
    }

    var position = 0
    var kept = 0
    while position < count {
      symbols[kept] = symbols[position]
      kept += 1
      position = Int(next[position])
    }
    symbols.removeLast(count - kept)
  }

  private mutating func updatePair(at position: Int, with right: Int32, _ table: MergeTable) {
    values[position] = table.value(symbols[position], right)
    if values[position] != MergeTable.none { heap.push(entry(at: position)) }
  }

  /// Rank above position, so that the heap's order is the order of merging.
  private func entry(at position: Int) -> UInt64 {
    (values[position] >> 32) << 32 | UInt64(position)
  }
}

/// A binary heap of integers with the smallest on top.
struct MinimumHeap: Sendable {
  private var elements: [UInt64] = []

  mutating func removeAll() {
    elements.removeAll(keepingCapacity: true)
  }

  mutating func push(_ element: UInt64) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if elements[parent] <= element { break }
      elements[child] = elements[parent]
      child = parent
    }
    elements[child] = element
  }

  mutating func popMinimum() -> UInt64? {
    guard let last = elements.popLast() else { return nil }
    guard let minimum = elements.first else { return last }
    elements[0] = last
    siftDown(from: 0)
    return minimum
  }

  private mutating func siftDown(from start: Int) {
    let element = elements[start]
    var parent = start
    while true {
      var child = 2 * parent + 1
      if child >= elements.count { break }
      if child + 1 < elements.count && elements[child + 1] < elements[child] { child += 1 }
      if elements[child] >= element { break }
      elements[parent] = elements[child]
      parent = child
    }
    elements[parent] = element
  }
}
