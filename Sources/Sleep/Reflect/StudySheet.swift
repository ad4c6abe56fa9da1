import Files
import Foundation
import Lens
import Tokenizers

/// What a night studies, and what it considered and did not: `study.jsonl`, a line for every question.
public struct StudySheet: Sendable, Equatable {
  package static let fileName = "study.jsonl"

  public var entries: [StudyEntry]

  public init(_ entries: [StudyEntry] = []) { self.entries = entries }

  public subscript(verdict: StudyEntry.Verdict) -> [StudyEntry] {
    entries.filter { $0.verdict == verdict }
  }

  /// The same where questions about what `weights` leave out are neither studied nor asked in exams, now or later.
  package func suppressed(by weights: ConceptWeights, _ tokenizer: any Tokenizer) -> StudySheet {
    StudySheet(
      entries.map { entry in
        guard entry.kind == .question, entry.verdict == .kept || entry.verdict == .exam else {
          return entry
        }
        let tokens = tokenizer.encode(" " + entry.question + " " + entry.answer)
        guard weights.factors(tokens, isWhole: true).contains(0) else { return entry }
        var suppressed = entry
        suppressed.verdict = .suppressed
        return suppressed
      })
  }

  package func write(to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var data = Data()
    for entry in entries {
      data += try encoder.encode(entry)
      data.append(0x0A)
    }
    try AtomicFile.write(data, to: url)
  }

  /// The sheet at `url`.
  ///
  /// - Throws: ``SleepError/damagedStudySheet(path:line:)``, or what reading the file throws.
  package static func read(_ url: URL) throws -> StudySheet {
    let decoder = JSONDecoder()
    return StudySheet(
      try Data(contentsOf: url).split(separator: 0x0A).enumerated().map { line, data in
        do {
          return try decoder.decode(StudyEntry.self, from: Data(data))
        } catch {
          throw SleepError.damagedStudySheet(path: url.path, line: line + 1)
        }
      })
  }
}
