import Foundation

/// A request without its body, checked.
struct RequestHead: Sendable {
  var method: String
  var target: RequestTarget
  var headers: [String: String]
  /// Nil for a body in chunks, and without a body.
  var contentLength: Int?

  static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
  private static let longestTarget = 8 << 10

  /// - Parameter fields: Names and values as they came, in their order.
  init(
    method: String, target: [UInt8], version: String, fields: [(name: [UInt8], value: [UInt8])],
    headerBytes: Int
  ) throws(Refusal) {
    guard Self.methods.contains(method) else {
      throw Refusal(status: 501, code: "unknown_method", message: "no such method is known here")
    }
    guard target.count <= Self.longestTarget else {
      throw Refusal(status: 414, code: "target_too_long", message: "the target is too long")
    }
    guard fields.reduce(0, { $0 + $1.name.count + $1.value.count + 4 }) <= headerBytes else {
      throw Refusal(
        status: 431, code: "headers_too_large", message: "the headers are larger than is taken")
    }
    self.method = method
    self.target = try RequestTarget(target[...])
    headers = [:]
    for field in fields {
      let name = try Self.name(field.name)
      let value = try Self.value(field.value)
      if let earlier = headers[name] {
        // One of them may be meant for what stands before us, and the other for us.
        guard !["host", "content-length", "transfer-encoding"].contains(name) else {
          throw .malformed("the header \(name) is there twice")
        }
        headers[name] = earlier + ", " + value
      } else {
        headers[name] = value
      }
    }
    guard version == "HTTP/1.0" || headers["host"] != nil else {
      throw .malformed("the header Host is missing")
    }
    guard headers["expect"].map({ $0.lowercased() == "100-continue" }) ?? true else {
      throw Refusal(status: 417, code: "unknown_expectation", message: "this cannot be expected")
    }
    contentLength = try framing(version: version)
  }

  /// How long the body is, by headers that must not contradict each other (RFC 9112, 6.3).
  private func framing(version: String) throws(Refusal) -> Int? {
    if let encoding = headers["transfer-encoding"] {
      guard headers["content-length"] == nil, version != "HTTP/1.0" else {
        throw .malformed("the headers contradict each other on the body's length")
      }
      guard encoding.lowercased() == "chunked" else {
        throw Refusal(
          status: 501, code: "unknown_encoding", message: "only the encoding chunked is known here")
      }
      return nil
    }
    guard let text = headers["content-length"] else { return nil }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !text.isEmpty else {
      throw .malformed("the header content-length is no number")
    }
    // Digits that do not fit are a number still, and a large one.
    return Int(text) ?? .max
  }

  private static func name(_ bytes: [UInt8]) throws(Refusal) -> String {
    let others = Set("!#$%&'*+-.^_`|~".utf8)
    guard !bytes.isEmpty,
      bytes.allSatisfy({
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || others.contains($0)
      })
    else { throw .malformed("a header's name has a character that is not allowed there") }
    return String(decoding: bytes, as: UTF8.self).lowercased()
  }

  private static func value(_ bytes: [UInt8]) throws(Refusal) -> String {
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }),
      let text = String(validating: bytes, as: UTF8.self)
    else { throw .malformed("a header's value is not text") }
    return text.trimmingCharacters(in: .whitespaces)
  }
}
