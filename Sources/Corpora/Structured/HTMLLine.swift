/// A line of a page, with what may name its speaker and its time.
struct HTMLLine {
  enum Style {
    case text
    /// Bold type or `<cite>`, in which transcripts set names.
    case label
    /// `<time>`
    case time
  }

  struct Piece {
    var style: Style
    var bytes: [UInt8]
  }

  var number: Int
  var isHeading = false
  var region = HTMLRegion.body
  var pieces: [Piece] = []

  private static let longestName = 60

  var textCount: Int { pieces.reduce(0) { $0 + $1.bytes.count } }
  var isBlank: Bool { pieces.allSatisfy { $0.bytes.allSatisfy(\.isSpace) } }

  mutating func append(_ bytes: some Sequence<UInt8>, style: Style) {
    if let last = pieces.indices.last, pieces[last].style == style {
      pieces[last].bytes += bytes
    } else {
      pieces.append(Piece(style: style, bytes: Array(bytes)))
    }
  }

  /// The line as transcripts are written: `**Name:** [0:00] text`.
  ///
  /// - Parameter isSpeaker: Which names are marked.
  func transcriptLine(isSpeaker: (String) -> Bool) -> [UInt8] {
    var line: [UInt8] = []
    var isLead = true
    var skipsColon = false
    for (index, piece) in pieces.enumerated() {
      var bytes = piece.bytes[...]
      if skipsColon {
        bytes = bytes.drop(while: \.isSpace).dropFirst()
        skipsColon = false
      }
      switch piece.style {
      case .label where isLead:
        if let (name, colonFollows) = label(at: index), isSpeaker(name) {
          line += Array("**\(name):** ".utf8)
          skipsColon = colonFollows
          continue
        }
      case .time where isLead:
        if isTime(bytes) {
          line += [UInt8(ascii: "[")] + bytes.trimmed + [UInt8(ascii: "]"), 0x20]
          continue
        }
      default: break
      }
      if !bytes.allSatisfy(\.isSpace) { isLead = false }
      line += bytes
    }
    return line
  }

  /// The name in a piece that ends in a colon, or has one or a time behind it.
  private func label(at index: Int) -> (name: String, colonFollows: Bool)? {
    let bytes = pieces[index].bytes[...].trimmed
    guard !bytes.isEmpty, bytes.count <= HTMLLine.longestName,
      !bytes.contains(UInt8(ascii: "*"))
    else { return nil }
    if bytes.last == UInt8(ascii: ":") {
      return (Array(bytes.dropLast().trimmed).withSingleSpaces, false)
    }
    let name = Array(bytes).withSingleSpaces
    let next = pieces[(index + 1)...].first { !$0.bytes.allSatisfy(\.isSpace) }
    guard let next else { return nil }
    if next.style == .time, isTime(next.bytes[...]) { return (name, false) }
    guard index + 1 < pieces.count, pieces[index + 1].style == .text else { return nil }
    let follows = pieces[index + 1].bytes.first { !$0.isSpace }
    return follows == UInt8(ascii: ":") ? (name, true) : nil
  }

  private func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
    let content = bytes.trimmed
    var index = content.startIndex
    return Timestamp.time(in: content, at: &index) != nil && index == content.endIndex
  }
}

/// Where on a page a line stands.
enum HTMLRegion: Comparable {
  case body, article, main
}
