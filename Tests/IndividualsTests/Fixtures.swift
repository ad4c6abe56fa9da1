import Foundation
import Individuals
import TestSupport

extension TemporaryFolder {
  var home: Home { Home(root: url) }
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
