/// What has to happen to a file's bytes before there are lines to read.
enum ContentKind {
  case text, json, html, feed, pdf

  /// By content where it shows, by extension where it does not.
  init(_ bytes: [UInt8], _ source: SourceName) {
    if bytes.starts(with: Array("%PDF-".utf8)) || source.isPDF {
      self = .pdf
      return
    }
    let head = bytes.prefix(ContentKind.headLength)[...].trimmed
    if head.first == UInt8(ascii: "<") {
      let lowercased = head.map { $0.isUppercase ? $0 | 0x20 : $0 }[...]
      if lowercased.hasPrefix("<!doctype html") || lowercased.contains("<html") {
        self = .html
        return
      }
      if lowercased.contains("<rss") {
        self = .feed
        return
      }
    }
    if source.isHTML {
      self = .html
    } else if source.isFeed {
      self = .feed
    } else if source.isJSON || ContentKind.isTranscriptInJSON(bytes, head: head) {
      self = .json
    } else {
      self = .text
    }
  }

  /// A root element stands within so many bytes, behind comments and processing instructions.
  private static let headLength = 4_096

  private static func isTranscriptInJSON(_ bytes: [UInt8], head: ArraySlice<UInt8>) -> Bool {
    guard head.first == UInt8(ascii: "{"),
      head.dropFirst().trimmed.first == UInt8(ascii: "\"")
    else { return false }
    return bytes[...].contains("\"segments\"") || bytes[...].contains("\"transcription\"")
  }
}
