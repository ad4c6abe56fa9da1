import Foundation

/// One of Unicode's normalization forms (UAX 15).
enum UnicodeForm: String, Sendable {
  case composed = "NFC"
  case decomposed = "NFD"
  case compatibilityComposed = "NFKC"
  case compatibilityDecomposed = "NFKD"

  func normalize(_ text: [UInt8]) -> [UInt8] {
    // No form changes ASCII, and NFC changes nothing below U+0300: leads below 0xCC.
    let changesFrom: UInt8 = self == .composed ? 0xCC : 0x80
    guard text.contains(where: { $0 >= changesFrom }) else { return text }
    let text = String(decoding: text, as: UTF8.self)
    let normalized =
      switch self {
      case .composed: text.precomposedStringWithCanonicalMapping
      case .decomposed: text.decomposedStringWithCanonicalMapping
      case .compatibilityComposed: text.precomposedStringWithCompatibilityMapping
      case .compatibilityDecomposed: text.decomposedStringWithCompatibilityMapping
      }
    return Array(normalized.utf8)
  }
}
