import Foundation
import Synchronization

/// A running server, until it is stopped for the first time.
final class ServerCore: Sendable {
  private let ledger: Ledger
  private let daemon: Mutex<Daemon?>

  init(
    _ socket: consuming ListeningSocket, limits: Limits, handler: any Handler
  ) throws(HTTPError) {
    let ledger = Ledger(limits: limits, handler: handler, port: socket.port)
    self.ledger = ledger
    daemon = Mutex(try Daemon(socket, ledger: ledger))
    guard DetachedThread.start({ Reaper(ledger: ledger).run() }) else {
      daemon.withLock { $0 = nil }
      throw .cannotStart
    }
  }

  func stopAccepting() { daemon.withLock { $0?.stopAccepting() } }

  func stop(deadline: Duration) {
    stopAccepting()
    ledger.entries.withLock { $0.isStopping = true }
    let left = ledger.entries.wait(
      until: \.exchanges.isEmpty, patience: deadline, then: { Array($0.exchanges.values) })
    if !left.isEmpty {
      for exchange in left { exchange.abandon() }
      // A moment for the last answers to leave.
      ledger.entries.wait(until: \.exchanges.isEmpty, patience: .milliseconds(250))
    }
    // Nothing is suspended any more, which the library insists upon: all are answered or cut, and none can begin.
    daemon.withLock { $0 = nil }
    ledger.entries.withLock { $0.isClosed = true }
    ledger.entries.wait(until: \.isReaped, patience: .seconds(1))
  }
}
