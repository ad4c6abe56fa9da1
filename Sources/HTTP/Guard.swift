import Foundation

/// Who may ask, and what browsers may do with the answers.
public struct Policy: Sendable {
  /// What a Host header may say besides loopback names, as `name` (any port) or `name:port`.
  public var hosts: Set<String> = []
  /// Asked of every request but those to public paths; nil asks nobody.
  public var token: String?
  /// Answered without a token.
  public var publicPaths: Set<String> = []
  /// Said where the handler says none.
  public var contentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'"
  /// Said where the handler says none.
  public var cacheControl = "no-store"

  public init() {}
}

/// Lets only those requests through to a handler that a policy allows, and adds its headers to every answer.
///
/// A page of another site can make a browser ask here; that its name was made to point here shows in the Host header,
/// and that it asks for another site in the Origin header.
public struct Guard: Handler {
  private let policy: Policy
  private let handler: any Handler

  public init(_ policy: Policy, _ handler: any Handler) {
    var policy = policy
    policy.hosts = Set(policy.hosts.map { $0.lowercased() })
    self.policy = policy
    self.handler = handler
  }

  public func respond(to request: Request) -> Response {
    var response: Response
    do throws(Refusal) {
      try check(request)
      response = handler.respond(to: request)
    } catch {
      response = error.response
      if error.status == 401 { response.headers.append(("WWW-Authenticate", "Bearer")) }
    }
    for (name, value) in [
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
    ] {
      response.headers.removeAll { $0.0.lowercased() == name.lowercased() }
      response.headers.append((name, value))
    }
    for (name, value) in [
      ("Content-Security-Policy", policy.contentSecurityPolicy),
      ("Cache-Control", policy.cacheControl),
    ] where response.header(name) == nil {
      response.headers.append((name, value))
    }
    return response
  }

  private func check(_ request: Request) throws(Refusal) {
    let host = request.header("Host")?.lowercased() ?? ""
    let isConfigured =
      policy.hosts.contains(host) || HostName(host).map { policy.hosts.contains($0.name) } ?? false
    guard isConfigured || isLoopback(host, port: request.port) else {
      throw Refusal(status: 403, code: "forbidden_host", message: "this host is not served here")
    }
    if let origin = request.header("Origin")?.lowercased() {
      // What stands before a configured name may speak TLS with the browser and not with us.
      guard origin == "http://\(host)" || isConfigured && origin == "https://\(host)" else {
        throw Refusal(
          status: 403, code: "forbidden_origin", message: "other sites may not ask here")
      }
    }
    guard let token = policy.token, !policy.publicPaths.contains(request.path) else { return }
    let given = request.header("Authorization") ?? ""
    let scheme = "bearer "
    guard given.lowercased().hasPrefix(scheme),
      Self.areEqual(given.utf8.dropFirst(scheme.utf8.count), token.utf8)
    else { throw Refusal(status: 401, code: "invalid_token", message: "a token is needed") }
  }

  private func isLoopback(_ host: String, port: UInt16?) -> Bool {
    guard let host = HostName(host), host.isLoopback else { return false }
    return port == nil || host.port ?? 80 == port
  }

  /// Takes as long for a wrong first byte as for a wrong last one, so that no answer's time tells how much was right.
  static func areEqual(_ given: some Collection<UInt8>, _ wanted: some Collection<UInt8>) -> Bool {
    let (given, wanted) = (Array(given), Array(wanted))
    var difference = given.count ^ wanted.count
    for (index, byte) in given.enumerated() {
      difference |= Int(byte ^ (wanted.isEmpty ? 0 : wanted[index % wanted.count]))
    }
    return difference == 0
  }
}

/// A Host header's two parts (RFC 9110, 7.2).
struct HostName: Equatable {
  var name: String
  var port: UInt16?

  /// Nil where the text is neither a name nor an address, with or without a port.
  init?(_ text: String) {
    let end: String.Index
    if text.hasPrefix("[") {
      guard let bracket = text.firstIndex(of: "]") else { return nil }
      end = text.index(after: bracket)
    } else {
      end = text.firstIndex(of: ":") ?? text.endIndex
    }
    name = String(text[..<end])
    let rest = text[end...]
    guard !name.isEmpty, rest.isEmpty || rest.hasPrefix(":") else { return nil }
    guard !rest.isEmpty else { return }
    let digits = rest.dropFirst()
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
      return nil
    }
    self.port = port
  }

  /// Only exact names and addresses: what merely begins with 127 may be a name that somebody else owns.
  var isLoopback: Bool {
    if ["localhost", "[::1]"].contains(name) { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in
        part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
      }
  }
}
