#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The options that every command has, wherever on the line they stand.
public enum CommonOptions {
  public static let json = Flag(
    "json", help: "Report as one JSON document on standard output.")
  public static let seed = Option<UInt64>(
    "seed", default: 1337, help: "The seed of every random draw.")
  public static let quiet = Flag(
    "quiet", short: "q", help: "No progress and no messages other than warnings and errors.")
  public static let home = Option<URL?>(
    "home", completion: .folders,
    help: "The folder that everything is kept in, instead of the usual one.")

  public static let profile = Flag(
    "profile", help: "Say at the end where the time went, operation by operation.")

  @ParameterBuilder static var parameters: ParameterList {
    Section("Options of every command") {
      json
      seed
      quiet
      home
      profile
    }
  }

  /// The home where `--home` is not given: `<TOOL>_HOME`, otherwise the platform's data folder.
  package static func defaultHome(tool: String, environment: [String: String]) -> URL {
    func folder(_ variable: String) -> URL? {
      guard let path = environment[variable], !path.isEmpty else { return nil }
      return URL(filePath: path, directoryHint: .isDirectory)
    }
    if let home = folder("\(tool.uppercased())_HOME") { return home }
    let user = folder("HOME") ?? URL.homeDirectory
    #if canImport(Darwin)
      let data = user.appending(path: "Library/Application Support", directoryHint: .isDirectory)
    #else
      // The base-directory specification says that a relative path there is to be ignored.
      let given = folder("XDG_DATA_HOME").flatMap {
        environment["XDG_DATA_HOME"]?.hasPrefix("/") == true ? $0 : nil
      }
      let data =
        given ?? user.appending(path: ".local/share", directoryHint: .isDirectory)
    #endif
    return data.appending(path: tool, directoryHint: .isDirectory)
  }
}
