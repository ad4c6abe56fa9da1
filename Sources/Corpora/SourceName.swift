/// What a file's name tells: its extension, a date, and words for a title.
struct SourceName {
  /// Without the folder.
  let name: String
  let date: CalendarDate?
  let title: String
  private let pathExtension: String

  init(_ path: String) {
    name = path.split(separator: "/").last.map(String.init) ?? path
    var stem = Array(name.utf8)
    if let dot = stem.lastIndex(of: UInt8(ascii: ".")), dot > 0 {
      pathExtension = stem[(dot + 1)...].string.lowercased()
      stem.removeSubrange(dot...)
    } else {
      pathExtension = ""
    }
    let found = CalendarDate.first(in: stem)
    date = found?.date
    if let range = found?.range { stem.replaceSubrange(range, with: [0x20]) }
    let words = stem.map { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") ? 0x20 : $0 }
      .withSingleSpaces
    title = words.isEmpty ? name : words
  }

  var isSubRip: Bool { pathExtension == "srt" }
  var isWebVTT: Bool { pathExtension == "vtt" }
  var isJSON: Bool { pathExtension == "json" }
  var isHTML: Bool { ["html", "htm", "xhtml"].contains(pathExtension) }
  var isFeed: Bool { ["xml", "rss"].contains(pathExtension) }
  var isPDF: Bool { pathExtension == "pdf" }
  /// Whether files of this name hold text that can be read; one without an extension may.
  var isReadable: Bool {
    isSubRip || isWebVTT || isJSON || isHTML || isFeed || isPDF || isMarkdown
      || ["", "txt", "text"].contains(pathExtension)
  }
  var isMarkdown: Bool { ["md", "markdown", "mdown", "mkd"].contains(pathExtension) }
}
