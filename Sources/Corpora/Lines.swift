/// The lines of a text, one at a time, so that a file of nothing but line breaks costs no memory.
struct Lines: Sequence, IteratorProtocol {
  struct Line {
    /// Counted from 1.
    var number: Int
    /// Without its line break.
    var bytes: ArraySlice<UInt8>
  }

  private let bytes: [UInt8]
  private var offset = 0
  private var number: Int

  /// - Parameter number: What the first line is counted as.
  init(_ bytes: [UInt8], from offset: Int = 0, number: Int = 1) {
    self.bytes = bytes
    self.offset = offset
    self.number = number
  }

  mutating func next() -> Line? {
    guard offset < bytes.count else { return nil }
    let end = bytes[offset...].position(of: 0x0A, from: offset) ?? bytes.count
    defer {
      offset = end + 1
      number += 1
    }
    return Line(number: number, bytes: bytes[offset..<end])
  }
}
