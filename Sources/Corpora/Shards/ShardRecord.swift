import Foundation
import Tokenizers

/// One document in JSON: a text, an object with a text, or an object with chat messages.
struct ShardRecord: Decodable {
  let document: ShardDocument

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private static let textKey = CodingUserInfoKey(rawValue: "text key")

  init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      document = .text(text)
      return
    }
    let container = try decoder.container(keyedBy: Key.self)
    let name = Self.textKey.flatMap { decoder.userInfo[$0] as? String } ?? "text"
    if container.contains(Key(stringValue: name)) {
      document = .text(try container.decode(String.self, forKey: Key(stringValue: name)))
    } else if container.contains(Key(stringValue: "messages")) {
      document = .conversation(try Conversation(from: decoder))
    } else {
      throw DecodingError.keyNotFound(
        Key(stringValue: name), .init(codingPath: [], debugDescription: ""))
    }
  }

  /// - Throws: `DocumentError.malformed`, which names the line, the key and what was expected.
  static func document(
    _ bytes: [UInt8], path: String, line: Int, _ limits: ShardLimits
  ) throws(DocumentError) -> ShardDocument {
    try decode(
      ShardRecord.self, from: bytes, path: path, line: line,
      missing: "a key \"\(limits.textKey)\" or \"messages\"",
      userInfo: textKey.map { [$0: limits.textKey] } ?? [:]
    ).document
  }

  /// Decodes a line of JSON and says what was expected where it cannot be.
  static func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], path: String, line: Int, missing: String? = nil,
    userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(DocumentError) -> Value {
    if let offset = TextDecoding.firstInvalidUTF8(bytes) {
      throw .malformed(
        path: path, line: line, expected: "UTF-8; byte \(offset + 1) of the document is not")
    }
    let decoder = JSONDecoder()
    decoder.userInfo = userInfo
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch let error as DecodingError {
      let expected =
        if case .keyNotFound(_, let context) = error, context.codingPath.isEmpty, let missing {
          missing
        } else {
          Self.expected(error)
        }
      throw .malformed(path: path, line: line, expected: expected)
    } catch {
      throw .malformed(path: path, line: line, expected: "JSON (\(error))")
    }
  }

  private static func expected(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty
        ? "the document"
        : path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().dropDot
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "a key \"\(key.stringValue)\" in \(place(context.codingPath))"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let kind =
        switch type {
        case is String.Type: "text"
        case is [String: Any].Type: "an object"
        case is [Any].Type: "a list"
        default: "\(type)"
        }
      return "\(place(context.codingPath)) to be \(kind)"
    case .dataCorrupted(let context):
      // Foundation says where the JSON breaks in the underlying error, if at all.
      let reason = context.underlyingError.map { "\($0)" } ?? context.debugDescription
      return context.codingPath.isEmpty
        ? "valid JSON (\(reason))"
        : "another value of \(place(context.codingPath)) (\(reason))"
    @unknown default:
      return "JSON of another form (\(error))"
    }
  }
}

extension String {
  fileprivate var dropDot: String { hasPrefix(".") ? String(dropFirst()) : self }
}
