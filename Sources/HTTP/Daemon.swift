import CMicroHTTPD
import Foundation

/// The library's server: one thread that waits for all sockets at once.
///
/// It passes on what it reads to `Connection`, and sends what that answers; it keeps no state of its own.
struct Daemon: ~Copyable, @unchecked Sendable {
  private let raw: OpaquePointer
  private let socket: Int32
  private let ledger: Ledger
  private var isAccepting = true

  init(_ socket: consuming ListeningSocket, ledger: Ledger) throws(HTTPError) {
    let isIPv6: Int32 = socket.isIPv6 ? 1 : 0
    let descriptor = socket.release()
    guard
      let raw = circadian_start_daemon(
        isIPv6, descriptor, UInt32(ledger.limits.connections),
        // The library keeps its own records of the headers in the same memory, and later parts of the answer.
        max(ledger.limits.headerBytes * 2, 16 << 10),
        connectionChanged, targetArrived, requestAdvanced, requestEnded,
        Unmanaged.passUnretained(ledger).toOpaque())
    else {
      close(descriptor)
      throw .cannotStart
    }
    self.raw = raw
    self.socket = descriptor
    self.ledger = ledger
  }

  deinit {
    MHD_stop_daemon(raw)
    if !isAccepting { close(socket) }
  }

  /// From now on connecting is refused.
  mutating func stopAccepting() {
    guard isAccepting else { return }
    isAccepting = false
    // Shut down now and closed at the end: the poll thread may be about to wait for it once more.
    shutdown(MHD_quiesce_daemon(raw), Int32(SHUT_RDWR))
  }
}

private typealias Context = UnsafeMutableRawPointer

/// A connection is opened, or about to be closed.
private func connectionChanged(
  _ context: Context?, _ raw: OpaquePointer?, _ slot: UnsafeMutablePointer<Context?>?,
  _ code: MHD_ConnectionNotificationCode
) {
  guard let context, let raw, let slot else { return }
  let ledger = Unmanaged<Ledger>.fromOpaque(context).takeUnretainedValue()
  if code == .CONNECTION_NOTIFY_STARTED {
    let connection = Connection(
      ConnectionHandle(raw: raw), socket: circadian_connection_socket(raw),
      isFromLoopback: circadian_connection_address(raw).map(isLoopback) ?? false, ledger: ledger)
    ledger.entries.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
    slot.pointee = Unmanaged.passRetained(connection).toOpaque()
  } else if let pointer = slot.pointee {
    let connection = Unmanaged<Connection>.fromOpaque(pointer).takeRetainedValue()
    slot.pointee = nil
    ledger.entries.withLock { $0.connections[ObjectIdentifier(connection)] = nil }
    connection.close()
  }
}

private func connection(of raw: OpaquePointer) -> Connection? {
  circadian_connection_context(raw).map {
    Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue()
  }
}

/// A request's first line has come. What is returned is handed to `requestAdvanced`, to find the line again.
private func targetArrived(
  _ context: Context?, _ target: UnsafePointer<CChar>?, _ raw: OpaquePointer?
) -> Context? {
  guard let raw, let target else { return nil }
  let bytes = UnsafeRawBufferPointer(start: target, count: strlen(target))
  connection(of: raw)?.begin(target: Array(bytes))
  return Context(mutating: target)
}

/// The headers have come; then each part of the body; then its end, and again after a suspension.
private func requestAdvanced(
  _ context: Context?, _ raw: OpaquePointer?, _ url: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?,
  _ upload: UnsafePointer<CChar>?, _ uploadCount: UnsafeMutablePointer<Int>?,
  _ slot: UnsafeMutablePointer<Context?>?
) -> MHD_Result {
  guard let context, let raw, let method, let version, let uploadCount,
    let connection = connection(of: raw)
  else { return .NO }
  let ledger = Unmanaged<Ledger>.fromOpaque(context).takeUnretainedValue()
  let step: Connection.Step
  if let target = connection.pendingTarget {
    step = connection.receive(
      Result { () throws(Refusal) in
        let line = RequestLine(
          method: method, target: slot?.pointee, targetCount: target.count, version: version)
        return try RequestHead(
          method: String(cString: method), target: target, version: String(cString: version),
          fields: HeaderFields(of: raw, after: line).checked(),
          headerBytes: ledger.limits.headerBytes)
      })
  } else if uploadCount.pointee > 0 {
    step = connection.receive(UnsafeRawBufferPointer(start: upload, count: uploadCount.pointee))
    uploadCount.pointee = 0
  } else {
    step = connection.advance()
  }
  switch step {
  case .goOn: return .YES
  case .close: return .NO
  case .answer(let response, let exchange):
    let isLast = ledger.entries.withLock { $0.isStopping }
    return OutgoingResponse(
      response, exchange: exchange, isForHead: strcmp(method, "HEAD") == 0, isLast: isLast)?
      .queue(on: raw) ?? .NO
  }
}

private func requestEnded(
  _ context: Context?, _ raw: OpaquePointer?, _ slot: UnsafeMutablePointer<Context?>?,
  _ code: MHD_RequestTerminationCode
) {
  guard let raw else { return }
  connection(of: raw)?.end()
}

private func isLoopback(_ address: UnsafePointer<sockaddr>) -> Bool {
  switch Int32(address.pointee.sa_family) {
  case AF_INET:
    return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
      UInt32(bigEndian: $0.pointee.sin_addr.s_addr) >> 24 == 127
    }
  case AF_INET6:
    return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
      var address = $0.pointee.sin6_addr
      return withUnsafeBytes(of: &address) { bytes in
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped && bytes[12] == 127 || bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
      }
    }
  default: return false
  }
}
