/// Turns a file's bytes into valid UTF-8 with `\n` line breaks, or says why they are no text.
enum TextDecoding {
  static func normalized(_ bytes: [UInt8], path: String) throws(DocumentError) -> [UInt8] {
    var text: [UInt8]
    if bytes.starts(with: [0xFF, 0xFE]) {
      text = try utf8(fromUTF16: bytes, isBigEndian: false, path: path)
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      text = try utf8(fromUTF16: bytes, isBigEndian: true, path: path)
    } else {
      let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      try requireText(bytes, path: path)
      if let offset = firstInvalidUTF8(bytes) {
        throw .badEncoding(path: path, encoding: "UTF-8", offset: offset)
      }
      text = mark == 0 ? bytes : Array(bytes[mark...])
    }
    if text.contains(0x0D) { text = withLineFeeds(text) }
    return text
  }

  /// Throws `binary` for a NUL byte, or when more than one byte in fifty is a control code.
  static func requireText(
    _ bytes: [UInt8], path: String, offset: Int = 0
  ) throws(DocumentError) {
    var controls = 0
    var first: Int?
    bytes.withUnsafeBufferPointer { buffer in
      for (index, byte) in buffer.enumerated() where byte < 0x20 || byte == 0x7F {
        if byte == 0 {
          controls = .max
          first = index
          break
        }
        if byte.isControl {
          controls += 1
          if first == nil { first = index }
        }
      }
    }
    if let first, controls > bytes.count / 50 {
      throw .binary(path: path, offset: offset + first)
    }
  }

  /// The offset of the first byte that is not part of a well-formed character, if there is one.
  static func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBufferPointer { buffer in
      var index = 0
      while index < buffer.count {
        let lead = buffer[index]
        if lead < 0x80 {
          index += 1
          continue
        }
        // Unicode 16, table 3-7: which second byte may follow which first byte.
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return index
        }
        guard index + length <= buffer.count, second.contains(buffer[index + 1]) else {
          return index
        }
        for following in 2..<max(length, 2) where buffer[index + following] & 0xC0 != 0x80 {
          return index
        }
        index += length
      }
      return nil
    }
  }

  private static func utf8(
    fromUTF16 bytes: [UInt8], isBigEndian: Bool, path: String
  ) throws(DocumentError) -> [UInt8] {
    let badEncoding = { (offset: Int) in
      DocumentError.badEncoding(path: path, encoding: "UTF-16", offset: offset)
    }
    guard bytes.count.isMultiple(of: 2) else { throw badEncoding(bytes.count - 1) }
    func unit(_ offset: Int) -> UInt32 {
      let (high, low) = isBigEndian ? (offset, offset + 1) : (offset + 1, offset)
      return UInt32(bytes[high]) << 8 | UInt32(bytes[low])
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count / 2)
    var offset = 2
    while offset < bytes.count {
      var value = unit(offset)
      var length = 2
      if value & 0xFC00 == 0xD800, offset + 4 <= bytes.count, unit(offset + 2) & 0xFC00 == 0xDC00 {
        value = 0x10000 + (value & 0x3FF) << 10 + unit(offset + 2) & 0x3FF
        length = 4
      }
      guard let scalar = Unicode.Scalar(value) else { throw badEncoding(offset) }
      if value == 0 { throw .binary(path: path, offset: offset) }
      text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      offset += length
    }
    try requireText(text, path: path)
    return text
  }

  private static func withLineFeeds(_ bytes: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if byte != 0x0D {
        kept.append(byte)
      } else if index + 1 == bytes.count || bytes[index + 1] != 0x0A {
        kept.append(0x0A)
      }
    }
    return kept
  }
}
