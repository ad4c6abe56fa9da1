/// What a server is busy with.
final class Ledger: Sendable {
  struct Entries {
    var connections: [ObjectIdentifier: Connection] = [:]
    /// From the request's last byte in until the answer's last byte out.
    var exchanges: [ObjectIdentifier: Exchange] = [:]
    /// Threads that are in a handler.
    var handlers = 0
    var lingering: [Lingering] = []
    var bodyBytes = 0
    var isStopping = false
    var isClosed = false
    /// Whether the reaper has ended.
    var isReaped = false
  }

  let entries = Monitor(Entries())
  let limits: Limits
  let handler: any Handler
  let port: UInt16

  init(limits: Limits, handler: any Handler, port: UInt16) {
    (self.limits, self.handler, self.port) = (limits, handler, port)
  }

  /// Sets memory aside for a part of a body.
  func reserve(_ count: Int) throws(Refusal) {
    try entries.withLock { entries throws(Refusal) in
      guard entries.bodyBytes + count <= limits.allBodyBytes else { throw .busy }
      entries.bodyBytes += count
    }
  }

  func release(_ count: Int) {
    guard count > 0 else { return }
    entries.withLock { $0.bodyBytes -= count }
  }

  /// Starts the handler on a thread of its own.
  func begin(_ request: Request, on exchange: Exchange, wantsBody: Bool) throws(Refusal) {
    try entries.withLock { entries throws(Refusal) in
      guard !entries.isStopping else { throw .stopping }
      guard entries.handlers < limits.requestsInFlight else { throw .busy }
      entries.handlers += 1
      entries.exchanges[ObjectIdentifier(exchange)] = exchange
    }
    let isStarted = DetachedThread.start { [self] in
      let response = handler.respond(to: request)
      if exchange.answer(response), wantsBody, case .stream(let produce) = response.body {
        produce(StreamWriter(exchange))
      }
      exchange.finish()
      entries.withLock { $0.handlers -= 1 }
    }
    guard isStarted else {
      entries.withLock { entries in
        entries.handlers -= 1
        entries.exchanges[ObjectIdentifier(exchange)] = nil
      }
      throw .busy
    }
  }

  func end(_ exchange: Exchange) {
    exchange.end()
    entries.withLock { $0.exchanges[ObjectIdentifier(exchange)] = nil }
  }
}

extension Refusal {
  static let busy = Refusal(
    status: 503, code: "busy", message: "too many requests are being answered")
}
