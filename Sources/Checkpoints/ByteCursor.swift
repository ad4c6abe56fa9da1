/// Reads a mapped file from front to back; every read says what it expects in case the file ends.
struct ByteCursor {
  let file: MappedFile
  private(set) var offset: Int

  var remaining: Int { file.byteCount - offset }

  mutating func integer<T: FixedWidthInteger>(
    _ what: String, as type: T.Type = T.self
  ) throws(CheckpointError) -> T {
    let start = try skip(MemoryLayout<T>.size, what)
    return try file.integer(at: start)
  }

  /// A 64-bit count of things that take at least `minimumByteCount` bytes each in the rest of the file.
  mutating func count(of what: String, minimumByteCount: Int) throws(CheckpointError) -> Int {
    let place = CheckpointError.Place.offset(offset)
    let count: UInt64 = try integer("the number of \(what)")
    let limit = remaining / minimumByteCount
    guard count <= limit else {
      throw file.malformed(
        place, expected: "a number of \(what) that the file can hold (\(limit)), found \(count)")
    }
    return Int(count)
  }

  /// Text after its 64-bit length in bytes.
  mutating func string(_ what: String) throws -> String {
    let bytes = try byteRange(what)
    return try file.withBytes(in: bytes) { bytes in
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw file.malformed(.offset(offset - bytes.count), expected: "\(what) in UTF-8")
      }
      return text
    }
  }

  /// The place of bytes that follow their 64-bit length.
  mutating func byteRange(_ what: String) throws(CheckpointError) -> Range<Int> {
    let count = try count(of: "bytes of \(what)", minimumByteCount: 1)
    let start = try skip(count, what)
    return start..<start + count
  }

  /// Passes over `count` bytes and returns where they begin.
  @discardableResult
  mutating func skip(_ count: Int, _ what: String) throws(CheckpointError) -> Int {
    guard count <= remaining else {
      throw file.malformed(
        .offset(offset), expected: "\(count) more bytes (\(what)); \(remaining) are left")
    }
    defer { offset += count }
    return offset
  }
}
