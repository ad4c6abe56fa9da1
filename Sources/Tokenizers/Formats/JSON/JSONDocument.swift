/// A parsed JSON text, kept as a flat list of nodes over the source bytes.
///
/// Strings stay bytes: vocabularies hold keys that differ only by canonical equivalence, which
/// a dictionary of `String` would take for one key. Nothing is allocated for each node.
struct JSONDocument: Sendable {
  enum Kind: UInt8, Sendable {
    case null, bool, number, string, escapedString, array, object
  }

  struct Node: Sendable {
    var kind: Kind
    /// The bytes of a scalar, without a string's quotes.
    var start: UInt32
    var end: UInt32
    /// The node after this one and everything in it.
    var following: UInt32
  }

  let source: [UInt8]
  let nodes: [Node]

  var root: JSONValue { JSONValue(document: self, index: 0) }
}

/// A place in a JSON document.
struct JSONValue: Sendable {
  let document: JSONDocument
  let index: Int

  private var node: JSONDocument.Node { document.nodes[index] }
  private var text: ArraySlice<UInt8> { document.source[Int(node.start)..<Int(node.end)] }

  var kind: JSONDocument.Kind { node.kind }
  var isNull: Bool { kind == .null }

  var bool: Bool? {
    kind == .bool ? text.first == UInt8(ascii: "t") : nil
  }

  /// A whole number that fits; fractions and exponents are no integers here.
  var integer: Int? {
    guard kind == .number else { return nil }
    if text.count < 18, text.allSatisfy({ (0x30...0x39).contains($0) }) {
      return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    return Int(String(decoding: text, as: UTF8.self))
  }

  var number: Double? {
    kind == .number ? Double(String(decoding: text, as: UTF8.self)) : nil
  }

  /// The bytes of a string, its escapes resolved.
  var stringBytes: ArraySlice<UInt8>? {
    switch kind {
    case .string: text
    case .escapedString: JSONString.unescape(text)[...]
    default: nil
    }
  }

  var string: String? { stringBytes.map { String(decoding: $0, as: UTF8.self) } }

  /// An array's elements; nil for anything else.
  var elements: [JSONValue]? {
    guard kind == .array else { return nil }
    var elements: [JSONValue] = []
    forEachChild { elements.append($0) }
    return elements
  }

  /// Calls the body with an object's keys and values in order; false for anything else.
  func forEachMember(_ body: (ArraySlice<UInt8>, JSONValue) throws -> Void) rethrows -> Bool {
    guard kind == .object else { return false }
    var key: ArraySlice<UInt8>?
    try forEachChild { child in
      if let name = key {
        try body(name, child)
        key = nil
      } else {
        key = child.stringBytes ?? []
      }
    }
    return true
  }

  /// The value of an object's key; of two the later, nil where there is none.
  subscript(key: String) -> JSONValue? {
    var found: JSONValue?
    _ = forEachMember { name, value in
      if name.elementsEqual(key.utf8) { found = value }
    }
    return found
  }

  private func forEachChild(_ body: (JSONValue) throws -> Void) rethrows {
    var child = index + 1
    let end = Int(node.following)
    while child < end {
      try body(JSONValue(document: document, index: child))
      child = Int(document.nodes[child].following)
    }
  }
}

enum JSONString {
  /// Resolves the escapes of a string that the parser has checked; lone surrogates become U+FFFD.
  static func unescape(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      guard text[index] == UInt8(ascii: "\\"), index + 1 < text.endIndex else {
        result.append(text[index])
        index += 1
        continue
      }
      let escape = text[index + 1]
      index += 2
      switch escape {
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "u"):
        var units = [codeUnit(text, at: index)]
        index += 4
        if UTF16.isLeadSurrogate(units[0]), text[index...].starts(with: #"\u"#.utf8) {
          let second = codeUnit(text, at: index + 2)
          if UTF16.isTrailSurrogate(second) {
            units.append(second)
            index += 6
          }
        }
        result.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
      default: result.append(escape)
      }
    }
    return result
  }

  private static func codeUnit(_ text: ArraySlice<UInt8>, at start: Int) -> UInt16 {
    guard start + 4 <= text.endIndex else { return 0xFFFD }
    return UInt16(String(decoding: text[start..<(start + 4)], as: UTF8.self), radix: 16) ?? 0xFFFD
  }

  /// Writes a string with its quotes.
  static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\u{0}"..<" ", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
