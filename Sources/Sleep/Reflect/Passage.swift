import Corpora
import Individuals
import Tokenizers

/// A few neighbouring sentences of an episode: short enough to be read together with questions about them.
public struct Passage: Sendable, Codable, Equatable {
  public var episode: Episode.ID
  /// The number of its first sentence in the episode.
  public var first: Int
  public var sentences: [String]

  public var text: String { sentences.joined(separator: " ") }

  /// A core has learned to reflect on the first six facts of a passage.
  package static let sentenceCount = 5
  package static let mostTokens = 160

  /// The passages of `episodes` in reading order.
  ///
  /// `shift` moves all borders by so many sentences, so that in another round a sentence has other
  /// neighbours.
  package static func all(
    in episodes: [Episode], shift: Int = 0, _ tokenizer: any Tokenizer
  ) -> [Passage] {
    episodes.flatMap { episode in
      var passages: [Passage] = []
      var current: [String] = []
      var length = 0
      var room = sentenceCount - shift % sentenceCount
      var first = 0
      func close() {
        if !current.isEmpty {
          passages.append(Passage(episode: episode.id, first: first, sentences: current))
        }
        first += current.count
        (current, length, room) = ([], 0, sentenceCount)
      }
      for sentence in sentences(of: episode, tokenizer) {
        if current.count == room || length + sentence.tokens > mostTokens { close() }
        current.append(sentence.text)
        length += sentence.tokens
      }
      close()
      return passages
    }
  }

  /// The number in the episode of the last sentence that holds `word`.
  package func sentence(holding word: String) -> Int? {
    sentences.lastIndex { $0.contains(word) }.map { first + $0 }
  }

  /// The last sentence of `text` where it is a question; nil otherwise.
  static func lastQuestion(in text: String) -> String? {
    guard let range = SentenceSplitter.sentences(in: text).last else { return nil }
    let words = String(decoding: Array(text.utf8)[range], as: UTF8.self)
      .split(whereSeparator: \.isWhitespace)
    let sentence = words.joined(separator: " ")
    return sentence.hasSuffix("?") ? sentence : nil
  }

  /// The sentences of an episode on one line each; those that are too long for a passage in parts.
  static func sentences(
    of episode: Episode, _ tokenizer: any Tokenizer
  ) -> [(text: String, tokens: Int)] {
    let bytes = Array(episode.text.utf8)
    return SentenceSplitter.sentences(in: episode.text).flatMap { range in
      let words = String(decoding: bytes[range], as: UTF8.self).split(
        whereSeparator: \.isWhitespace)
      var parts: [(text: String, tokens: Int)] = []
      var part = ""
      var length = 0
      for word in words {
        let tokens = tokenizer.encode(" " + word).count
        if length + tokens > mostTokens, !part.isEmpty {
          parts.append((part, length))
          (part, length) = ("", 0)
        }
        part += (part.isEmpty ? "" : " ") + word
        length += tokens
      }
      if !part.isEmpty { parts.append((part, length)) }
      return parts
    }
  }
}
