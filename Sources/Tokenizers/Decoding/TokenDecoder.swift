/// Turns ids into the bytes of their text one after another, with a memory of what came before.
///
/// What is given out, `finish` included, is the whole text; it may be cut within characters.
public protocol TokenDecoder: Sendable {
  /// Takes one id and adds the bytes that are certain with it.
  mutating func append(_ id: Int32, to text: inout [UInt8])

  /// Adds what had been held back, and goes on within the text.
  mutating func finish(to text: inout [UInt8])
}

/// Adds each token's bytes, without the dummy prefix where a document starts.
struct PlainTokenDecoder: TokenDecoder {
  private let tokenizer: any Tokenizer
  private let addsDummyPrefix: Bool
  private var atStart: Bool

  init(_ tokenizer: any Tokenizer, continuingText: Bool) {
    self.tokenizer = tokenizer
    addsDummyPrefix = tokenizer.addsDummyPrefix
    atStart = addsDummyPrefix && !continuingText
  }

  mutating func append(_ id: Int32, to text: inout [UInt8]) {
    if addsDummyPrefix, id == tokenizer.beginningOfText {
      atStart = true
      return
    }
    let start = text.count
    tokenizer.appendBytes(for: id, to: &text)
    guard atStart, start < text.count else { return }
    atStart = false
    if text[start] == UInt8(ascii: " ") { text.remove(at: start) }
  }

  mutating func finish(to text: inout [UInt8]) {}
}
