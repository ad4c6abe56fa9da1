/// Parses JSON (RFC 8259) into a `JSONDocument`, without recursion.
struct JSONParser {
  /// Where the text stops being JSON.
  struct Failure: Error, Equatable {
    var offset: Int
    var problem: String
  }

  private let source: [UInt8]
  private var position = 0
  private var nodes: [JSONDocument.Node] = []
  /// The containers that are open, outermost first.
  private var open: [Int] = []

  private static let depthLimit = 512

  private init(_ source: [UInt8]) {
    self.source = source
  }

  /// - Throws: `JSONParser.Failure` with the byte offset of the first thing that is not JSON.
  static func parse(_ source: [UInt8]) throws -> JSONDocument {
    guard source.count < Int(UInt32.max) else {
      throw Failure(offset: 0, problem: "the file is larger than 4 GB")
    }
    var parser = JSONParser(source)
    parser.nodes.reserveCapacity(source.count / 12)
    try parser.parseDocument()
    return JSONDocument(source: parser.source, nodes: parser.nodes)
  }

  private mutating func parseDocument() throws {
    if source.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try parseValue()
    while let container = open.last {
      skipWhiteSpace()
      let isObject = nodes[container].kind == .object
      let isEmpty = nodes.count == container + 1
      if current == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
        position += 1
        nodes[container].following = UInt32(nodes.count)
        open.removeLast()
        continue
      }
      if !isEmpty {
        guard current == UInt8(ascii: ",") else {
          throw failure(isObject ? "expected ',' or '}'" : "expected ',' or ']'")
        }
        position += 1
        skipWhiteSpace()
      }
      if isObject {
        guard current == UInt8(ascii: "\"") else { throw failure("expected a key") }
        try parseString()
        skipWhiteSpace()
        guard current == UInt8(ascii: ":") else { throw failure("expected ':'") }
        position += 1
      }
      try parseValue()
    }
    skipWhiteSpace()
    guard position == source.count else { throw failure("expected the end of the file") }
  }

  private var current: UInt8? { position < source.count ? source[position] : nil }

  private func failure(_ problem: String) -> Failure {
    Failure(offset: position, problem: position < source.count ? problem : "the file ends early")
  }

  private mutating func skipWhiteSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func append(_ kind: JSONDocument.Kind, _ start: Int, _ end: Int) {
    nodes.append(
      JSONDocument.Node(
        kind: kind, start: UInt32(start), end: UInt32(end), following: UInt32(nodes.count + 1)))
  }

  /// Parses a scalar, or opens a container that `parseDocument` fills.
  private mutating func parseValue() throws {
    skipWhiteSpace()
    switch current {
    case UInt8(ascii: "\"")?: try parseString()
    case UInt8(ascii: "{")?: try openContainer(.object)
    case UInt8(ascii: "[")?: try openContainer(.array)
    case UInt8(ascii: "t")?: try parseWord("true", .bool)
    case UInt8(ascii: "f")?: try parseWord("false", .bool)
    case UInt8(ascii: "n")?: try parseWord("null", .null)
    default: try parseNumber()
    }
  }

  private mutating func openContainer(_ kind: JSONDocument.Kind) throws {
    guard open.count < Self.depthLimit else {
      throw failure("nested more than \(Self.depthLimit) deep")
    }
    open.append(nodes.count)
    append(kind, position, position)
    position += 1
  }

  private mutating func parseWord(_ word: StaticString, _ kind: JSONDocument.Kind) throws {
    let end = position + word.utf8CodeUnitCount
    let isHere =
      end <= source.count
      && word.withUTF8Buffer { $0.elementsEqual(source[position..<end]) }
    guard isHere else { throw failure("expected a value") }
    append(kind, position, end)
    position = end
  }

  private mutating func parseNumber() throws {
    let start = position
    while let byte = current,
      (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    {
      position += 1
    }
    let digits = source[start..<position]
    let isPlain = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    guard isPlain || Double(String(decoding: digits, as: UTF8.self)) != nil
    else {
      position = start
      throw failure("expected a value")
    }
    append(.number, start, position)
  }

  private mutating func parseString() throws {
    position += 1
    let start = position
    var hasEscapes = false
    while let byte = current {
      if byte == UInt8(ascii: "\"") {
        append(hasEscapes ? .escapedString : .string, start, position)
        position += 1
        return
      }
      guard byte >= 0x20 else { throw failure("a control character stands in a string") }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        try skipEscape()
      } else {
        position += 1
      }
    }
    throw failure("a string without an end")
  }

  private mutating func skipEscape() throws {
    position += 1
    switch current {
    case UInt8(ascii: "u")?:
      let digits = source[(position + 1)...].prefix(4)
      let areHexadecimal = digits.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
      }
      guard digits.count == 4, areHexadecimal else {
        throw failure(#"expected four hexadecimal digits after \u"#)
      }
      position += 5
    case let byte? where #""\/bfnrt"#.utf8.contains(byte): position += 1
    default: throw failure("an unknown escape")
    }
  }
}
