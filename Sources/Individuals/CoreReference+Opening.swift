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

  private static func digest(of url: URL) throws -> String {
    let weights = url.appendingPathComponent(LanguageModel.weightsFileName)
    let isFolder = FileManager.default.fileExists(atPath: weights.path)
    return try ContentDigest.sha256(contentsOf: isFolder ? weights : url)
  }
}
