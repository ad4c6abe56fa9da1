/// Takes the objects and texts of a JSON array one by one, without looking into them.
struct JSONArrayElements {
  let reader: ByteReader

  /// Passes over white space and says which byte follows, nil at the end of the file.
  func skipSpace() throws(DocumentError) -> UInt8? {
    while true {
      let available = reader.available
      if let index = available.firstIndex(where: { !$0.isSpace }) {
        let byte = available[index]
        reader.consume(index - available.startIndex)
        return byte
      }
      reader.consume(available.count)
      guard try reader.require(1) > 0 else { return nil }
    }
  }

  /// The bytes of the next element; the comma behind it is passed over.
  func takeElement(limit: Int) throws(DocumentError) -> [UInt8] {
    guard let first = try skipSpace(),
      first == UInt8(ascii: "{") || first == UInt8(ascii: "\"")
    else { throw malformed("an object or a text in the array") }
    var depth = 0
    var isInsideText = false
    var isEscaped = false
    var scanned = 0
    while true {
      let available = reader.available
      for byte in available.dropFirst(scanned) {
        scanned += 1
        if isInsideText {
          if isEscaped {
            isEscaped = false
          } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
          } else if byte == UInt8(ascii: "\"") {
            isInsideText = false
          }
        } else if byte == UInt8(ascii: "\"") {
          isInsideText = true
        } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
          depth += 1
        } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
          depth -= 1
        }
        if depth <= 0, !isInsideText {
          reader.consume(scanned)
          try takeComma()
          return Array(available.prefix(scanned))
        }
      }
      guard scanned <= limit else { throw malformed("at most \(limit) bytes in an element") }
      guard try reader.require(scanned + 1) > scanned else {
        throw malformed("the end of the element that begins here")
      }
    }
  }

  func malformed(_ expected: String) -> DocumentError {
    .malformed(path: reader.path, line: reader.line + 1, expected: expected)
  }

  private func takeComma() throws(DocumentError) {
    switch try skipSpace() {
    case UInt8(ascii: ",")?:
      reader.consume(1)
      _ = try skipSpace()
    case UInt8(ascii: "]")?: break
    default: throw malformed("',' or ']' behind an element of the array")
    }
  }
}
