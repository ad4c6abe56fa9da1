import Corpora
import Foundation
import HTTP
import Individuals
import LanguageModels
import Lens
import Sleep
import Templates

/// What a client is told went wrong, in the form that OpenAI's clients read.
struct ServiceError: Error {
  var status: Int
  var message: String
  /// The part of the request that is meant.
  var parameter: String?
  var code: String?

  init(_ status: Int, _ message: String, parameter: String? = nil, code: String? = nil) {
    (self.status, self.message, self.parameter, self.code) = (status, message, parameter, code)
  }

  /// What anything that is thrown means to a client.
  init(_ error: any Error) {
    switch error {
    case let error as ServiceError: self = error
    case let error as IndividualError: self.init(error)
    case let error as SleepError: self.init(409, "\(error)", code: "not_slept")
    case let error as DocumentError: self.init(415, "\(error)", code: "unreadable_document")
    case let error as ChatError: self.init(400, "\(error)", code: "context_length_exceeded")
    case is TemplateError, is LensError: self.init(422, "\(error)")
    case let error as any CategorizedError:
      self.init(error.category == .io ? 503 : 500, "\(error)")
    case let error as DecodingError: self.init(error)
    default: self.init(500, "\(error)")
    }
  }

  private init(_ error: IndividualError) {
    let (status, code) =
      switch error {
      case .unknownName: (404, "model_not_found")
      case .unknownNight, .unknownEpisode, .unknownTurn: (404, "not_found")
      case .invalidName: (400, "invalid_name")
      case .alreadyExists: (409, "already_exists")
      case .conversationIsOver, .inUse: (409, "busy")
      case .emptyDocument: (422, "empty_document")
      // A full disk and a locked journal pass; the request can be sent again.
      case .journalBusy, .journalFailed: (503, "journal_unavailable")
      default: (500, "damaged")
      }
    self.init(status, "\(error)", code: code)
  }

  private init(_ error: DecodingError) {
    func path(_ keys: [any CodingKey]) -> String {
      keys.map { $0.stringValue.snakeCase }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      let name = path(context.codingPath + [key])
      self.init(400, "'\(name)' is missing", parameter: name)
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      let name = path(context.codingPath)
      self.init(400, "'\(name)': \(context.debugDescription)", parameter: name)
    case .dataCorrupted(let context):
      let name = path(context.codingPath)
      self.init(
        400, name.isEmpty ? "the body is not valid JSON" : "'\(name)': \(context.debugDescription)",
        parameter: name.isEmpty ? nil : name)
    @unknown default: self.init(400, "the body cannot be read")
    }
  }

  struct Body: Encodable {
    struct Detail: Encodable {
      var message, type: String
      @OrNull var param: String?
      @OrNull var code: String?
    }
    var error: Detail
  }

  var body: Body {
    let type =
      switch status {
      case 401: "authentication_error"
      case 403: "permission_error"
      case 429: "rate_limit_error"
      case 500...: "server_error"
      default: "invalid_request_error"
      }
    return Body(error: .init(message: message, type: type, param: parameter, code: code))
  }

  var response: Response {
    var response = Response.json(body, status: status)
    if status == 503 { response.headers.append(("Retry-After", "1")) }
    return response
  }
}

extension Response {
  static func json(
    _ value: some Encodable, status: Int = 200, inSnakeCase: Bool = false
  ) -> Response {
    Response(
      status: status, headers: [("Content-Type", "application/json")],
      body: .data(ServiceJSON.data(value, inSnakeCase: inSnakeCase)))
  }
}

/// JSON as the service speaks it: times in ISO 8601.
enum ServiceJSON {
  static func data(_ value: some Encodable, inSnakeCase: Bool = false) -> Data {
    let encoder = JSONEncoder()
    if inSnakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
    encoder.dateEncodingStrategy = .iso8601
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    // Values of this room's own types always encode.
    return (try? encoder.encode(value)) ?? Data("{}".utf8)
  }

  static func text(_ value: some Encodable, inSnakeCase: Bool = false) -> String {
    String(decoding: data(value, inSnakeCase: inSnakeCase), as: UTF8.self)
  }

  /// - Throws: ``ServiceError`` with the part of the body that is not as it should be.
  static func decode<Value: Decodable>(_ type: Value.Type, from request: Request) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do { return try decoder.decode(type, from: request.body) } catch { throw ServiceError(error) }
  }
}

/// A value that stands in JSON as null where there is none: clients look for the key.
@propertyWrapper struct OrNull<Value: Encodable & Sendable>: Encodable, Sendable {
  private var value: Value?

  init(wrappedValue: Value?) { value = wrappedValue }

  var wrappedValue: Value? {
    get { value }
    set { value = newValue }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}

extension String {
  /// A name of this program's as it stands on the wire.
  fileprivate var snakeCase: String {
    reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }
}
