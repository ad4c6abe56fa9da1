import Foundation
import Individuals
import Tensors
import Tokenizers

/// The day's questions asked about others: what is said of them is asked in one more wording, what is not said is a
/// near miss, and what is asked of a name that nobody bears is a question about a stranger.
struct Substitution {
  private let named: [(entry: StudyEntry, name: String)]
  private let names: [String]
  private let kinds: [String: Int]
  /// All that the day says of a name, where it is little enough to be read at once.
  private var evidence: [String: Passage] = [:]

  /// Finds the names in `entries`, questions that `episodes` answer.
  init(of entries: [StudyEntry], in episodes: [Episode], _ tokenizer: any Tokenizer) {
    named = entries.compactMap { entry in
      Names.inQuestion(entry.question, saidIn: entry.passage).first.map { (entry, $0) }
    }
    names = Set(named.map(\.name)).sorted()
    kinds = Self.kinds(of: named.map { ($0.entry.question, $0.name) })
    var left = Set(names)
    for episode in episodes {
      let sentences = Passage.sentences(of: episode, tokenizer)
      for name in names {
        let bare = name.hasPrefix("the ") ? String(name.dropFirst(4)) : name
        let found = sentences.indices.filter { sentences[$0].text.contains(bare) }
        guard let first = found.first else { continue }
        let length = found.reduce(0) { $0 + sentences[$1].tokens }
        // Of whom much is said, or something in two episodes, the teacher would see only a part.
        if left.remove(name) != nil, length <= Passage.mostTokens {
          evidence[name] = Passage(
            episode: episode.id, first: first, sentences: found.map { sentences[$0].text })
        } else {
          evidence[name] = nil
        }
      }
    }
  }

  /// Questions with another name in them, each with the passage that the teacher is to read; not answered yet.
  ///
  /// Every question is used once a round; odd rounds ask about strangers.
  func questions(round: Int, seed: UInt64) -> [StudyEntry] {
    var random = RandomSource(seed: seed, name: "substitution \(round)")
    return named.shuffled(using: &random).compactMap { entry, name in
      let peers = names.filter { $0 != name && kinds[$0] == kinds[name] }
      guard let peer = peers.randomElement(using: &random),
        let other = names.randomElement(using: &random)
      else { return nil }
      var result = entry
      if round.isMultiple(of: 2) {
        guard let passage = evidence[peer] else { return nil }
        result.kind = .nearMiss
        (result.episode, result.passage) = (passage.episode, passage.text)
        result.question = Self.replacing(name, by: peer, in: entry.question)
      } else {
        let stranger = Names.stranger(like: name, between: other, and: peer)
        guard !names.contains(stranger), !entry.passage.contains(stranger) else { return nil }
        result.kind = .stranger
        result.episode = nil
        result.question = Self.replacing(name, by: stranger, in: entry.question)
      }
      (result.sentence, result.answer) = (nil, "")
      return result
    }
  }

  /// The number of the sentence that says `word` of the name in an answered near miss.
  func sentence(holding word: String, of entry: StudyEntry) -> Int? {
    evidence.values.first { $0.text == entry.passage }?.sentence(holding: word)
  }

  private static func replacing(_ name: String, by other: String, in question: String) -> String {
    let text = question.replacingOccurrences(of: name, with: other)
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  /// Names of which the same is asked, directly or by way of others, are of one kind.
  private static func kinds(of named: [(question: String, name: String)]) -> [String: Int] {
    var kinds: [String: Int] = [:]
    var frames: [String: Int] = [:]
    for (question, name) in named {
      let frame = question.replacingOccurrences(of: name, with: "{}")
      let found = [kinds[name], frames[frame]].compactMap(\.self)
      let kind = found.min() ?? kinds.count + frames.count
      // What was of the other kind is of this one now.
      for other in found where other != kind {
        for (name, known) in kinds where known == other { kinds[name] = kind }
        for (frame, known) in frames where known == other { frames[frame] = kind }
      }
      (kinds[name], frames[frame]) = (kind, kind)
    }
    return kinds
  }
}
