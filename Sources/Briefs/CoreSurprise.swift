import Individuals
import Training

/// What remarks cost the core alone, without nights.
public struct CoreSurprise {
  private let core: Mind

  public init(_ individual: Individual) throws {
    core = try Mind.wake(individual, upTo: .some(nil))
  }

  /// Bits of every remark, each read where it stands in its text.
  public func bits(of remarks: [Remark], in journal: Journal) throws -> [Double] {
    var texts: [Episode.ID: ReadText] = [:]
    return try remarks.map { remark in
      if texts[remark.episode] == nil {
        let text = DayText(
          try journal.heard(journal.episode(remark.episode)), core.tokenizer)
        let losses = try BitsPerByte.losses(core.model, text.tokens, window: Self.window)
        texts[remark.episode] = ReadText(text, before: losses, now: losses)
      }
      return texts[remark.episode].map { Novelty.of([remark], in: $0)[0].bitsBefore } ?? 0
    }
  }

  /// As long as an exam's (`Recall.window`).
  private static let window = 256
}
