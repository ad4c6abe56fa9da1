extension UTF8Scalars {
  static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  enum Progress { case complete, incomplete, invalid }

  /// Whether the bytes, of which all but the last began a character, are one, or can become one.
  static func progress(of bytes: [UInt8]) -> Progress {
    var validator = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    switch validator.parseScalar(from: &iterator) {
    case .valid: return .complete
    case .emptyInput: return .incomplete
    case .error:
      let lead = bytes[0]
      let needed = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1
      guard needed > bytes.count else { return .invalid }
      guard bytes.count > 1 else { return .incomplete }
      let second: ClosedRange<UInt8> =
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
      let isPossible =
        second.contains(bytes[1]) && bytes.dropFirst(2).allSatisfy { $0 & 0xC0 == 0x80 }
      return isPossible ? .incomplete : .invalid
    }
  }

  /// Moves what are whole characters; each byte that belongs to none becomes U+FFFD, and bytes
  /// that may begin a character stay.
  static func moveCharacters(from bytes: inout [UInt8], to text: inout [UInt8]) {
    while !bytes.isEmpty {
      switch progress(of: bytes) {
      case .complete:
        text += bytes
        bytes = []
      case .incomplete: return
      case .invalid:
        text += replacement
        bytes.removeFirst()
      }
    }
  }
}
