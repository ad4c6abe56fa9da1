import Foundation
import HTTP
import Synchronization
import Testing

/// Clients that are slow, greedy or many.
///
/// What has to be over soon has at most half of the time that it takes without the limit that is tested, on a busy machine too.
@Suite struct LimitTests {
  private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

  private func start(
    _ change: (inout Limits) -> Void,
    _ body: @escaping @Sendable (Request) -> Response = { _ in .text("fine") }
  ) throws -> Server {
    var limits = Limits()
    change(&limits)
    return try Server(host: "127.0.0.1", port: 0, limits: limits, handler: Answering(body))
  }

  /// Answers that are kept back until they may go on.
  private final class HeldAnswers: Sendable {
    private let state = Mutex((begun: 0, mayGoOn: false))

    var begun: Int { state.withLock { $0.begun } }
    func goOn() { state.withLock { $0.mayGoOn = true } }

    func answer() -> Response {
      state.withLock { $0.begun += 1 }
      _ = eventually { state.withLock { $0.mayGoOn } }
      return .text("fine")
    }
  }

  /// Sends a byte every few milliseconds until the connection is closed, and says how long that took.
  private func drip(_ client: TestClient, after text: String) -> (time: Duration, answer: String) {
    let start = ContinuousClock.now
    client.send(text)
    while client.send("a"), .now - start < .seconds(20) { usleep(10_000) }
    let time = ContinuousClock.now - start
    return (time, client.receiveAll())
  }

  @Test func endsHeadersThatDrip() throws {
    let server = try start { $0.headerDeadline = .milliseconds(150) }
    let (time, answer) = drip(
      try TestClient(port: server.port), after: "GET / HTTP/1.1\r\nHost: h\r\nA: ")
    #expect(time > .milliseconds(140) && time < .seconds(5), "\(time)")
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 408 "))
  }

  @Test func endsAFirstLineThatDrips() throws {
    let server = try start { $0.headerDeadline = .milliseconds(150) }
    let (time, _) = drip(try TestClient(port: server.port), after: "GET /")
    #expect(time < .seconds(5), "\(time)")
  }

  @Test func endsBodiesThatDrip() throws {
    let server = try start { $0.bodyDeadline = .milliseconds(150) }
    let (time, answer) = drip(
      try TestClient(port: server.port),
      after: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
    #expect(time > .milliseconds(140) && time < .seconds(5), "\(time)")
    #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 408 "))
  }

  @Test func answersThatTheTimeIsOver() throws {
    let server = try start {
      $0.headerDeadline = .milliseconds(50)
      $0.bodyDeadline = .milliseconds(50)
    }
    for text in [
      "GET / HTTP/1.1\r\nHost: h\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n",
    ] {
      let client = try TestClient(port: server.port)
      client.send(text)
      #expect(client.receiveAll().hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
    }
  }

  @Test func endsIdleConnections() throws {
    let server = try start { $0.idle = .milliseconds(100) }
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    #expect(try client.answer().text == "fine")
    let start = ContinuousClock.now
    #expect(client.receiveAll().isEmpty)
    #expect(.now - start < .seconds(15))
  }

  @Test func leavesSlowHandlersAlone() throws {
    let server = try start {
      $0.headerDeadline = .milliseconds(40)
      $0.bodyDeadline = .milliseconds(40)
      $0.idle = .milliseconds(40)
      $0.slowClient = .milliseconds(40)
    } _: { _ in
      usleep(250_000)
      return Response(
        body: .stream { writer in
          usleep(250_000)
          try? writer.write(Data("slow".utf8))
        })
    }
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    #expect(try client.answer().text == "slow")
  }

  @Test func cutsAClientThatTakesNothing() throws {
    let server = try start {
      $0.slowClient = .milliseconds(150)
    } _: { _ in
      Response(body: .data(Data(count: 64 << 20)))
    }
    let client = try TestClient(port: server.port, receiveBuffer: 4096)
    client.send(Self.request)
    usleep(2_000_000)
    #expect(client.receiveAll().utf8.count < 32 << 20)
  }

  @Test func sendsLargeAnswersToAClientThatTakesItsTime() throws {
    let server = try start {
      $0.slowClient = .milliseconds(500)
    } _: { _ in
      Response(body: .data(Data(repeating: 0x61, count: 1 << 20)))
    }
    let client = try TestClient(port: server.port, receiveBuffer: 16 << 10)
    client.send(Self.request)
    #expect(try client.answer().body.count == 1 << 20)
  }

  @Test func answers503WhenTooManyAreAnswered() throws {
    let held = HeldAnswers()
    let server = try start {
      $0.requestsInFlight = 2
    } _: { _ in
      held.answer()
    }
    let busy = try (0..<2).map { _ in
      let client = try TestClient(port: server.port)
      client.send(Self.request)
      return client
    }
    #expect(eventually { held.begun == 2 })
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    let answer = try client.answer()
    #expect(answer.status == 503)
    #expect(answer.headers["retry-after"] == "1")
    held.goOn()
    for client in busy { #expect(try client.answer().status == 200) }
    // The connection that was refused is as good as ever.
    #expect(
      eventually {
        client.send(Self.request)
        return (try? client.answer().status) == 200
      })
  }

  @Test func boundsAllBodiesTogether() throws {
    let held = HeldAnswers()
    let server = try start {
      $0.allBodyBytes = 100_000
    } _: { _ in
      held.answer()
    }
    func send() throws -> TestClient {
      let client = try TestClient(port: server.port)
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 80000\r\n\r\n")
      client.send([UInt8](repeating: 0x61, count: 80_000))
      return client
    }
    let first = try send()
    #expect(eventually { held.begun == 1 })
    #expect(try send().answer().status == 503)
    held.goOn()
    #expect(try first.answer().status == 200)
    // What was set aside for it is free again, as soon as the library is done with it.
    #expect(try eventually { try send().answer().status == 200 })
  }

  @Test func takesNoMoreConnectionsThanAllowed() throws {
    let server = try start { $0.connections = 2 }
    var clients = try (0..<2).map { _ in try TestClient(port: server.port) }
    for client in clients {
      client.send(Self.request)
      #expect(try client.answer().status == 200)
    }
    let third = try TestClient(port: server.port)
    third.send(Self.request)
    usleep(50_000)
    clients.removeLast()
    #expect(try third.answer().status == 200)
  }

  @Test func forgetsAClientThatIsGoneBeforeItsAnswer() throws {
    let runs = Mutex(0)
    let goOn = Mutex(false)
    let server = try start {
      $0.connections = 1
    } _: { _ in
      runs.withLock { $0 += 1 }
      if runs.withLock({ $0 }) == 1 { _ = eventually { goOn.withLock { $0 } } }
      return .text("fine")
    }
    do {
      let client = try TestClient(port: server.port)
      client.send(Self.request)
      #expect(eventually { runs.withLock { $0 } == 1 })
      client.endWithReset()
    }
    // Its connection is free for the next one, while the handler is still at work.
    let next = try TestClient(port: server.port)
    next.send(Self.request)
    #expect(try next.answer().text == "fine")
    goOn.withLock { $0 = true }
    let start = ContinuousClock.now
    server.stop(deadline: .seconds(30))
    #expect(.now - start < .seconds(15))
  }
}
