import CMicroHTTPD
import Foundation

/// Where a request's first line lies in the library's memory.
struct RequestLine {
  var method: UnsafePointer<CChar>
  var target: UnsafeMutableRawPointer?
  /// As it came; the library decodes it in place afterwards, which makes it shorter.
  var targetCount: Int
  var version: UnsafePointer<CChar>
}

/// A request's headers in the library's memory, in their order.
///
/// The library (before version 1.0) cuts a line at a NUL, takes one that begins with a NUL for the end, joins lines that
/// begin with a space, and tells nobody. But it parses in place: each line lies behind the one before it, with zeros where
/// its colon and its line break were. Wherever there is a gap something was left out, and the request is refused.
struct HeaderFields {
  private struct Field {
    var name: UnsafeRawBufferPointer
    var value: UnsafeRawBufferPointer
  }

  private var fields: [Field] = []
  private let line: RequestLine
  private let size: Int

  private static let isParsedInPlace = MHD_get_version().map { $0.pointee == 0x30 } ?? true

  init(of connection: OpaquePointer, after line: RequestLine) {
    self.line = line
    size = circadian_header_size(connection)
    withUnsafeMutablePointer(to: &fields) { list in
      _ = MHD_get_connection_values_n(
        connection, .HEADER_KIND,
        { list, _, name, nameCount, value, valueCount in
          list?.assumingMemoryBound(to: [Field].self).pointee.append(
            Field(
              name: UnsafeRawBufferPointer(start: name, count: nameCount),
              value: UnsafeRawBufferPointer(start: value, count: valueCount)))
          return .YES
        }, list)
    }
  }

  /// Copies of the names and values.
  func checked() throws(Refusal) -> [(name: [UInt8], value: [UInt8])] {
    if Self.isParsedInPlace {
      guard isWhole else {
        throw .malformed("a line has a NUL, is folded, or does not end in CR and LF")
      }
    }
    return fields.map { (Array($0.name), Array($0.value)) }
  }

  private var isWhole: Bool {
    guard let target = line.target else { return false }
    let method = UnsafeRawPointer(line.method)
    // "GET" 0 "/" 0 "HTTP/1.1" 0 0
    guard UnsafeRawPointer(target) == method + strlen(line.method) + 1,
      UnsafeRawPointer(line.version) == UnsafeRawPointer(target) + line.targetCount + 1
    else { return false }
    var expected = UnsafeRawPointer(line.version) + strlen(line.version) + 2
    for field in fields {
      guard let name = field.name.baseAddress, name == expected,
        let value = field.value.baseAddress
      else { return false }
      let gap = value - (name + field.name.count)
      // The colon, and spaces, which were passed over.
      guard gap >= 1,
        UnsafeRawBufferPointer(start: name + field.name.count + 1, count: gap - 1)
          .allSatisfy({ $0 == 0x20 || $0 == 0x09 })
      else { return false }
      expected = value + field.value.count + 2
    }
    // And the empty line.
    return expected + 2 == method + size
  }
}
