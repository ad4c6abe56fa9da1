import Foundation
import Synchronization

/// One client's connection, and how far its present request has come.
final class Connection: Sendable {
  enum Phase {
    /// Open, and no first line yet.
    case fresh
    /// Between two requests.
    case idle
    case receivingHeaders(target: [UInt8])
    case receivingBody(RequestHead)
    case answering(Exchange)
    /// Answered without a handler.
    case refused

    var isReceiving: Bool {
      switch self {
      case .receivingHeaders, .receivingBody: true
      default: false
      }
    }
  }

  private struct State {
    var phase = Phase.fresh
    var since = ContinuousClock.now
    var body = Data()
    /// Whether the client had closed its sending half, and all of it been read, when the reaper last looked.
    var wasHungUp = false
    /// False from just before the descriptor is closed, and perhaps given to another connection.
    var isOpen = true
  }

  /// What the library is to do next.
  enum Step {
    case goOn
    case answer(Response, Exchange?)
    case close
  }

  private let handle: ConnectionHandle
  private let socket: Int32
  private let isFromLoopback: Bool
  private let ledger: Ledger
  private let state = Mutex(State())

  init(_ handle: ConnectionHandle, socket: Int32, isFromLoopback: Bool, ledger: Ledger) {
    self.handle = handle
    self.socket = socket
    self.isFromLoopback = isFromLoopback
    self.ledger = ledger
  }

  // MARK: On the poll thread

  /// The first line has come.
  func begin(target: [UInt8]) {
    state.withLock { state in
      state.phase = .receivingHeaders(target: target)
      state.since = .now
    }
  }

  /// The target of the request whose headers are due, nil behind them.
  var pendingTarget: [UInt8]? {
    state.withLock { state in
      if case .receivingHeaders(let target) = state.phase { target } else { nil }
    }
  }

  /// The headers have come, or cannot be used.
  func receive(_ head: Result<RequestHead, Refusal>) -> Step {
    state.withLock { state in
      do throws(Refusal) {
        let head = try head.get()
        if let length = head.contentLength {
          guard length <= ledger.limits.bodyBytes(head.target.path) else { throw .tooLarge }
        }
        state.phase = .receivingBody(head)
        state.since = .now
        return .goOn
      } catch {
        linger()
        return refuse(error, &state)
      }
    }
  }

  /// A part of the body has come.
  func receive(_ bytes: UnsafeRawBufferPointer) -> Step {
    state.withLock { state in
      guard case .receivingBody(let head) = state.phase else { return .close }
      do throws(Refusal) {
        guard state.body.count + bytes.count <= ledger.limits.bodyBytes(head.target.path) else {
          throw .tooLarge
        }
        try ledger.reserve(bytes.count)
        state.body.append(contentsOf: bytes)
        return .goOn
      } catch {
        // Within a body the library takes no answer, so it is written past it.
        linger()
        say(error)
        state.phase = .refused
        return .close
      }
    }
  }

  /// The request is whole; called again each time the connection was resumed without an answer under way.
  func advance() -> Step {
    state.withLock { state in
      switch state.phase {
      case .receivingBody(let head):
        let exchange = Exchange(handle)
        let request = Request(
          method: head.method == "HEAD" ? "GET" : head.method, target: head.target,
          headers: head.headers, body: state.body, isFromLoopback: isFromLoopback,
          port: ledger.port)
        do throws(Refusal) {
          try ledger.begin(request, on: exchange, wantsBody: head.method != "HEAD")
        } catch {
          return refuse(error, &state)
        }
        state.phase = .answering(exchange)
        return step(of: exchange)
      case .answering(let exchange): return step(of: exchange)
      default: return .close
      }
    }
  }

  private func step(of exchange: Exchange) -> Step {
    do throws(Disconnected) {
      return try exchange.takeAnswer().map { .answer($0, exchange) } ?? .goOn
    } catch {
      return .close
    }
  }

  /// The library is done with the request, one way or the other.
  func end() {
    state.withLock { state in
      if case .answering(let exchange) = state.phase { ledger.end(exchange) }
      ledger.release(state.body.count)
      state.body = Data()
      state.phase = .idle
      state.since = .now
    }
  }

  /// The descriptor is about to be closed.
  func close() {
    end()
    state.withLock { $0.isOpen = false }
  }

  private func refuse(_ refusal: Refusal, _ state: inout State) -> Step {
    state.phase = .refused
    state.since = .now
    return .answer(refusal.response, nil)
  }

  // MARK: On the reaper's thread

  /// Ends the connection if its client has taken longer than it may, whatever it has sent meanwhile.
  func check(at now: ContinuousClock.Instant, limits: Limits) {
    state.withLock { state in
      guard state.isOpen else { return }
      let elapsed = now - state.since
      switch state.phase {
      case .fresh where elapsed > limits.headerDeadline,
        .receivingHeaders where elapsed > limits.headerDeadline,
        .receivingBody where elapsed > limits.bodyDeadline:
        say(.late)
        shutdown(socket, Int32(SHUT_RDWR))
      case .idle where elapsed > limits.idle, .refused where elapsed > limits.slowClient:
        shutdown(socket, Int32(SHUT_RDWR))
      case .answering(let exchange):
        let isOverdue = exchange.isOverdue(at: now, limit: limits.slowClient)
        if isOverdue || isHungUp(evenHalf: exchange.isOpenStream) {
          exchange.lose()
          shutdown(socket, Int32(SHUT_RDWR))
        }
      default:
        // The library reads until a socket has less than was asked for, and then overlooks an end that came with the last
        // bytes. Seen twice, since it may just be working on those.
        let isHungUp = isHungUp(evenHalf: true) && isDrained
        if isHungUp && state.wasHungUp {
          if state.phase.isReceiving { say(.incomplete) }
          shutdown(socket, Int32(SHUT_RDWR))
        }
        state.wasHungUp = isHungUp
      }
    }
  }

  private var isDrained: Bool {
    var byte: UInt8 = 0
    return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
  }

  /// A suspended connection is not watched by the library.
  ///
  /// A client that closes only its sending half may still wait for an answer; one that does so during a stream is most
  /// likely gone, and cannot be told apart from one that is.
  private func isHungUp(evenHalf: Bool) -> Bool {
    let readHangUp: Int16 = 0x2000  // POLLRDHUP, which is not visible in Swift
    var watched = pollfd(fd: socket, events: evenHalf ? readHangUp : 0, revents: 0)
    guard poll(&watched, 1, 0) > 0 else { return false }
    return watched.revents & (Int16(POLLHUP | POLLERR) | (evenHalf ? readHangUp : 0)) != 0
  }

  // MARK: Past the library

  /// Answers while the library is reading, when nothing of its own can be under way.
  private func say(_ refusal: Refusal) {
    let response = refusal.response
    var text = "HTTP/1.1 \(refusal.status) \(refusal.reason)\r\nConnection: close\r\n"
    let body = response.collectedBody()
    for (name, value) in response.headers { text += "\(name): \(value)\r\n" }
    text += "Content-Length: \(body.count)\r\n\r\n"
    let bytes = Data(text.utf8) + body
    _ = bytes.withUnsafeBytes {
      send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }
  }

  /// Keeps the connection open a little beyond the library's end of it.
  ///
  /// What a client still sends to a closed connection is answered with a reset, which makes it throw away the answer
  /// that it has not read yet.
  private func linger() {
    ledger.entries.withLock { entries in
      guard entries.lingering.count < Lingering.most, let copy = Lingering(socket) else { return }
      entries.lingering.append(copy)
    }
  }
}

extension Refusal {
  static let tooLarge = Refusal(
    status: 413, code: "body_too_large", message: "the body is larger than is taken here")
  static let late = Refusal(
    status: 408, code: "timeout", message: "the request did not come in time")

  static let incomplete = Refusal.malformed("the request ended before it was whole")

  fileprivate var reason: String {
    switch status {
    case 400: "Bad Request"
    case 408: "Request Timeout"
    case 413: "Content Too Large"
    default: "Service Unavailable"
    }
  }
}
