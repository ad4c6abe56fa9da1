/// Which two neighbouring symbols may become one, how early, and which symbol they become.
///
/// A symbol is a token id, or a negative number for a character outside the vocabulary.
struct MergeTable: Sendable {
  /// A merge as the encoder sees it: the smaller the rank, the earlier it is done.
  struct Merge: Sendable {
    var left: Int32
    var right: Int32
    var rank: UInt32
    var merged: Int32
  }

  private struct Slot {
    var key: UInt64
    var value: UInt64
  }

  /// The value of a pair that does not merge: later than any rank.
  static let none = UInt64.max
  private static let emptyKey = UInt64.max

  private var slots: [Slot]
  private(set) var count = 0

  init(expectedCount: Int) {
    var capacity = 16
    while capacity < expectedCount * 2 { capacity *= 2 }
    slots = Array(repeating: Slot(key: Self.emptyKey, value: Self.none), count: capacity)
  }

  /// The rank in the upper half and the merged symbol in the lower, or `none`.
  @inline(__always)
  func value(_ left: Int32, _ right: Int32) -> UInt64 {
    let key = Self.key(left, right)
    let mask = slots.count - 1
    var index = Self.slotIndex(of: key) & mask
    while true {
      let slot = slots[index]
      if slot.key == key { return slot.value }
      if slot.key == Self.emptyKey { return Self.none }
      index = (index + 1) & mask
    }
  }

  /// Adds a merge; of two merges of the same pair the later stands, as in a Python dictionary.
  mutating func insert(_ merge: Merge) {
    insert(
      Self.key(merge.left, merge.right),
      UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: merge.merged)))
  }

  private mutating func insert(_ key: UInt64, _ value: UInt64) {
    if (count + 1) * 2 > slots.count { grow() }
    let mask = slots.count - 1
    var index = Self.slotIndex(of: key) & mask
    while slots[index].key != Self.emptyKey && slots[index].key != key {
      index = (index + 1) & mask
    }
    if slots[index].key == Self.emptyKey { count += 1 }
    slots[index] = Slot(key: key, value: value)
  }

  /// All merges, the earliest first.
  var merges: [Merge] {
    slots.lazy.filter { $0.key != Self.emptyKey }.map { slot in
      Merge(
        left: Int32(truncatingIfNeeded: slot.key >> 32),
        right: Int32(truncatingIfNeeded: slot.key),
        rank: UInt32(slot.value >> 32), merged: Int32(truncatingIfNeeded: slot.value))
    }.sorted { ($0.rank, $0.left, $0.right) < ($1.rank, $1.left, $1.right) }
  }

  private mutating func grow() {
    var larger = MergeTable(expectedCount: slots.count)
    for slot in slots where slot.key != Self.emptyKey { larger.insert(slot.key, slot.value) }
    self = larger
  }

  /// No pair of symbols has the empty key: symbols are above -1 or below it, never -1.
  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private static func slotIndex(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 29)
  }
}

extension MergeTable {
  /// Derives the merges of a vocabulary that lists tokens in order of merging but no pairs.
  ///
  /// Every way to cut a token into two symbols is a merge, of the token's rank. That is what
  /// merging by looking up the joined bytes does.
  /// - Parameters:
  ///   - rank: the rank of a token, or nil where nothing may merge into it.
  ///   - isBoundary: whether a token may be cut before this byte.
  ///   - symbol: the symbol with these bytes.
  init(
    derivedFrom vocabulary: Vocabulary, rank: (Int32) -> UInt32?,
    isBoundary: (UInt8) -> Bool, symbol: (UnsafeBufferPointer<UInt8>) -> Int32?
  ) throws {
    self.init(expectedCount: vocabulary.count * 3)
    try vocabulary.forEachToken { id, token in
      guard token.count > 1, let rank = rank(id) else { return }
      guard token.count <= Self.longestDerivedToken else {
        throw TokenizerError.invalidVocabulary(
          "token \(id) has \(token.count) bytes; at most \(Self.longestDerivedToken) are read")
      }
      for cut in 1..<token.count where isBoundary(token[cut]) {
        if let left = symbol(UnsafeBufferPointer(rebasing: token[..<cut])),
          let right = symbol(UnsafeBufferPointer(rebasing: token[cut...]))
        {
          insert(Merge(left: left, right: right, rank: rank, merged: id))
        }
      }
    }
  }

  /// The longest real tokens are runs of 128 spaces; the cost of deriving grows with the square.
  private static let longestDerivedToken = 512
}
