import Corpora
import Foundation
import Tokenizers

/// An episode as the model reads it, and the way back from a token to a word, a sentence, a speaker.
public struct DayText: Sendable {
  public let episode: Episode
  public let tokens: [Int32]
  /// Where each token begins in the UTF-8 text, with the text's length at the end.
  public let offsets: [Int]
  /// The words long enough to be asked for.
  public let words: [Word]

  /// A word and the tokens that spell it.
  public struct Word: Sendable, Hashable {
    public let tokens: Range<Int>
    /// In the UTF-8 text, without the space before it.
    public let bytes: Range<Int>
  }

  /// Words shorter than this carry too little to be worth asking for.
  private static let shortestWord = 3
  /// Of a script without spaces a whole sentence would be a word; nobody writes one of so many tokens.
  private static let mostTokens = 16

  public init(_ episode: Episode, _ tokenizer: any Tokenizer) {
    self.episode = episode
    tokens = tokenizer.encode(episode.text)
    var offsets = [0]
    offsets.reserveCapacity(tokens.count + 1)
    // Some tokenizers put a space before the text that is not its own.
    var length = tokenizer.addsDummyPrefix ? -1 : 0
    for token in tokens {
      length += tokenizer.bytes(for: token).count
      offsets.append(max(length, 0))
    }
    self.offsets = offsets
    // A tokenizer that changes the text (NFC, unknown characters) leaves no way back to it.
    words = length == episode.text.utf8.count ? Self.words(in: episode.text, offsets) : []
  }

  /// The bytes that are predicted: all but those of the first token.
  public var predictedBytes: Int { offsets.count > 1 ? offsets.last! - offsets[1] : 0 }

  /// The text of a range of UTF-8 offsets.
  public func text(_ bytes: Range<Int>) -> String {
    String(decoding: Array(episode.text.utf8)[bytes], as: UTF8.self)
  }

  /// Runs of letters that whole tokens spell, with at most a space or line break before them.
  private static func words(in string: String, _ offsets: [Int]) -> [Word] {
    let text = Array(string.utf8)
    let isLetter = letters(of: string)
    var words: [Word] = []
    var token = 0
    var index = 0
    while index < text.count {
      guard isLetter[index] else {
        index += 1
        continue
      }
      let start = index
      while index < text.count, isLetter[index] { index += 1 }
      guard index - start >= shortestWord else { continue }
      while token + 1 < offsets.count, offsets[token + 1] <= start { token += 1 }
      let isAligned =
        offsets[token] == start || (offsets[token] == start - 1 && isSpace(text[start - 1]))
      var end = token
      while end < offsets.count, offsets[end] < index { end += 1 }
      if isAligned, end < offsets.count, offsets[end] == index, end - token <= mostTokens {
        words.append(Word(tokens: token..<end, bytes: start..<index))
      }
    }
    return words
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a }

  /// For every byte of the UTF-8 text whether it belongs to a letter.
  private static func letters(of string: String) -> [Bool] {
    string.unicodeScalars.flatMap { scalar in
      Array(
        repeating: scalar.properties.isAlphabetic
          || scalar.properties.canonicalCombiningClass != .notReordered,
        count: UTF8.width(scalar))
    }
  }
}
