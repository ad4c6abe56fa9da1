import Foundation
import Tensors

/// Ways to ask: what is asked of one is asked of everybody of whom the same is known, in all words in which it ever was.
///
/// Two questions ask for the same when their answers begin with the same words, the name apart: "The home of {}?".
struct Wordings {
  /// Questions with a gap for the name, by what they ask for with a gap for the name.
  private var frames: [String: Set<String>] = [:]

  /// Collects the wordings of answered questions, of this day or of earlier ones.
  init(of entries: [StudyEntry]) {
    for entry in entries {
      guard let (asked, _, frame) = Self.parts(of: entry) else { continue }
      frames[asked, default: []].insert(frame)
    }
  }

  /// What `entries` ask, in words in which they do not ask it yet: of each thing so many questions that there are
  /// `most`, each with the passage that answers it.
  func rewordings(of entries: [StudyEntry], upTo most: Int, seed: UInt64) -> [StudyEntry] {
    var random = RandomSource(seed: seed, name: "wordings")
    var known: [String: Set<String>] = [:]
    var first: [(key: String, entry: StudyEntry)] = []
    for entry in entries {
      guard let key = entry.key, Self.parts(of: entry) != nil else { continue }
      if known[key] == nil { first.append((key, entry)) }
      known[key, default: []].insert(entry.question)
    }
    return first.flatMap { key, entry -> [StudyEntry] in
      guard let (asked, name, _) = Self.parts(of: entry), let known = known[key] else { return [] }
      let questions = (frames[asked] ?? []).sorted().map { Self.filled($0, with: name) }
      return questions.filter { !known.contains($0) }.shuffled(using: &random)
        .prefix(max(most - known.count, 0)).map { question in
          var reworded = entry
          reworded.question = question
          return reworded
        }
    }
  }

  /// What a question asks for, of whom, and in which words; nil where it names nobody, or its answer does not say.
  private static func parts(
    of entry: StudyEntry
  ) -> (asked: String, name: String, frame: String)? {
    guard entry.kind == .question, let key = entry.key,
      let name = Names.inQuestion(entry.question, saidIn: entry.passage).first,
      key.contains(name)
    else { return nil }
    return (
      key.replacingOccurrences(of: name, with: "{}"), name,
      entry.question.replacingOccurrences(of: name, with: "{}")
    )
  }

  private static func filled(_ frame: String, with name: String) -> String {
    let text = frame.replacingOccurrences(of: "{}", with: name)
    return text.prefix(1).uppercased() + text.dropFirst()
  }
}
