import Foundation

/// Listens on a port and has a handler answer what comes in.
public struct Server: ~Copyable, Sendable {
  /// The real one, also when 0 was asked for.
  public let port: UInt16
  private let core: ServerCore

  /// Listens from now on.
  ///
  /// - Parameters:
  ///   - host: A name or address of this machine, such as "127.0.0.1", "::1" or "0.0.0.0".
  ///   - port: 0 for any that is free.
  public init(host: String, port: UInt16, limits: Limits = Limits(), handler: any Handler)
    throws(HTTPError)
  {
    let socket = try ListeningSocket(host: host, port: port)
    let bound = socket.port
    let core = try ServerCore(socket, limits: limits, handler: handler)
    self.port = bound
    self.core = core
  }

  /// Takes no new connections; those that are open go on.
  public func stopAccepting() { core.stopAccepting() }

  /// Lets requests in flight finish, then closes everything.
  ///
  /// - Parameter deadline: After it, streams are cut, and requests without an answer are answered 503. A handler that
  ///   still runs then goes on to its end; what it answers is dropped.
  public consuming func stop(deadline: Duration = .seconds(10)) { core.stop(deadline: deadline) }

  deinit { core.stop(deadline: .zero) }
}
