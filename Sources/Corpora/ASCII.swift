import Foundation

/// The syntax of every format here is ASCII, so lines are looked at as bytes and only text that
/// is kept becomes a `String`.
extension UInt8 {
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isUppercase: Bool { self >= 0x41 && self <= 0x5A }
  var isLowercase: Bool { self >= 0x61 && self <= 0x7A }
  var isLetter: Bool { isUppercase || isLowercase }
  var isAlphanumeric: Bool { isLetter || isDigit }
  /// Space, tab, line feed, vertical tab, form feed, carriage return.
  var isSpace: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }
  var isPunctuation: Bool { self > 0x20 && self < 0x7F && !isAlphanumeric }
  /// A control code that has no place in text.
  var isControl: Bool { (self < 0x20 && !isSpace) || self == 0x7F }
}

extension ArraySlice<UInt8> {
  var trimmed: ArraySlice<UInt8> {
    var lower = startIndex
    var upper = endIndex
    while lower < upper, self[lower].isSpace { lower += 1 }
    while upper > lower, self[upper - 1].isSpace { upper -= 1 }
    return self[lower..<upper]
  }

  func hasPrefix(_ prefix: StaticString) -> Bool {
    guard count >= prefix.utf8CodeUnitCount else { return false }
    return prefix.withUTF8Buffer { starts(with: $0) }
  }

  /// The position of `byte` at or after `start`, looking no further than `limit` bytes.
  func position(of byte: UInt8, from start: Int, within limit: Int = .max) -> Int? {
    guard start >= startIndex, start < endIndex, limit > 0 else { return nil }
    let count = Swift.min(limit, endIndex - start)
    return withUnsafeBytes { bytes in
      guard let first = bytes.baseAddress.map({ $0 + (start - startIndex) }),
        let found = memchr(first, Int32(byte), count)
      else { return nil }
      return start + (UnsafeRawPointer(found) - first)
    }
  }

  /// The position at which `pattern` begins, at or after `start`, within `limit` bytes.
  func position(of pattern: StaticString, from start: Int, within limit: Int = .max) -> Int? {
    pattern.withUTF8Buffer { wanted in
      guard let first = wanted.first else { return nil }
      let end = limit < endIndex - start ? start + limit : endIndex
      var from = start
      while let found = position(of: first, from: from, within: Swift.max(0, end - from)) {
        if self[found...].starts(with: wanted) { return found }
        from = found + 1
      }
      return nil
    }
  }

  func contains(_ pattern: StaticString) -> Bool { position(of: pattern, from: startIndex) != nil }

  var string: String { String(decoding: self, as: UTF8.self) }
}

extension [UInt8] {
  /// Text in which runs of white space and control codes are single spaces, none at either end.
  var withSingleSpaces: String {
    var kept: [UInt8] = []
    kept.reserveCapacity(count)
    var isPending = false
    var index = 0
    while index < count {
      let byte = self[index]
      if byte > 0x20 && byte < 0x7F {
        if isPending, !kept.isEmpty { kept.append(0x20) }
        isPending = false
        kept.append(byte)
      } else if byte.isSpace || byte.isControl {
        isPending = true
      } else if byte == 0xC2, index + 1 < count, self[index + 1] == 0xA0 {
        // A no-break space.
        isPending = true
        index += 1
      } else if byte == 0xEF, index + 2 < count, self[index + 1] == 0xBB, self[index + 2] == 0xBF {
        // A byte-order mark inside the text says nothing.
        index += 2
      } else {
        if isPending, !kept.isEmpty { kept.append(0x20) }
        isPending = false
        kept.append(byte)
      }
      index += 1
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
