import Briefs
import Foundation
import Individuals
import Lens
import Training

/// What waits to be learned: the day's episodes, what in them is least expected, and which concepts a night on them would
/// strengthen.
struct Tonight: Encodable {
  struct Item: Encodable {
    var id: Int
    var kind, title: String
    var at: Date
    var words: Int
  }

  struct Surprise: Encodable {
    var text, title: String
    var speaker: String?
    /// Seconds from the beginning of the recording.
    var time: Double?
    /// What the individual as it is would need to be told it.
    var bits: Double
  }

  struct Concept: Encodable {
    var feature: Int
    /// Thousandths of a nat that the night gains by it on every token.
    var strength: Double
    var examples: [String]
  }

  struct Concepts: Encodable { var features: [Concept] }

  var episodes: [Item]
  var remarks: [Surprise]
  var lens: Concepts?

  private static let mostRemarks = 8
  private static let mostConcepts = 12
  /// So much is looked at: whoever asks is waiting.
  private static let mostTokens = 16_384
  private static let window = 256

  init(_ resident: Resident, home: Home) throws {
    let day = try resident.with { individual in
      try individual.unsleptEpisodes().map { (whole: $0, heard: try individual.journal.heard($0)) }
    }
    episodes = day.map {
      Item(
        id: $0.whole.id, kind: $0.whole.kind.rawValue, title: $0.whole.shownTitle,
        at: $0.whole.readAt,
        words: $0.heard.text.split(whereSeparator: \.isWhitespace).count)
    }
    guard !day.isEmpty else {
      remarks = []
      return
    }
    let mind = try resident.awake()
    var (room, found, tokens) = (Self.mostTokens, [Surprise](), [Int32]())
    for (_, heard) in day {
      let text = DayText(heard, mind.tokenizer)
      guard text.tokens.count > 1, text.tokens.count <= room || tokens.isEmpty else { continue }
      room -= text.tokens.count
      tokens += text.tokens
      let losses = try BitsPerByte.losses(mind.model, text.tokens, window: Self.window)
      let said = Remark.all(in: heard)
      let novelties = Novelty.of(said, in: ReadText(text, before: losses, now: losses))
      found += zip(said, novelties).map { remark, novelty in
        Surprise(
          text: remark.quote, title: remark.source.title, speaker: remark.source.speaker,
          time: remark.source.start, bits: novelty.bitsBefore)
      }
    }
    remarks = Array(found.sorted { $0.bits > $1.bits }.prefix(Self.mostRemarks))
    lens = try Self.concepts(of: Array(tokens.prefix(Self.mostTokens)), mind, home)
  }

  /// Nil where there is no lens for this core.
  private static func concepts(
    of tokens: [Int32], _ mind: AwakeMind, _ home: Home
  ) throws -> Concepts? {
    let folder = home.root.appendingPathComponent("lens", isDirectory: true)
    guard tokens.count > 1, FileManager.default.fileExists(atPath: folder.path),
      let lens = try? Lens.open(folder), (try? lens.verify(mind.model, path: folder.path)) != nil
    else { return nil }
    let pushes = try GradientLens(lens, mind.model, mind.tokenizer).pushes(of: tokens)
    return Concepts(
      features: pushes.filter { $0.gain > 0 }.prefix(mostConcepts).map {
        Concept(
          feature: $0.feature, strength: 1000 * $0.gain,
          examples: [$0.example] + lens.features[$0.feature].examples.prefix(3))
      })
  }
}
