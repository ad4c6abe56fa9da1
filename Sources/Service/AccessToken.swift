import Files
import Foundation

/// The secret that clients show when they come from elsewhere.
public enum AccessToken {
  /// Where it is kept, readable by nobody else.
  public static func file(in home: URL) -> URL { home.appendingPathComponent("token") }

  /// The token of a home, made on first use.
  ///
  /// - Throws: `FileSystemError`.
  public static func read(in home: URL) throws -> String {
    let file = file(in: home)
    if let kept = try? String(contentsOf: file, encoding: .utf8) {
      let token = kept.trimmingCharacters(in: .whitespacesAndNewlines)
      if token.count >= shortest { return token }
    }
    var random = SystemRandomNumberGenerator()
    let token = (0..<4).map { _ in
      let digits = String(random.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    try write(token, to: file)
    return token
  }

  /// A shorter one could be guessed.
  private static let shortest = 32

  /// Nobody else may read it, not even while it is being written.
  private static func write(_ token: String, to file: URL) throws {
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw FileSystemError(operation: "open", path: file.path, code: errno)
    }
    defer { close(descriptor) }
    let bytes = Array("\(token)\n".utf8)
    guard fchmod(descriptor, 0o600) == 0,
      Foundation.write(descriptor, bytes, bytes.count) == bytes.count,
      fsync(descriptor) == 0
    else { throw FileSystemError(operation: "write", path: file.path, code: errno) }
  }
}
