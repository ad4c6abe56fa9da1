/// Reads JSON front to back without building a tree: strictly, and naming the byte where it goes wrong.
struct JSONScanner {
  private let bytes: [UInt8]
  private var index = 0
  private let file: MappedFile
  /// Where the first byte stands in the file.
  private let start: Int

  init(_ range: Range<Int>, of file: MappedFile) throws {
    bytes = try file.withBytes(in: range) { Array($0) }
    self.file = file
    start = range.lowerBound
  }

  /// Reads an object, giving `body` each key, whose value it must read.
  mutating func object(
    _ body: (inout JSONScanner, String) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    try sequence(from: "{", to: "}") { scanner throws(CheckpointError) in
      let key = try scanner.string()
      try scanner.expect(":")
      try body(&scanner, key)
    }
  }

  /// Reads an array of whole numbers that are not negative.
  mutating func naturalNumbers() throws(CheckpointError) -> [Int] {
    var numbers: [Int] = []
    try sequence(from: "[", to: "]") { scanner throws(CheckpointError) in
      numbers.append(try scanner.naturalNumber())
    }
    return numbers
  }

  mutating func string() throws(CheckpointError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    let first = index
    while let byte = next(), byte != UInt8(ascii: "\"") {
      switch byte {
      case UInt8(ascii: "\\"):
        let scalar = try escapedScalar()
        text.append(contentsOf: Character(scalar).utf8)
      case 0..<0x20: throw failure("an escape instead of a control character", at: index - 1)
      default: text.append(byte)
      }
    }
    guard index > first, bytes[index - 1] == UInt8(ascii: "\"") else { throw failure("a \"") }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw failure("a string in UTF-8", at: first)
    }
    return string
  }

  /// Passes over a value of any kind, objects and arrays up to 64 deep.
  mutating func skipValue(depth: Int = 0) throws(CheckpointError) {
    guard depth < 64 else { throw failure("values less than 64 deep") }
    skipWhitespace()
    guard index < bytes.count else { throw failure("a value") }
    switch bytes[index] {
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "{"):
      try object { scanner, _ throws(CheckpointError) in try scanner.skipValue(depth: depth + 1) }
    case UInt8(ascii: "["):
      try sequence(from: "[", to: "]") { scanner throws(CheckpointError) in
        try scanner.skipValue(depth: depth + 1)
      }
    default:
      let first = index
      while index < bytes.count, "+-.0123456789eEtrufalsn".utf8.contains(bytes[index]) {
        index += 1
      }
      guard index > first else { throw failure("a value") }
    }
  }

  /// Checks that nothing follows but white space.
  mutating func expectEnd() throws(CheckpointError) {
    skipWhitespace()
    guard index == bytes.count else { throw failure("the end of the header") }
  }

  func failure(_ expected: String) -> CheckpointError { failure(expected, at: index) }

  private func failure(_ expected: String, at index: Int) -> CheckpointError {
    file.malformed(.offset(start + index), expected: "\(expected) in the JSON header")
  }

  private mutating func sequence(
    from opening: Unicode.Scalar, to closing: Unicode.Scalar,
    _ element: (inout JSONScanner) throws(CheckpointError) -> Void
  ) throws(CheckpointError) {
    try expect(opening)
    guard !take(closing) else { return }
    repeat { try element(&self) } while take(",")
    guard take(closing) else { throw failure("'\(closing)' or ','") }
  }

  private mutating func naturalNumber() throws(CheckpointError) -> Int {
    skipWhitespace()
    let first = index
    var number = 0
    while index < bytes.count, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[index] {
      let (tens, tooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, tooLargeAgain) = tens.addingReportingOverflow(Int(bytes[index] - UInt8(ascii: "0")))
      guard !tooLarge, !tooLargeAgain else { throw failure("a smaller number", at: first) }
      number = sum
      index += 1
    }
    let hasLeadingZero = index > first + 1 && bytes[first] == UInt8(ascii: "0")
    guard index > first, !hasLeadingZero else {
      throw failure("a whole number that is not negative", at: first)
    }
    return number
  }

  /// What follows a backslash; two escapes where the first is half of a surrogate pair.
  private mutating func escapedScalar() throws(CheckpointError) -> Unicode.Scalar {
    let first = index - 1
    switch next().map(Unicode.Scalar.init) {
    case let same? where same == "\"" || same == "\\" || same == "/": return same
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      let unit = try hexadecimalUnit()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      if UTF16.isLeadSurrogate(unit), next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") {
        let second = try hexadecimalUnit()
        if UTF16.isTrailSurrogate(second) {
          return UTF16.decode(UTF16.EncodedScalar([unit, second]))
        }
      }
      fallthrough
    default: throw failure("a valid escape", at: first)
    }
  }

  private mutating func hexadecimalUnit() throws(CheckpointError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next().flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw failure("four hexadecimal digits", at: index - 1)
      }
      unit = unit << 4 | UInt16(digit)
    }
    return unit
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(CheckpointError) {
    guard take(scalar) else { throw failure("'\(scalar)'") }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipWhitespace()
    guard index < bytes.count, UInt32(bytes[index]) == scalar.value else { return false }
    index += 1
    return true
  }

  private mutating func next() -> UInt8? {
    guard index < bytes.count else { return nil }
    defer { index += 1 }
    return bytes[index]
  }

  private mutating func skipWhitespace() {
    while index < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[index]) { index += 1 }
  }
}
