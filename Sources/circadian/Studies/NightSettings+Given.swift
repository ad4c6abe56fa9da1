import CommandLineInterface
import Foundation
import Individuals
import Sleep

extension NightSettings {
  /// The defaults with what is given as a JSON object, which may name only what is to change.
  ///
  /// - Throws: `CommandError` naming a setting that there is not, or whose value makes no night.
  static func given(_ json: String?, memory: MemoryKind? = nil) throws -> NightSettings {
    var settings = NightSettings()
    if let memory { settings.memory = memory }
    guard let json else { return settings }
    guard
      let given = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any],
      let all = try JSONSerialization.jsonObject(with: JSONEncoder().encode(settings))
        as? [String: Any]
    else { throw CommandError("--set: expected a JSON object", exitCode: .usage) }
    do {
      settings = try JSONDecoder().decode(
        NightSettings.self, from: JSONSerialization.data(withJSONObject: merged(given, into: all)))
    } catch let error as DecodingError {
      throw CommandError("--set: a value is of another type: \(error)", exitCode: .usage)
    }
    if let problem = settings.problem {
      throw CommandError("--set: \(problem)", exitCode: .usage)
    }
    return settings
  }

  private static func merged(
    _ given: [String: Any], into all: [String: Any]
  ) throws -> [String: Any] {
    var merged = all
    for (key, value) in given {
      guard let known = all[key] else {
        throw CommandError(
          "--set: there is no setting '\(key)'; there are \(all.keys.sorted().joined(separator: ", "))",
          exitCode: .usage)
      }
      if let parts = value as? [String: Any], let known = known as? [String: Any] {
        merged[key] = try self.merged(parts, into: known)
      } else {
        merged[key] = value
      }
    }
    return merged
  }
}
