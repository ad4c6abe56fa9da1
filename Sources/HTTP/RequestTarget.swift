/// Where a request goes, decoded.
package struct RequestTarget: Equatable {
  package var path: String
  package var segments: [String]
  package var query: [String: String]

  init(path: String, segments: [String], query: [String: String]) {
    (self.path, self.segments, self.query) = (path, segments, query)
  }

  /// Decodes a target as it stands in the request line (RFC 9112, 3.2.1), or refuses it.
  package init(_ bytes: ArraySlice<UInt8>) throws(Refusal) {
    // Absolute targets are for proxies, and name a host beside the header that is checked.
    guard bytes.first == UInt8(ascii: "/") else {
      throw .malformed("the target does not begin with a slash")
    }
    guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") }) else {
      throw .malformed("the target has a character that must be escaped")
    }
    let parts = bytes.split(
      separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    path = try Self.decoded(parts[0])
    segments = []
    // Split before decoding, so that an escaped slash stays within its segment.
    for part in parts[0].split(separator: UInt8(ascii: "/")) {
      segments.append(try Self.segment(part))
    }
    query = [:]
    guard parts.count > 1 else { return }
    for pair in parts[1].split(separator: UInt8(ascii: "&")) {
      let sides = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let name = try Self.decoded(sides[0], plusIsSpace: true)
      let value = sides.count > 1 ? try Self.decoded(sides[1], plusIsSpace: true) : ""
      if query[name] == nil { query[name] = value }
    }
  }

  /// A name with a slash in it is fine, since it only leads further down; a part that is empty or dots would lead up.
  private static func segment(_ bytes: ArraySlice<UInt8>) throws(Refusal) -> String {
    let text = try decoded(bytes)
    let parts = text.split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "\\" }
    guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      throw .malformed("the path leads out of its folder")
    }
    guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
      throw .malformed("the path has a control character")
    }
    return text
  }

  private static func decoded(
    _ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = false
  ) throws(Refusal) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst()?.hexDigit, let low = rest.popFirst()?.hexDigit else {
          throw .malformed("the target has a bad percent escape")
        }
        result.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: result.append(0x20)
      default: result.append(byte)
      }
    }
    guard !result.contains(0) else { throw .malformed("the target has a NUL") }
    guard let text = String(validating: result, as: UTF8.self) else {
      throw .malformed("the target is not UTF-8")
    }
    return text
  }
}

extension UInt8 {
  fileprivate var hexDigit: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
