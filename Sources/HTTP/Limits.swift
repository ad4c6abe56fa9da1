/// What a server takes from its clients, and for how long it waits for them.
public struct Limits: Sendable {
  /// Open at a time; more wait to be accepted.
  public var connections = 256
  /// Names and values of a request's headers.
  public var headerBytes = 32 << 10
  /// The largest body for a path.
  public var bodyBytes: @Sendable (_ path: String) -> Int = { _ in 64 << 20 }
  /// Bodies of all requests together.
  public var allBodyBytes = 512 << 20
  /// From the connection, or from the request's first line, to the end of the headers.
  public var headerDeadline: Duration = .seconds(10)
  /// From the end of the headers to the end of the body.
  public var bodyDeadline: Duration = .seconds(60)
  /// Between two requests on a connection.
  public var idle: Duration = .seconds(30)
  /// For a client to take a block of what is sent, at most 64 KiB.
  public var slowClient: Duration = .seconds(30)
  /// Handlers running at a time; more requests are answered 503.
  public var requestsInFlight = 128

  public init() {}
}
