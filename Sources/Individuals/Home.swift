import Foundation

/// The folder in which individuals live, one folder each.
public struct Home: Sendable {
  public let root: URL

  public init(root: URL) {
    self.root = root.standardizedFileURL
  }

  /// The names of all individuals, sorted; none when the folder does not exist yet.
  public func names() throws -> [String] {
    guard FileManager.default.fileExists(atPath: root.path) else { return [] }
    return try Folder.contents(of: root).filter { name in
      let manifest = root.appendingPathComponent(name).appendingPathComponent(Manifest.fileName)
      return Self.isValid(name: name) && FileManager.default.fileExists(atPath: manifest.path)
    }
  }

  /// The folder of the individual called `name`, whether it exists or not.
  ///
  /// Throws `IndividualError.invalidName`: the rule keeps names the same on every file system.
  public func folder(of name: String) throws(IndividualError) -> URL {
    guard Self.isValid(name: name) else { throw .invalidName(name) }
    return root.appendingPathComponent(name, isDirectory: true)
  }

  private static func isValid(name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
