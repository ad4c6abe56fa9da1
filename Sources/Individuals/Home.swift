import Foundation

/// The folder in which individuals live, one folder each.
public struct Home: Sendable {
  public let root: URL

  public init(root: URL) {
    self.root = root.standardizedFileURL
  }

  /// The folder named by `CIRCADIAN_HOME`, or the platform's data folder for this program.
  public static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Home {
    if let path = environment["CIRCADIAN_HOME"], !path.isEmpty {
      return Home(root: URL(fileURLWithPath: path, isDirectory: true))
    }
    let user =
      environment["HOME"].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser
    #if canImport(Darwin)
      return Home(root: user.appendingPathComponent("Library/Application Support/Circadian"))
    #else
      // The base-directory specification says that a relative path there is to be ignored.
      if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
        return Home(root: URL(fileURLWithPath: data).appendingPathComponent("circadian"))
      }
      return Home(root: user.appendingPathComponent(".local/share/circadian"))
    #endif
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
