import Foundation

/// Events to a client as they happen (HTML Living Standard, 9.2).
public struct EventStream: Sendable {
  private let writer: StreamWriter

  public init(_ writer: StreamWriter) { self.writer = writer }

  /// A response that sends events until `produce` returns.
  public static func response(_ produce: @escaping @Sendable (EventStream) -> Void) -> Response {
    // Without the last header some proxies hold events back until there are many.
    Response(
      headers: [
        ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"),
        ("X-Accel-Buffering", "no"),
      ],
      body: .stream { produce(EventStream($0)) })
  }

  /// Whether nobody listens any more.
  public var isDisconnected: Bool { writer.isDisconnected }

  /// Sends an event; line breaks in the data arrive as "\n", and in the name are left out.
  public func send(event name: String? = nil, data: String) throws(Disconnected) {
    var text = ""
    if let name { text += "event: \(String(name.unicodeScalars.filter { !$0.isLineBreak }))\n" }
    text += Self.lines(data).map { "data: \($0)\n" }.joined() + "\n"
    try writer.write(Data(text.utf8))
  }

  /// Sends a comment, which keeps proxies from closing a connection that is silent.
  public func heartbeat() throws(Disconnected) { try writer.write(Data(":\n\n".utf8)) }

  /// Split by scalars: as characters, "\r\n" would be one and hide the break.
  private static func lines(_ text: String) -> [String] {
    var lines = [String.UnicodeScalarView()]
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar == "\n", previous == "\r" {
        // The break was at the "\r".
      } else if scalar.isLineBreak {
        lines.append(String.UnicodeScalarView())
      } else {
        lines[lines.count - 1].append(scalar)
      }
      previous = scalar
    }
    return lines.map { String($0) }
  }
}

extension Unicode.Scalar {
  fileprivate var isLineBreak: Bool { self == "\n" || self == "\r" }
}
