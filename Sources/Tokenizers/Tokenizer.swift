/// Turns text into token ids and back.
///
/// Ids are non-negative. `encode` never adds a beginning-of-text token; the caller does.
public protocol Tokenizer: Sendable {
  /// One more than the largest id, so that an embedding table of this height covers every id.
  var vocabularySize: Int { get }

  /// The id that opens a document, where the vocabulary has one.
  var beginningOfText: Int32? { get }

  /// The id that closes a document, where the vocabulary has one.
  var endOfText: Int32? { get }

  /// The texts of the special tokens (controls, turn markers) and their ids.
  var specialTokens: [String: Int32] { get }

  /// The texts of all tokens that `encode` looks for before it splits anything, special or not, and their ids.
  var addedTokenIDs: [String: Int32] { get }

  /// Whether `encode` puts a space before the text, which `decode` takes off again.
  var addsDummyPrefix: Bool { get }

  /// Encodes text; the texts of special tokens become their ids when they are recognised.
  ///
  /// With `recognizingSpecialTokens` false, `<|endoftext|>` in the text is plain text, as text
  /// from outside must be.
  func encode(_ text: String, recognizingSpecialTokens: Bool) -> [Int32]

  /// Appends the bytes that a token stands for; none for special tokens and unused ids.
  func appendBytes(for id: Int32, to text: inout [UInt8])

  /// The ids that the publisher of the vocabulary puts around one text.
  var frame: TextFrame { get }

  /// Starts to decode a text, or goes on with one, in which a leading space is part of the text.
  func makeDecoder(continuingText: Bool) -> any TokenDecoder
}

extension Tokenizer {
  public var addsDummyPrefix: Bool { false }

  public var addedTokenIDs: [String: Int32] { specialTokens }

  /// The bytes that a token stands for; none for special tokens and unused ids.
  public func bytes(for id: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    appendBytes(for: id, to: &bytes)
    return bytes
  }

  /// Encodes text in which nothing is special.
  public func encode(_ text: String) -> [Int32] {
    encode(text, recognizingSpecialTokens: false)
  }

  public var frame: TextFrame { TextFrame() }

  /// Encodes one text as the publisher of the vocabulary frames it, for example after `<s>`.
  public func encodeFramed(_ text: String, recognizingSpecialTokens: Bool = false) -> [Int32] {
    let frame = frame
    return frame.prefix + encode(text, recognizingSpecialTokens: recognizingSpecialTokens)
      + frame.suffix
  }

  public func makeDecoder(continuingText: Bool) -> any TokenDecoder {
    PlainTokenDecoder(self, continuingText: continuingText)
  }

  /// The text of a sequence of ids; special tokens are left out, invalid UTF-8 becomes U+FFFD.
  public func decode(_ ids: some Sequence<Int32>) -> String {
    var bytes: [UInt8] = []
    var decoder = makeDecoder(continuingText: false)
    for id in ids { decoder.append(id, to: &bytes) }
    decoder.finish(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
