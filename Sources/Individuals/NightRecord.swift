import Foundation

/// What a night was, or a season: the content of its `night.json`.
public struct NightRecord: Sendable, Equatable {
  static let fileName = "night.json"
  static let formatVersion = 2

  public let number: Int
  /// The night it continues from; nil when it was the first of its line.
  public let parent: Int?
  public let createdAt: Date
  /// The kind of memory it wrote, such as "slots".
  public let substrate: String
  public let seed: UInt64
  /// SHA-256 of the core that it was learned on.
  public let coreDigest: String
  /// The journal's episodes that it learned; those merely rehearsed are not among them.
  public let episodes: [Episode.ID]
  /// The nights whose memories this one holds as well, so that theirs are no longer needed: those of a season.
  public let standsFor: [Int]
  /// SHA-256 of the files that lie beside this record, by name.
  public let files: [String: String]
  public let settings: [String: String]
  public let measures: [String: Double]
  public let seconds: Double

  public var isSeason: Bool { !standsFor.isEmpty }
}

extension Sequence<NightRecord> {
  /// Those of a lineage whose memories are needed: all that nothing later stands for.
  public var standing: [NightRecord] {
    let replaced = Set(flatMap(\.standsFor))
    return filter { !replaced.contains($0.number) }
  }
}

extension NightRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case formatVersion, number, parent, createdAt, substrate, seed, coreDigest, episodes
    case standsFor, files, settings, measures, seconds
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    number = try values.value(.number)
    parent = try values.value(.parent)
    createdAt = try values.value(.createdAt)
    substrate = try values.value(.substrate)
    seed = try values.value(.seed)
    coreDigest = try values.value(.coreDigest)
    episodes = try values.value(.episodes)
    // Version 1 knew no seasons and kept no digests.
    standsFor = values.contains(.standsFor) ? try values.value(.standsFor) : []
    files = values.contains(.files) ? try values.value(.files) : [:]
    settings = try values.value(.settings)
    measures = try values.value(.measures)
    seconds = try values.value(.seconds)
    // Parents below their children: a line of nights always ends.
    if let parent, !(parent >= 1 && parent < number) {
      throw DecodingError.dataCorruptedError(
        forKey: .parent, in: values, debugDescription: "it is not from 1 to the night before")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(Self.formatVersion, forKey: .formatVersion)
    try values.encode(number, forKey: .number)
    try values.encode(parent, forKey: .parent)
    try values.encode(createdAt, forKey: .createdAt)
    try values.encode(substrate, forKey: .substrate)
    try values.encode(seed, forKey: .seed)
    try values.encode(coreDigest, forKey: .coreDigest)
    try values.encode(episodes, forKey: .episodes)
    try values.encode(standsFor, forKey: .standsFor)
    try values.encode(files, forKey: .files)
    try values.encode(settings, forKey: .settings)
    try values.encode(measures, forKey: .measures)
    try values.encode(seconds, forKey: .seconds)
  }
}

/// A night in an individual's history.
public struct HistoryEntry: Sendable {
  public let number: Int
  /// What the night was, or why that cannot be read.
  public let night: Result<NightRecord, IndividualError>
  /// Whether the individual as it is now has lived through it.
  public let isInLineage: Bool
  public let isCurrent: Bool
}
