import Foundation

extension String {
  /// The text in Unicode's Normalization Form C.
  var normalizedToNFC: String {
    // Nothing below U+0300 is changed, and UTF-8 writes all of it with leads below 0xCC.
    utf8.contains { $0 >= 0xCC } ? precomposedStringWithCanonicalMapping : self
  }
}
