import Foundation
import Tensors

/// Finds the names in questions and puts others in their place.
package enum Names {
  /// The names in `question`: runs of capitalised words that stand inside a sentence of `passage` as well.
  ///
  /// "the Kolbe bell" is one name where the passage has it so.
  package static func inQuestion(_ question: String, saidIn passage: String) -> [String] {
    runs(in: question).enumerated().compactMap { index, run in
      // The first word of a question has a capital, name or not.
      let isFirst = index == 0 && question.hasPrefix(run)
      let shorter = run.split(separator: " ").dropFirst().joined(separator: " ")
      let found = isFirst ? shorter : passage.contains(run) ? run : shorter
      guard !found.isEmpty, passage.contains(found) else { return nil }
      return extended(found, in: question, passage)
    }
  }

  /// Whether `question` has a name that `passage` does not have, as a writer has who copies badly.
  package static func areForeign(inQuestion question: String, to passage: String) -> Bool {
    runs(in: question).enumerated().contains { index, run in
      let shorter = run.split(separator: " ").dropFirst().joined(separator: " ")
      let isFirst = index == 0 && question.hasPrefix(run)
      if isFirst && shorter.isEmpty { return false }
      return !(passage.contains(run) || !shorter.isEmpty && passage.contains(shorter))
    }
  }

  /// With the article before it and the word behind it, where question and passage both have that word.
  private static func extended(_ name: String, in question: String, _ passage: String) -> String {
    guard let place = question.range(of: "the \(name) ") else { return name }
    let next = question[place.upperBound...].prefix { $0.isLetter }
    guard !next.isEmpty, passage.contains("\(name) \(next)") else { return name }
    return "the \(name) \(next)"
  }

  /// Runs of capitalised words; punctuation and a possessive end a run.
  private static func runs(in text: String) -> [String] {
    var runs: [String] = []
    var run: [String] = []
    func close() {
      if !run.isEmpty { runs.append(run.joined(separator: " ")) }
      run = []
    }
    for word in text.split(separator: " ") {
      let bare = word.trimmingCharacters(in: .punctuationCharacters)
      let stem = bare.hasSuffix("'s") || bare.hasSuffix("’s") ? String(bare.dropLast(2)) : bare
      if stem.first?.isUppercase == true { run.append(stem) } else { close() }
      if stem.count != word.count { close() }
    }
    close()
    return runs
  }

  /// `name` with another word in its place that sounds like two others: the beginning of one and the end of the
  /// other.
  package static func stranger(like name: String, between first: String, and second: String)
    -> String
  {
    var words = name.split(separator: " ").map(String.init)
    guard let place = words.firstIndex(where: { $0.first?.isUppercase == true }) else {
      return name
    }
    func capital(_ name: String) -> Substring {
      name.split(separator: " ").first { $0.first?.isUppercase == true } ?? ""
    }
    let (head, tail) = (capital(first), capital(second))
    words[place] =
      head.prefix((head.count + 1) / 2) + tail.suffix((tail.count + 1) / 2).lowercased()
    // Of a name of several words one is enough to make it another's.
    return words.joined(separator: " ")
  }
}
