import Foundation
import LanguageModels

extension CoreReference {
  /// The core at `path`, or the package's own when nil.
  ///
  /// - Throws: what opening the model throws: an individual is never founded on a broken core.
  public static func opening(_ path: String?) throws -> CoreReference {
    let identifier =
      path.map { URL(fileURLWithPath: $0).standardizedFileURL.path } ?? DefaultCore.identifier
    let url = CoreReference(identifier: identifier, digest: "").url
    _ = try LanguageModel.open(url)
    return CoreReference(identifier: identifier, digest: try digest(of: url))
  }

  /// Where the core lies on this machine.
  public var url: URL {
    identifier == DefaultCore.identifier ? DefaultCore.folder : URL(fileURLWithPath: identifier)
  }

  /// Checks that the core is still the one that the individual was founded on.
  ///
  /// - Throws: ``IndividualError`` or a file system error: memory of one core means nothing to another.
  public func verify() throws {
    let found = try Self.digest(of: url)
    guard found == digest else {
      throw IndividualError.otherCore(path: url.path, expected: digest, found: found)
    }
  }

  /// What the weights occupy on the disk.
  public func weightsBytes() throws -> Int {
    try Self.weights(at: url).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
  }

  private static func digest(of url: URL) throws -> String {
    try ContentDigest.sha256(contentsOf: weights(at: url))
  }

  /// The file that holds a core's weights: the core itself, or one in its folder.
  private static func weights(at url: URL) -> URL {
    let weights = url.appendingPathComponent(LanguageModel.weightsFileName)
    return FileManager.default.fileExists(atPath: weights.path) ? weights : url
  }
}
