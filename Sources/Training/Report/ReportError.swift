import Foundation

/// Why a folder cannot be reported on.
public enum ReportError: Error, Sendable, CustomStringConvertible {
  case noFolder(path: String)
  case noStage(folder: String)
  case unreadable(file: String, reason: String)
  case malformed(file: String, reason: String)

  public var description: String {
    switch self {
    case .noFolder(let path):
      "\(path): there is no such folder"
    case .noStage(let folder):
      "\(folder): holds no stage; expected a folder \(Self.stages) with stage.json or metrics.jsonl"
    case .unreadable(let file, let reason):
      "\(file): cannot be read: \(reason)"
    case .malformed(let file, let reason):
      "\(file): \(reason)"
    }
  }

  private static var stages: String {
    PipelineStage.allCases.map(\.rawValue).joined(separator: ", ")
  }

  static func reading<Value>(_ file: URL, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch {
      throw ReportError.unreadable(
        file: file.path, reason: (error as NSError).localizedDescription)
    }
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from file: URL) throws -> Value {
    let data = try reading(file) { try Data(contentsOf: file) }
    do { return try JSONDecoder().decode(type, from: data) } catch let error as DecodingError {
      throw ReportError.malformed(file: file.path, reason: describe(error))
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "the document" : path.map(\.stringValue).joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context):
      "\(place(context.codingPath)) lacks the key '\(key.stringValue)'"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      "\(place(context.codingPath)) is not of the type \(type)"
    case .dataCorrupted(let context):
      "\(place(context.codingPath)) is no JSON: \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }
}
