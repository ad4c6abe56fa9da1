/// Reads a file, unpacked, through a buffer, and knows the offset and the line.
final class ByteReader {
  let path: String
  private let stream: any ByteStream
  private var buffer: [UInt8] = []
  private var head = 0
  /// Where the next byte lies in the unpacked file.
  private(set) var offset = 0
  /// Line breaks before the next byte.
  private(set) var line = 0
  /// No byte at or behind this offset is read, as if the file ended there.
  private let end: Int

  private static let blockSize = 1 << 16

  init(_ path: String, end: Int = .max) throws(DocumentError) {
    self.path = path
    self.end = end
    stream = try Compression.open(path)
  }

  /// The bytes that have been read and not taken.
  var available: ArraySlice<UInt8> { buffer[head...] }

  /// Reads until `count` bytes are available or the file ends, and says how many are.
  func require(_ count: Int) throws(DocumentError) -> Int {
    let held = buffer.count - head
    let wanted = min(count, end - offset) - held
    guard wanted > 0 else { return held }
    if head > 0, head >= buffer.count / 2 {
      buffer.removeFirst(head)
      head = 0
    }
    // A little more than wanted spares many small reads.
    let most = min(max(wanted, Self.blockSize), end - offset - held)
    return try held + stream.read(most, into: &buffer)
  }

  /// Passes over bytes that are available.
  func consume(_ count: Int) {
    line += buffer[head..<head + count].count { $0 == 0x0A }
    head += count
    offset += count
  }

  /// Passes over a byte-order mark at the beginning of the file.
  func skipByteOrderMark() throws(DocumentError) {
    guard offset == 0, try require(3) >= 3, available.starts(with: [0xEF, 0xBB, 0xBF]) else {
      return
    }
    consume(3)
  }

  /// Goes forward to an offset of which the line is known.
  ///
  /// - Throws: `DocumentError.changed` when the file ends before it.
  func skip(to target: Int, line targetLine: Int) throws(DocumentError) {
    let held = buffer.count - head
    if target > offset + held, try stream.seek(to: target) {
      buffer.removeAll(keepingCapacity: true)
      (head, offset) = (0, target)
    }
    while offset < target {
      let count = try min(require(min(target - offset, Self.blockSize)), target - offset)
      guard count > 0 else {
        throw .changed(path: path, expected: "\(target) bytes or more, found \(offset)")
      }
      head += count
      offset += count
    }
    line = targetLine
  }

  /// The next line without its line break and its number from 1, nil at the end.
  ///
  /// - Throws: `DocumentError.malformed` for a line of more than `limit` bytes.
  func nextLine(limit: Int) throws(DocumentError) -> (bytes: [UInt8], number: Int)? {
    var searched = 0
    let number = line + 1
    while true {
      if let found = available.position(of: 0x0A, from: head + searched) {
        let line = Array(buffer[head..<found])
        guard line.count <= limit else { throw tooLong(limit) }
        consume(line.count + 1)
        return (line, number)
      }
      searched = buffer.count - head
      guard searched <= limit else { throw tooLong(limit) }
      if try require(searched + 1) == searched {
        guard searched > 0 else { return nil }
        let line = Array(available)
        consume(line.count)
        return (line, number)
      }
    }
  }

  private func tooLong(_ limit: Int) -> DocumentError {
    .malformed(path: path, line: line + 1, expected: "at most \(limit) bytes in a line")
  }
}
