import Files
import Foundation
import Individuals

/// How new everything was that could be quoted of a day: `novelty.json`, from which a brief can be chosen again.
public struct WeighedDay: Sendable, Codable {
  public static let fileName = "novelty.json"

  private struct Entry: Codable {
    var episode: Episode.ID
    /// UTF-8 offset in the episode's text.
    var start: Int
    var novelty: Novelty
  }

  private var entries: [Entry] = []

  public init(_ texts: [ReadText]) {
    for text in texts {
      let remarks = Remark.all(in: text.text.episode)
      entries += zip(remarks, Novelty.of(remarks, in: text)).map {
        Entry(episode: $0.episode, start: $0.bytes.lowerBound, novelty: $1)
      }
    }
  }

  /// What there is to choose from.
  public func candidates(of journal: Journal) throws -> [InsightSelection.Candidate] {
    let byEpisode = Dictionary(grouping: entries, by: \.episode)
    return try byEpisode.keys.sorted().flatMap { id in
      let novelties = Dictionary(
        (byEpisode[id] ?? []).map { ($0.start, $0.novelty) }, uniquingKeysWith: { $1 })
      let episode = try journal.heard(journal.episode(id))
      return Remark.all(in: episode).compactMap { remark in
        novelties[remark.bytes.lowerBound].map { InsightSelection.Candidate(remark, $0) }
      }
    }
  }

  public func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try AtomicFile.write(
      try encoder.encode(self), to: folder.appendingPathComponent(Self.fileName))
  }

  /// Of a night; nil where it wrote none.
  public static func read(in folder: URL) -> WeighedDay? {
    (try? Data(contentsOf: folder.appendingPathComponent(fileName))).flatMap {
      try? JSONDecoder().decode(WeighedDay.self, from: $0)
    }
  }
}
