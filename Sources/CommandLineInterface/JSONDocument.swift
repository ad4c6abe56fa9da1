#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A value as JSON that people can read and tools can compare.
public enum JSONDocument {
  /// Pretty-printed, keys sorted, ISO 8601 dates, ending in a line break.
  ///
  /// A loss that is not finite becomes the string "NaN", "Infinity" or "-Infinity", because a
  /// report of a failed run must not itself fail.
  public static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}
