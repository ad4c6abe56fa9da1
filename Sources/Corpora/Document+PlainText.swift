import Foundation

extension Document {
  /// What a model reads: turns as `Speaker: text`, parted by blank lines.
  public var plainText: String { rendering().text }

  /// The plain text with the places it came from.
  ///
  /// Consecutive segments of one speaker flow into one paragraph. Where nobody is named, timed
  /// segments flow and paragraphs stay apart.
  public func rendering() -> Rendering { Rendering(self) }
}

/// A document as one text, in which every position knows its segment.
public struct Rendering: Hashable, Sendable {
  /// A paragraph: what one speaker says without being interrupted.
  public struct Turn: Hashable, Sendable {
    public var speaker: String?
    /// `Speaker: ` and the text, in UTF-8 offsets.
    public var utf8Range: Range<Int>
    /// The text alone, in UTF-8 offsets.
    public var textRange: Range<Int>
  }

  /// Where a segment's text lies.
  public struct Span: Hashable, Sendable {
    /// UTF-8 offsets into `text`.
    public var utf8Range: Range<Int>
    /// Index into the document's `segments`.
    public var segmentIndex: Int
  }

  public let text: String
  public let turns: [Turn]
  /// Ascending; segments without text have none.
  public let spans: [Span]

  fileprivate init(_ document: Document) {
    var text = ""
    var turns: [Turn] = []
    var spans: [Span] = []
    var length = 0
    func append(_ piece: String) {
      text += piece
      length += piece.utf8.count
    }
    for (index, segment) in document.segments.enumerated() where !segment.text.isEmpty {
      let flows =
        !turns.isEmpty && turns[turns.count - 1].speaker == segment.speaker
        && (segment.speaker != nil || segment.start != nil)
      if flows {
        append(" ")
      } else {
        if !turns.isEmpty { append("\n\n") }
        let first = length
        if let speaker = segment.speaker { append("\(speaker): ") }
        turns.append(
          Turn(
            speaker: segment.speaker, utf8Range: first..<length, textRange: length..<length))
      }
      let first = length
      append(segment.text)
      spans.append(Span(utf8Range: first..<length, segmentIndex: index))
      let turn = turns[turns.count - 1]
      turns[turns.count - 1].utf8Range = turn.utf8Range.lowerBound..<length
      turns[turns.count - 1].textRange = turn.textRange.lowerBound..<length
    }
    self.text = text
    self.turns = turns
    self.spans = spans
  }

  /// The segment said at a UTF-8 offset; a label or a gap belongs to the segment that follows.
  ///
  /// - Returns: An index into the document's `segments`, or nil outside the text.
  /// - Complexity: O(log *n*), where *n* is the number of spans.
  public func segmentIndex(at utf8Offset: Int) -> Int? {
    guard let last = spans.last, (0..<last.utf8Range.upperBound).contains(utf8Offset) else {
      return nil
    }
    // The first span that ends behind the offset: a gap belongs to what follows it.
    var lower = 0
    var upper = spans.count - 1
    while lower < upper {
      let middle = (lower + upper) / 2
      if spans[middle].utf8Range.upperBound > utf8Offset {
        upper = middle
      } else {
        lower = middle + 1
      }
    }
    return spans[lower].segmentIndex
  }

  /// The sentences of all turns, without the speakers' labels, as UTF-8 ranges of `text`.
  public func sentences() -> [Range<Int>] {
    let bytes = Array(text.utf8)
    return turns.flatMap { SentenceSplitter.sentences(in: bytes[$0.textRange]) }
  }
}

/// Who said something, and when; written `Andrej Karpathy, 00:18:34`.
public struct Citation: Codable, Hashable, Sendable, CustomStringConvertible {
  public var speaker: String?
  /// Seconds from the beginning of the recording.
  public var start: TimeInterval?
  /// Where the segment begins in the file.
  public var line: Int

  /// The speaker and the time, or the line where neither is known.
  public var description: String {
    let parts = [speaker, start.map(Timestamp.description(of:))].compactMap { $0 }
    return parts.isEmpty ? "line \(line)" : parts.joined(separator: ", ")
  }
}

extension Document {
  /// Who says all of it: a talk without labels is its speaker's where the front matter names only one.
  public var onlySpeaker: String? {
    speakers.count == 1 && segments.allSatisfy { $0.speaker == nil } ? speakers[0] : nil
  }

  /// Who said a segment, and when: at its own time, or the latest before it in the same turn.
  ///
  /// - Returns: Nil when there is no such segment.
  public func citation(ofSegment index: Int) -> Citation? {
    guard segments.indices.contains(index) else { return nil }
    let segment = segments[index]
    let start = segments[...index].reversed().prefix { $0.speaker == segment.speaker }
      .lazy.compactMap(\.start).first
    return Citation(speaker: segment.speaker, start: start, line: segment.line)
  }
}
