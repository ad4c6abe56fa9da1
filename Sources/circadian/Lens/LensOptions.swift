import CommandLineInterface
import Foundation

/// Where lenses are kept.
enum LensOptions {
  static let folder = CommandLineInterface.Option<URL?>(
    "lens", completion: .folders, help: "The folder of the lens, instead of the one at home.")

  /// The folder that was named, or the one at home.
  static func place(_ given: URL?, _ invocation: Invocation) -> URL {
    given ?? invocation.home.appendingPathComponent("lens", isDirectory: true)
  }
}
