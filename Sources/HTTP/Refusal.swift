import Foundation

/// A request that is answered before a handler sees it.
package struct Refusal: Error, Equatable {
  package var status: Int
  var code: String
  var message: String

  package static func malformed(_ message: String) -> Refusal {
    Refusal(status: 400, code: "malformed_request", message: message)
  }

  /// In the form that OpenAI's interface gives errors.
  var response: Response {
    struct Body: Encodable {
      struct Problem: Encodable {
        var message: String
        var type: String
        var param: String?
        var code: String
        func encode(to encoder: any Encoder) throws {
          var container = encoder.container(keyedBy: Keys.self)
          try container.encode(message, forKey: .message)
          try container.encode(type, forKey: .type)
          // Said even where it is null, as clients read it.
          try container.encode(param, forKey: .param)
          try container.encode(code, forKey: .code)
        }
        enum Keys: String, CodingKey { case message, type, param, code }
      }
      var error: Problem
    }
    let type = status >= 500 ? "server_error" : "invalid_request_error"
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let body = Body(error: .init(message: message, type: type, param: nil, code: code))
    return Response(
      status: status,
      headers: [
        ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
      ] + (status == 503 ? [("Retry-After", "1")] : []),
      // Text always encodes.
      body: .data((try? encoder.encode(body)) ?? Data()))
  }
}
