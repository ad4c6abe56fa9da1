import Checkpoints
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
    try Self.weights(at: url).reduce(0) {
      $0 + (try $1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
    }
  }

  /// Of one file that of its bytes; of several that of theirs, one after the other.
  private static func digest(of url: URL) throws -> String {
    let digests = try weights(at: url).map { try ContentDigest.sha256(contentsOf: $0) }
    return digests.count == 1
      ? digests[0] : ContentDigest.sha256(Data(digests.joined(separator: "\n").utf8))
  }

  /// The files that hold a core's weights: the core itself, or those in its folder.
  private static func weights(at url: URL) throws -> [URL] {
    let single = url.appendingPathComponent(LanguageModel.weightsFileName)
    if FileManager.default.fileExists(atPath: single.path) { return [single] }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return [url] }
    return try ShardedSafetensors(folder: url).fileNames.map { URL(fileURLWithPath: $0) }
  }
}
