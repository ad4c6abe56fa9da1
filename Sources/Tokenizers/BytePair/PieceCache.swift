/// Remembers the ids of pieces that were encoded before; words repeat.
///
/// Direct-mapped: a piece takes the slot of another with the same hash bits. Emptied when full.
struct PieceCache: Sendable {
  private struct Slot {
    var hash: UInt64 = 0
    var bytesStart: UInt32 = 0
    var idsStart: UInt32 = 0
    var byteCount: UInt16 = 0
    var idCount: UInt16 = 0
  }

  private var slots: [Slot] = []
  private var bytes: [UInt8] = []
  private var ids: [Int32] = []

  private static let slotCount = 1 << 15
  private static let byteLimit = 1 << 20
  static let longestPiece = 64

  /// Appends the ids of a piece that is remembered, and says whether it was.
  @inline(__always)
  func append(
    _ piece: UnsafeBufferPointer<UInt8>, hash: UInt64, to output: inout [Int32]
  ) -> Bool {
    guard !slots.isEmpty else { return false }
    let slot = slots[Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)]
    guard slot.hash == hash, Int(slot.byteCount) == piece.count else { return false }
    let start = Int(slot.bytesStart)
    let isSame = bytes.withUnsafeBufferPointer { stored in
      for index in 0..<piece.count where stored[start + index] != piece[index] { return false }
      return true
    }
    guard isSame else { return false }
    if slot.idCount == 1 {
      output.append(ids[Int(slot.idsStart)])
    } else {
      output.append(
        contentsOf: ids[Int(slot.idsStart)..<(Int(slot.idsStart) + Int(slot.idCount))])
    }
    return true
  }

  mutating func insert(
    _ piece: UnsafeBufferPointer<UInt8>, hash: UInt64, ids pieceIDs: some Collection<Int32>
  ) {
    guard piece.count <= Self.longestPiece, pieceIDs.count <= Int(UInt16.max) else { return }
    if slots.isEmpty || bytes.count + piece.count > Self.byteLimit {
      slots = [Slot](repeating: Slot(), count: Self.slotCount)
      bytes.removeAll(keepingCapacity: true)
      ids.removeAll(keepingCapacity: true)
    }
    slots[Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)] = Slot(
      hash: hash, bytesStart: UInt32(bytes.count), idsStart: UInt32(ids.count),
      byteCount: UInt16(piece.count), idCount: UInt16(pieceIDs.count))
    bytes.append(contentsOf: piece)
    ids.append(contentsOf: pieceIDs)
  }
}
