import CMicroHTTPD
import Foundation

/// The library's name for a connection, valid until it says that the connection is closed.
struct ConnectionHandle: @unchecked Sendable {
  let raw: OpaquePointer
}

/// One request being answered: the handler's thread gives, the poll thread takes.
///
/// While there is nothing to take the connection is suspended, and costs no time. It must be resumed exactly once for
/// each time that it was suspended; both therefore happen under this lock only.
final class Exchange: ByteSink {
  private struct State {
    var isSuspended = false
    /// What waits to be taken; nil before it is there and after it was taken.
    var answer: Response?
    var isAnswered = false
    /// Whether the poll thread has begun to send the answer.
    var isUnderWay = false
    var outgoing = Data()
    var isFinished = false
    var isGone = false
    var isWriting = false
    /// Since when the client has had something to take; nil while it waits for us.
    var owedSince: ContinuousClock.Instant?

    var takesBytes: Bool { !isGone && !isFinished }
  }

  private static let capacity = 64 << 10
  private let handle: ConnectionHandle
  private let state = Monitor(State())

  init(_ handle: ConnectionHandle) { self.handle = handle }

  // MARK: On the handler's thread

  /// - Returns: Whether anybody waits for the answer.
  func answer(_ response: Response) -> Bool {
    state.withLock { state in
      guard !state.isAnswered, !state.isGone else { return false }
      state.isAnswered = true
      state.answer = response
      resume(&state)
      return true
    }
  }

  func write(_ bytes: Data) throws(Disconnected) {
    try state.wait(
      until: { !$0.isWriting || !$0.takesBytes },
      then: { state throws(Disconnected) in
        guard state.takesBytes else { throw Disconnected() }
        state.isWriting = true
      })
    defer { state.withLock { $0.isWriting = false } }
    var rest = bytes[...]
    while !rest.isEmpty {
      // Without a time limit: the reaper declares a client that takes nothing gone.
      let written = try state.wait(
        until: { $0.outgoing.count < Self.capacity || !$0.takesBytes },
        then: { state throws(Disconnected) in
          guard state.takesBytes else { throw Disconnected() }
          let piece = rest.prefix(Self.capacity - state.outgoing.count)
          state.outgoing.append(piece)
          resume(&state)
          return piece.count
        })
      rest = rest.dropFirst(written)
    }
  }

  var isDisconnected: Bool { state.withLock { !$0.takesBytes } }

  /// Nothing more will be written.
  func finish() {
    state.withLock { state in
      state.isFinished = true
      resume(&state)
    }
  }

  // MARK: On the poll thread

  /// The answer, or nil once the connection is suspended until there is one.
  ///
  /// - Throws: `Disconnected` when it was resumed because the client is gone, and there will be none.
  func takeAnswer() throws(Disconnected) -> Response? {
    try state.withLock { state throws(Disconnected) in
      guard !state.isGone else { throw Disconnected() }
      guard let answer = state.answer else {
        suspend(&state)
        return nil
      }
      state.answer = nil
      state.isUnderWay = true
      state.owedSince = .now
      if case .data(let data) = answer.body {
        state.outgoing = data
        state.isFinished = true
      }
      return answer
    }
  }

  /// Copies what waits, at most `count` bytes; 0 once the connection is suspended until there is something.
  func take(into buffer: UnsafeMutableRawPointer, count: Int) -> Int {
    state.withLock { state in
      guard !state.isGone else { return contentReaderEndWithError }
      guard !state.outgoing.isEmpty else {
        guard !state.isFinished else { return contentReaderEndOfStream }
        suspend(&state)
        state.owedSince = nil
        return 0
      }
      let taken = min(count, state.outgoing.count)
      let start = state.outgoing.startIndex
      state.outgoing.copyBytes(
        to: buffer.assumingMemoryBound(to: UInt8.self), from: start..<start + taken)
      state.outgoing =
        taken == state.outgoing.count ? Data() : state.outgoing[(start + taken)...]
      state.owedSince = .now
      return taken
    }
  }

  /// The library is done with the request; the handle may mean another one from now on.
  func end() {
    state.withLock { state in
      state.isGone = true
      state.isSuspended = false
    }
  }

  // MARK: On other threads

  /// Whether the client has had something to take for too long.
  func isOverdue(at now: ContinuousClock.Instant, limit: Duration) -> Bool {
    state.withLock { state in state.owedSince.map { now - $0 > limit } ?? false }
  }

  /// Whether a stream's producer might still be told that nobody listens.
  var isOpenStream: Bool { state.withLock { $0.isUnderWay && !$0.isFinished && !$0.isGone } }

  /// The client takes nothing any more.
  func lose() {
    state.withLock { state in
      state.isGone = true
      resume(&state)
    }
  }

  /// The server waits no longer: what has no answer is answered 503, and what is under way is cut.
  func abandon() {
    state.withLock { state in
      if state.isUnderWay {
        state.isGone = true
      } else if case .data? = state.answer?.body {
        // Is sent as it is.
      } else {
        // A stream that has not begun would suspend the connection again.
        state.isAnswered = true
        state.isFinished = true
        state.answer = Refusal.stopping.response
      }
      resume(&state)
    }
  }

  private func suspend(_ state: inout State) {
    MHD_suspend_connection(handle.raw)
    state.isSuspended = true
  }

  private func resume(_ state: inout State) {
    guard state.isSuspended else { return }
    state.isSuspended = false
    MHD_resume_connection(handle.raw)
  }
}

// Macros with casts, which are not visible in Swift.
private let contentReaderEndOfStream = -1
private let contentReaderEndWithError = -2

extension Refusal {
  static let stopping = Refusal(
    status: 503, code: "stopping", message: "the server is being stopped")
}
