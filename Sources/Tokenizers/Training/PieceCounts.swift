/// Counts how often each piece occurs, in the order of first occurrence.
struct PieceCounts: Sendable {
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  private var hashes: [UInt64] = []
  private(set) var counts: [Int] = []
  /// Open addressing; a slot is a piece's index plus one, or zero.
  private var slots = [Int](repeating: 0, count: 1 << 12)

  var pieceCount: Int { counts.count }

  func piece(_ index: Int) -> ArraySlice<UInt8> { bytes[starts[index]..<starts[index + 1]] }

  mutating func add(_ piece: UnsafeBufferPointer<UInt8>) {
    add(piece, hash: byteHash(piece), count: 1)
  }

  mutating func add(_ other: PieceCounts) {
    other.bytes.withUnsafeBufferPointer { bytes in
      for index in 0..<other.pieceCount {
        let range = other.starts[index]..<other.starts[index + 1]
        add(
          UnsafeBufferPointer(rebasing: bytes[range]), hash: other.hashes[index],
          count: other.counts[index])
      }
    }
  }

  private mutating func add(_ piece: UnsafeBufferPointer<UInt8>, hash: UInt64, count: Int) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = slots[slot] - 1
      if hashes[index] == hash && isPiece(index, equalTo: piece) {
        counts[index] += count
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    bytes.append(contentsOf: piece)
    starts.append(bytes.count)
    hashes.append(hash)
    counts.append(count)
    slots[slot] = counts.count
    if counts.count * 2 > slots.count { grow() }
  }

  private func isPiece(_ index: Int, equalTo piece: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = starts[index]
    guard starts[index + 1] - start == piece.count else { return false }
    return bytes.withUnsafeBufferPointer { stored in
      for offset in 0..<piece.count where stored[start + offset] != piece[offset] { return false }
      return true
    }
  }

  private mutating func grow() {
    let mask = slots.count * 2 - 1
    var larger = [Int](repeating: 0, count: slots.count * 2)
    for (index, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while larger[slot] != 0 { slot = (slot + 1) & mask }
      larger[slot] = index + 1
    }
    slots = larger
  }
}
