import Foundation
import Individuals

/// A folder that exists as long as a test needs it.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("individuals-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  static func / (folder: TemporaryFolder, name: String) -> URL {
    folder.url.appendingPathComponent(name)
  }

  var home: Home { Home(root: url) }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}

extension CoreReference {
  static let example = CoreReference(
    identifier: "/cores/small", digest: ContentDigest.sha256(Data("core".utf8)))
}

/// What a test throws where a process could have been killed.
struct Crash: Error {}

func / (folder: URL, name: String) -> URL {
  folder.appendingPathComponent(name)
}
