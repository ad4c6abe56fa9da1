/// Two neighbouring token ids in one number, which orders as the pair does.
struct TokenPair: Hashable, Comparable, Sendable {
  let key: UInt64

  init(_ left: Int32, _ right: Int32) {
    key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  init(key: UInt64) { self.key = key }

  var left: Int32 { Int32(truncatingIfNeeded: key >> 32) }
  var right: Int32 { Int32(truncatingIfNeeded: key) }

  static func < (first: TokenPair, second: TokenPair) -> Bool { first.key < second.key }
}

/// How often each pair occurs, and the words in which it newly appeared since last collected.
struct PairCounts: Sendable {
  private struct Slot {
    var key: UInt64
    var count: Int
    /// The list in `newPlaces`, or -1.
    var list: Int32
  }

  private static let emptyKey = UInt64.max

  private var slots = [Slot](
    repeating: Slot(key: Self.emptyKey, count: 0, list: -1), count: 1 << 12)
  private var used = 0
  private var newPairs: [TokenPair] = []
  private var newPlaces: [[Int32]] = []

  func count(of pair: TokenPair) -> Int {
    let slot = slots[index(of: pair.key)]
    return slot.key == pair.key ? slot.count : 0
  }

  mutating func remove(_ pair: TokenPair, count: Int) {
    slots[insertedIndex(of: pair.key)].count -= count
  }

  /// Counts the pair in a word; words come in order, so that one word's places follow another.
  mutating func add(_ pair: TokenPair, count: Int, inWord word: Int32) {
    let index = insertedIndex(of: pair.key)
    slots[index].count += count
    let list = Int(slots[index].list)
    if list < 0 {
      slots[index].list = Int32(newPairs.count)
      newPairs.append(pair)
      newPlaces.append([word])
    } else if newPlaces[list].last != word {
      newPlaces[list].append(word)
    }
  }

  /// Gives each pair that was added since the last call, with the words it was added in.
  mutating func collectNew(_ body: (TokenPair, _ count: Int, _ words: [Int32]) -> Void) {
    for (pair, words) in zip(newPairs, newPlaces) {
      let index = index(of: pair.key)
      slots[index].list = -1
      if slots[index].count > 0 { body(pair, slots[index].count, words) }
    }
    newPairs.removeAll(keepingCapacity: true)
    newPlaces.removeAll(keepingCapacity: true)
  }

  /// The slot of a key, or the empty slot where it would stand.
  @inline(__always)
  private func index(of key: UInt64) -> Int {
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 29) & mask
    while slots[index].key != key && slots[index].key != Self.emptyKey {
      index = (index + 1) & mask
    }
    return index
  }

  private mutating func insertedIndex(of key: UInt64) -> Int {
    let place = index(of: key)
    if slots[place].key == key { return place }
    slots[place].key = key
    used += 1
    guard used * 2 > slots.count else { return place }
    let old = slots
    slots = Array(
      repeating: Slot(key: Self.emptyKey, count: 0, list: -1), count: old.count * 2)
    for slot in old where slot.key != Self.emptyKey { slots[index(of: slot.key)] = slot }
    return index(of: key)
  }
}
