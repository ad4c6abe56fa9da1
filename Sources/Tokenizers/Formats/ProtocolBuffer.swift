/// Reads the fields of a Protocol Buffers message, one after another.
struct ProtocolBufferReader {
  enum Value {
    case integer(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  /// Where the message cannot be read.
  struct Failure: Error {
    var offset: Int
    var problem: String
  }

  private var rest: ArraySlice<UInt8>

  init(_ message: ArraySlice<UInt8>) {
    rest = message
  }

  /// The next field's number and value, or nil at the end.
  mutating func next() throws -> (field: UInt64, value: Value)? {
    if rest.isEmpty { return nil }
    let offset = rest.startIndex
    let tag = try variableLengthInteger()
    switch tag & 7 {
    case 0: return (tag >> 3, .integer(try variableLengthInteger()))
    case 1: return (tag >> 3, .fixed64(try littleEndian(byteCount: 8)))
    case 5: return (tag >> 3, .fixed32(UInt32(truncatingIfNeeded: try littleEndian(byteCount: 4))))
    case 2:
      let length = try variableLengthInteger()
      guard length <= UInt64(rest.count) else {
        throw Failure(
          offset: offset, problem: "a field of \(length) bytes where \(rest.count) are left")
      }
      defer { rest = rest.dropFirst(Int(length)) }
      return (tag >> 3, .bytes(rest.prefix(Int(length))))
    default: throw Failure(offset: offset, problem: "the wire type \(tag & 7) is unknown")
    }
  }

  private mutating func variableLengthInteger() throws -> UInt64 {
    let offset = rest.startIndex
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else {
        throw Failure(offset: offset, problem: "the message ends within a number")
      }
      value |= shift < 64 ? UInt64(byte & 0x7F) << shift : 0
      if byte & 0x80 == 0 { return value }
    }
    throw Failure(offset: offset, problem: "a number of more than ten bytes")
  }

  private mutating func littleEndian(byteCount: Int) throws -> UInt64 {
    guard rest.count >= byteCount else {
      throw Failure(offset: rest.startIndex, problem: "the message ends within a number")
    }
    defer { rest = rest.dropFirst(byteCount) }
    return rest.prefix(byteCount).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
