import Foundation
import Individuals

/// Text that has nothing to do with any day: one part keeps the old self, another measures drift.
public struct NeutralText: Sendable {
  /// Studied every night so that the rest of what the core knows stays.
  public let keep: String
  /// Never studied and never seen by the default core.
  public let heldOut: String

  public init(keep: String, heldOut: String) {
    self.keep = keep
    self.heldOut = heldOut
  }

  /// The package's own: public-domain books.
  public static func load() throws -> NeutralText {
    func read(_ name: String) throws -> String {
      let url = DefaultCore.folder.appendingPathComponent("neutral").appendingPathComponent(name)
      do {
        return try String(contentsOf: url, encoding: .utf8)
      } catch {
        throw SleepError.missingNeutralText(path: url.path)
      }
    }
    return NeutralText(keep: try read("keep.txt"), heldOut: try read("held-out.txt"))
  }
}
