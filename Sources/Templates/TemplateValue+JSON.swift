extension TemplateValue {
  /// The value of a JSON text, with the keys of objects in their order.
  ///
  /// Integers that do not fit into 64 bits become floating-point numbers.
  ///
  /// - Throws: ``TemplateError/invalidJSON(offset:problem:)``.
  public init(json: String) throws {
    var json = json
    self = try json.withUTF8 { bytes in
      var reader = JSONReader(bytes: bytes)
      return try reader.document()
    }
  }
}

/// Reads JSON (RFC 8259); Foundation's reader forgets the order of keys.
private struct JSONReader {
  let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func document() throws -> TemplateValue {
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw error("something follows the value") }
    return value
  }

  private func error(_ problem: String) -> TemplateError {
    .invalidJSON(offset: position, problem: problem)
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws -> TemplateValue {
    depth += 1
    defer { depth -= 1 }
    guard depth < TemplateLimits.valueDepth else { throw error("the value is nested too deeply") }
    if take("{") { return .mapping(try object()) }
    if take("[") { return .list(try array()) }
    if take("\"") { return .string(try string()) }
    for (word, value) in [("true", true), ("false", false), ("null", nil)] as [(String, Bool?)]
    where takeWord(word) {
      return value.map(TemplateValue.boolean) ?? .none
    }
    return try number()
  }

  private mutating func takeWord(_ word: String) -> Bool {
    let end = position + word.utf8.count
    guard end <= bytes.count, bytes[position..<end].elementsEqual(word.utf8) else { return false }
    position = end
    return true
  }

  private mutating func object() throws -> [TemplateValue.Entry] {
    var entries: [TemplateValue.Entry] = []
    // As in Python, the last value of a key that comes twice counts, at the first one's place.
    var places: [String: Int] = [:]
    if take("}") { return [] }
    repeat {
      guard take("\"") else { throw error("a key is missing") }
      let key = try string()
      guard take(":") else { throw error("':' is missing") }
      let entry = TemplateValue.Entry(key, try value())
      if let place = places[key] {
        entries[place] = entry
      } else {
        places[key] = entries.count
        entries.append(entry)
      }
    } while take(",")
    guard take("}") else { throw error("'}' is missing") }
    return entries
  }

  private mutating func array() throws -> [TemplateValue] {
    if take("]") { return [] }
    var values: [TemplateValue] = []
    repeat { values.append(try value()) } while take(",")
    guard take("]") else { throw error("']' is missing") }
    return values
  }

  private mutating func number() throws -> TemplateValue {
    let start = position
    while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let digits = text.drop { $0 == "-" }
    guard let first = digits.first, first.isNumber, text.last?.isNumber == true,
      !(first == "0" && digits.dropFirst().first?.isNumber == true), !text.contains(".e")
    else {
      position = start
      throw error("a value is missing")
    }
    if let integer = Int(text) { return .integer(integer) }
    guard let float = Double(text) else {
      position = start
      throw error("'\(text)' is no number")
    }
    return .float(float)
  }

  /// A string after its first quotation mark.
  private mutating func string() throws -> String {
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += Array(String(try escape()).utf8)
      case ..<0x20: throw error("a string has a control character")
      default: text.append(byte)
      }
    }
    throw error("a string does not end")
  }

  private mutating func escape() throws -> Unicode.Scalar {
    guard let byte = next else { throw error("a string does not end") }
    position += 1
    switch Unicode.Scalar(byte) {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "\"", "\\", "/": return Unicode.Scalar(byte)
    case "u":
      let unit = try hexadecimal()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // A pair of surrogates is one character; half a pair is none.
      guard unit < 0xDC00, takeWord("\\u") else { return "\u{FFFD}" }
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
      return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
    default: throw error("a string has an unknown escape")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard position + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw error("a string has an unknown escape") }
    position += 4
    return value
  }
}
