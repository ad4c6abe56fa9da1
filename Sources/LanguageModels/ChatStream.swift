import Tokenizers

/// Tells what a turn says while its tokens come: words at once, calls and results when they are whole.
struct ChatStream {
  private enum Place {
    case text, call, result
  }

  private let format: ChatFormat
  private var decoder: StreamingDecoder
  private var place = Place.text
  /// Whether the space before a part's first word is still to come.
  private var isAtStart = true
  /// The tokens of an open call or result.
  private var held: [Int32] = []

  init(_ format: ChatFormat) {
    self.format = format
    decoder = StreamingDecoder(format.tokenizer, continuingText: true)
  }

  mutating func append(_ token: Int32, to emit: (ChatSession.Event) -> Void) {
    switch token {
    case format.call: begin(.call, emit)
    case format.result: begin(.result, emit)
    case format.endCall, format.endResult:
      let text = format.text(held)
      emit(place == .call ? .call(text) : .result(text))
      begin(.text, emit)
    default:
      if place == .text { say(decoder.append(token), emit) } else { held.append(token) }
    }
  }

  /// Tells what is left of the text; an open call is not told.
  mutating func finish(_ emit: (ChatSession.Event) -> Void) { begin(.text, emit) }

  private mutating func begin(_ next: Place, _ emit: (ChatSession.Event) -> Void) {
    if place == .text { say(decoder.finish(), emit) }
    place = next
    isAtStart = true
    held = []
  }

  private mutating func say(_ text: String, _ emit: (ChatSession.Event) -> Void) {
    let words = isAtStart && text.hasPrefix(" ") ? String(text.dropFirst()) : text
    if !text.isEmpty { isAtStart = false }
    if !words.isEmpty { emit(.text(words)) }
  }
}
