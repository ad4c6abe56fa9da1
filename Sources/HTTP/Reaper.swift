/// Ends what takes too long.
///
/// The library's own time limit starts anew with every byte, so that a client that sends one now and then would keep a
/// connection for ever; here the whole has a limit.
struct Reaper: Sendable {
  let ledger: Ledger

  /// Looks at all connections again and again until the server is closed.
  func run() {
    let limits = ledger.limits
    let shortest = min(
      limits.headerDeadline, limits.bodyDeadline, limits.idle, limits.slowClient)
    // Often enough for a stream's producer to hear soon that its client is gone.
    let pause = max(.milliseconds(5), min(shortest / 4, .milliseconds(100)))
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { scratch.deallocate() }
    while true {
      let (connections, lingering) = ledger.entries.wait(
        until: { $0.isClosed || !$0.connections.isEmpty || !$0.lingering.isEmpty },
        then: { ($0.isClosed ? nil : Array($0.connections.values), $0.lingering) })
      guard let connections else { break }
      let now = ContinuousClock.now
      for connection in connections { connection.check(at: now, limits: limits) }
      let done = lingering.filter { !$0.drain(at: now, into: scratch) }
      if !done.isEmpty {
        ledger.entries.withLock { $0.lingering.removeAll { one in done.contains { $0 === one } } }
      }
      ledger.entries.wait(
        until: \.isClosed, patience: lingering.isEmpty ? pause : .milliseconds(10))
    }
    ledger.entries.withLock { entries in
      entries.lingering = []
      entries.isReaped = true
    }
  }
}
