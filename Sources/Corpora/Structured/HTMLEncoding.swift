import Foundation

/// The encodings of pages: what text files may have, and what old pages say that they have.
enum HTMLEncoding {
  /// Names of what browsers read as windows-1252.
  private static let western: Set<String> = [
    "windows-1252", "cp1252", "x-cp1252", "iso-8859-1", "iso8859-1", "latin1", "latin-1",
    "us-ascii",
    "ascii",
  ]

  /// - Throws: `DocumentError` for bytes that are neither text nor in the encoding that the page names.
  static func normalized(_ bytes: [UInt8], path: String) throws(DocumentError) -> [UInt8] {
    do throws(DocumentError) {
      return try TextDecoding.normalized(bytes, path: path)
    } catch {
      guard case .badEncoding(_, "UTF-8", _) = error, let name = declared(in: bytes),
        western.contains(name),
        let text = String(bytes: bytes, encoding: .windowsCP1252)
      else { throw error }
      return try TextDecoding.normalized(Array(text.utf8), path: path)
    }
  }

  /// The name behind `charset=` in the page's head.
  private static func declared(in bytes: [UInt8]) -> String? {
    let head = bytes.prefix(1_024).map { $0.isUppercase ? $0 | 0x20 : $0 }[...]
    guard let place = head.position(of: "charset=", from: 0) else { return nil }
    let value = head[(place + 8)...].drop { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
    return value.prefix { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }.string
  }
}
