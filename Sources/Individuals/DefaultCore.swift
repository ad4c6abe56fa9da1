import Foundation

/// The core that comes with the package.
public enum DefaultCore {
  /// The name by which an individual refers to it, wherever the package is installed.
  public static let identifier = "default"

  /// Its folder: weights, configuration, tokenizer, neutral text.
  public static var folder: URL {
    Bundle.module.resourceURL!.appendingPathComponent("DefaultCore", isDirectory: true)
  }
}
