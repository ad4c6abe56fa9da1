import Foundation

/// A request that has come in whole.
///
/// It is made of checked text only: the path and the query are valid UTF-8 without NUL, percent escapes are decoded
/// once, and no segment can lead out of a folder.
public struct Request: Sendable {
  /// In capitals; a HEAD request comes as GET, and its body is left out on the way back.
  public var method: String
  /// Percent-decoded once, beginning with "/".
  public var path: String
  /// The path's components, each percent-decoded once; none is empty, "." or "..", nor has a part that is.
  public var segments: [String]
  /// Decoded names and values; of several with one name, the first.
  public var query: [String: String]
  public var body: Data
  /// Whether the client's address is the machine's own.
  public var isFromLoopback: Bool
  /// The server's port; nil for a request made in memory.
  public var port: UInt16?
  private let headers: [String: String]

  /// A request in memory, as a test makes it.
  ///
  /// - Parameter path: Decoded; its segments are what lies between slashes.
  public init(
    _ method: String, _ path: String, query: [String: String] = [:],
    headers: [String: String] = [:],
    body: Data = Data(), isFromLoopback: Bool = true
  ) {
    let segments = path.split(separator: "/").map(String.init).filter { $0 != "." && $0 != ".." }
    self.init(
      method: method, target: RequestTarget(path: path, segments: segments, query: query),
      headers: Dictionary(headers.map { ($0.lowercased(), $1) }) { first, _ in first }, body: body,
      isFromLoopback: isFromLoopback, port: nil)
  }

  init(
    method: String, target: RequestTarget, headers: [String: String], body: Data,
    isFromLoopback: Bool, port: UInt16?
  ) {
    self.method = method
    path = target.path
    segments = target.segments
    query = target.query
    self.headers = headers
    self.body = body
    self.isFromLoopback = isFromLoopback
    self.port = port
  }

  /// A header's value, whatever the case of its name; several of one name are joined by commas.
  public func header(_ name: String) -> String? { headers[name.lowercased()] }
}
