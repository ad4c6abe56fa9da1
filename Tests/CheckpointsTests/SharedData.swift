import Foundation

/// Real checkpoints and vocabularies, which are too large for the repository.
enum SharedData {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["CIRCADIAN_DATA"] {
      return URL(fileURLWithPath: path)
    }
    // <package root>/Tests/CheckpointsTests/SharedData.swift
    return URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../shared/data")
      .standardizedFileURL
  }()

  static let isPresent: Bool = {
    let isPresent = FileManager.default.fileExists(atPath: folder.path)
    if !isPresent { print("skipped: tests on real checkpoints, which are not in \(folder.path)") }
    return isPresent
  }()

  static let stories = folder.appendingPathComponent("weights/stories260K")
  static let vectors = folder.appendingPathComponent("tokenizers/vectors")
}
