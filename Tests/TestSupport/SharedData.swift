import Foundation

/// Real weights, tokenizers and texts, which the repository does not hold.
///
/// They are read from `CIRCADIAN_DATA`, else from `shared/data` beside the package; tests that need them
/// are skipped with a notice where they are absent.
public enum SharedData {
  public static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["CIRCADIAN_DATA"] {
      return URL(fileURLWithPath: path)
    }
    // <package root>/Tests/TestSupport/SharedData.swift
    return URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../shared/data")
      .standardizedFileURL
  }()

  public static let isPresent: Bool = {
    let isPresent = FileManager.default.fileExists(atPath: folder.path)
    if !isPresent { print("skipped: tests on real data, which is not in \(folder.path)") }
    return isPresent
  }()

  /// The documents that the project comes from.
  public static let seeds = folder.appendingPathComponent("../seeds").standardizedFileURL
  public static let stories = folder.appendingPathComponent("weights/stories260K")
  public static let vectors = folder.appendingPathComponent("tokenizers/vectors")
}
