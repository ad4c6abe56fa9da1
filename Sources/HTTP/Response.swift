import Foundation

/// What is answered to a request.
public struct Response: Sendable {
  /// What follows the headers.
  public enum Body: Sendable {
    case data(Data)
    /// Called on the handler's thread once the headers are on their way; the body ends when it returns.
    case stream(@Sendable (StreamWriter) -> Void)
  }

  /// From 200 to 599.
  public var status: Int
  /// Length, framing, connection and date are the server's own and are left out here.
  public var headers: [(String, String)]
  public var body: Body

  public init(status: Int = 200, headers: [(String, String)] = [], body: Body = .data(Data())) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The value of the first header of a name, whatever its case.
  public func header(_ name: String) -> String? {
    headers.first { $0.0.lowercased() == name.lowercased() }?.1
  }

  /// The whole body; a stream is run to its end in memory.
  public func collectedBody() -> Data {
    switch body {
    case .data(let data): return data
    case .stream(let produce):
      let sink = CollectingSink()
      produce(StreamWriter(sink))
      return sink.collected
    }
  }
}

/// Answers requests.
public protocol Handler: Sendable {
  /// Called on a thread of its own, for many requests at a time, and may take its time.
  func respond(to request: Request) -> Response
}
