import Files
import Foundation

/// A small JSON file with sorted keys, replaced atomically; what is wrong with one is named by its key.
public enum JSONFile {
  private static let maximumByteCount = 64 << 20

  public static func write(_ value: some Encodable, to url: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    // A measure may be infinite or undefined; that must not cost the night.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try AtomicFile.write(try encoder.encode(value) + Data("\n".utf8), to: url)
  }

  /// Throws `IndividualError.damaged` or `.newerFormat`, or `FileSystemError`.
  static func read<Value: Decodable>(
    _ type: Value.Type, at url: URL, formatVersion: Int
  ) throws -> Value {
    let data = try contents(of: url)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      let found = try decoder.decode(Format.self, from: data).formatVersion
      guard found <= formatVersion else {
        throw IndividualError.newerFormat(path: url.path, found: found, supported: formatVersion)
      }
      guard found > 0 else {
        throw IndividualError.damaged(
          path: url.path, key: "formatVersion", expected: "a number from 1 to \(formatVersion)")
      }
      return try decoder.decode(type, from: data)
    } catch let error as DecodingError {
      throw damage(error, in: data, at: url)
    }
  }

  private struct Format: Decodable {
    let formatVersion: Int
  }

  private static func contents(of url: URL) throws -> Data {
    var status = stat()
    guard stat(url.path, &status) == 0 else {
      if errno == ENOENT {
        throw IndividualError.damaged(path: url.path, key: nil, expected: "the file to exist")
      }
      throw FileSystemError(operation: "read", path: url.path, code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= maximumByteCount else {
      throw IndividualError.damaged(
        path: url.path, key: nil, expected: "a JSON file of at most \(maximumByteCount) bytes")
    }
    do {
      return try Data(contentsOf: url)
    } catch {
      throw FileSystemError(
        operation: "read", path: url.path, reason: (error as NSError).localizedDescription)
    }
  }

  private static func damage(
    _ error: DecodingError, in data: Data, at url: URL
  ) -> IndividualError {
    func damaged(_ path: [any CodingKey], _ expected: String) -> IndividualError {
      let key = path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
      return .damaged(path: url.path, key: key.isEmpty ? nil : key, expected: expected)
    }
    switch error {
    case .keyNotFound(let key, let context):
      return damaged(context.codingPath + [key], "the key to be there")
    case .valueNotFound(let type, let context):
      return damaged(context.codingPath, "\(name(of: type)), not null")
    case .typeMismatch(let type, let context):
      return damaged(context.codingPath, name(of: type))
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return damaged([], "valid JSON" + syntaxError(in: data))
    case .dataCorrupted(let context):
      return damaged(context.codingPath, "another value (\(context.debugDescription))")
    @unknown default:
      return damaged([], "another content (\(error))")
    }
  }

  // JSONDecoder does not say where it stumbled; the older parser does.
  private static func syntaxError(in data: Data) -> String {
    do {
      _ = try JSONSerialization.jsonObject(with: data)
      return ""
    } catch {
      let detail = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
      return detail.map { " (\($0))" } ?? ""
    }
  }

  private static func name(of type: Any.Type) -> String {
    switch type {
    case is Int.Type, is UInt64.Type, is Int?.Type: "a whole number"
    case is Double.Type: "a number"
    case is String.Type: "a string"
    case is Date.Type: "a date such as 2026-01-31T08:00:00Z"
    case is [String: Any].Type: "an object"
    case is [Any].Type: "an array"
    default: "a value of type \(type)"
    }
  }
}

extension KeyedDecodingContainer {
  /// Decodes a value; a date or number out of range is an error at its key, which
  /// `JSONDecoder` alone does not name.
  func value<Value: Decodable>(_ key: Key) throws -> Value {
    do {
      return try decode(Value.self, forKey: key)
    } catch {
      if let error = error as? DecodingError {
        guard case .dataCorrupted(let context) = error,
          context.codingPath.count <= codingPath.count
        else { throw error }
      }
      // A number out of range is thrown as an error that is not even a DecodingError.
      throw DecodingError.typeMismatch(
        Value.self,
        DecodingError.Context(codingPath: codingPath + [key], debugDescription: "\(error)"))
    }
  }
}
