import Foundation

/// The model that an individual is built on; it never changes during a life.
public struct CoreReference: Sendable, Equatable, Codable {
  /// A path, or a name that the program knows.
  public let identifier: String
  /// SHA-256 of the core's file, as `ContentDigest` writes it.
  public let digest: String

  public init(identifier: String, digest: String) {
    self.identifier = identifier
    self.digest = digest
  }
}

/// The content of `individual.json`.
struct Manifest: Sendable, Equatable {
  static let fileName = "individual.json"
  static let formatVersion = 1

  var name: String
  var createdAt: Date
  var core: CoreReference
  /// The night that the individual woke from; nil before its first, or rolled back to there.
  var currentNight: Int?
  /// The highest night that this file has known; a higher one was committed but not pointed at.
  var highestNight: Int
}

extension Manifest: Codable {
  private enum CodingKeys: String, CodingKey {
    case formatVersion, name, createdAt, core, currentNight, highestNight
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.value(.name)
    createdAt = try values.value(.createdAt)
    core = try values.value(.core)
    // A lost key must not read as "before the first night", which is written as null.
    currentNight = try values.value(.currentNight)
    highestNight = try values.value(.highestNight)
    guard highestNight >= 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .highestNight, in: values, debugDescription: "it is negative")
    }
    if let currentNight, !(1...max(1, highestNight)).contains(currentNight) {
      throw DecodingError.dataCorruptedError(
        forKey: .currentNight, in: values, debugDescription: "it is not from 1 to highestNight")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(Self.formatVersion, forKey: .formatVersion)
    try values.encode(name, forKey: .name)
    try values.encode(createdAt, forKey: .createdAt)
    try values.encode(core, forKey: .core)
    try values.encode(currentNight, forKey: .currentNight)
    try values.encode(highestNight, forKey: .highestNight)
  }

  func write(in folder: URL) throws {
    try JSONFile.write(self, to: folder.appendingPathComponent(Self.fileName))
  }

  static func read(in folder: URL) throws -> Manifest {
    try JSONFile.read(
      Manifest.self, at: folder.appendingPathComponent(fileName), formatVersion: formatVersion)
  }
}
