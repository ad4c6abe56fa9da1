/// Tells what a reply says from its tokens.
///
/// A marker that is a token of its own, special or not, counts only as that token: a model that spells it out talks about it.
public struct TokenReplyReader: Sendable {
  private let markers: [Int32: String]
  private var reader: ReplyReader
  private var decoder: StreamingDecoder

  public init(_ format: ReplyFormat, _ tokenizer: any Tokenizer, isReasoning: Bool = false) {
    let tokens = tokenizer.addedTokenIDs
    var markers: [Int32: String] = [:]
    for marker in format.allMarkers {
      if let id = tokens[marker] { markers[id] = marker }
    }
    // DeepSeek's calls have tokens within them as well.
    for (text, id) in tokens where text.contains("tool▁") { markers[id] = text }
    for text in ["[ARGS]", "[CALL_ID]"] {
      if let id = tokens[text] { markers[id] = text }
    }
    self.markers = markers
    reader = ReplyReader(format, isReasoning: isReasoning, tokens: Set(markers.values))
    decoder = StreamingDecoder(tokenizer, continuingText: true)
  }

  /// Takes the next token; special tokens that are no markers say nothing.
  public mutating func append(_ token: Int32) -> [ReplyEvent] {
    guard let marker = markers[token] else { return spelled(decoder.append(token)) }
    return spelled(decoder.finish()) + reader.append(marker: marker)
  }

  /// Tells what is left.
  public mutating func finish() -> [ReplyEvent] {
    spelled(decoder.finish()) + reader.finish()
  }

  private mutating func spelled(_ text: String) -> [ReplyEvent] {
    text.isEmpty ? [] : reader.append(text)
  }
}

extension ReplyFormat {
  var allMarkers: [String] {
    [reasoning?.opening, reasoning?.closing, calls?.opening, calls?.closing].compactMap(\.self)
  }
}
