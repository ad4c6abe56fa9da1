import Foundation
import Individuals

/// Text that has nothing to do with any day: one part keeps the old self, another measures drift.
public struct NeutralText: Sendable {
  /// Studied every night so that the rest of what the core knows stays.
  public let keep: String
  /// Never studied, and never seen by the core where it comes with it.
  public let heldOut: String

  public init(keep: String, heldOut: String) {
    self.keep = keep
    self.heldOut = heldOut
  }

  /// The texts that lie beside `core`, as training leaves them; the package's own where it has none.
  public static func load(for core: CoreReference) throws -> NeutralText {
    let own = core.url.appendingPathComponent("neutral")
    let isWhole = ["keep.txt", "held-out.txt"].allSatisfy {
      FileManager.default.fileExists(atPath: own.appendingPathComponent($0).path)
    }
    let folder = isWhole ? own : DefaultCore.folder.appendingPathComponent("neutral")
    func read(_ name: String) throws -> String {
      let url = folder.appendingPathComponent(name)
      do {
        return try String(contentsOf: url, encoding: .utf8)
      } catch {
        throw SleepError.missingNeutralText(path: url.path)
      }
    }
    return NeutralText(keep: try read("keep.txt"), heldOut: try read("held-out.txt"))
  }
}
