import Foundation
import HTTP
import Synchronization
import Testing

@Suite struct StopTests {
  private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

  private func start(_ body: @escaping @Sendable (Request) -> Response) throws -> Server {
    try Server(host: "127.0.0.1", port: 0, handler: Answering(body))
  }

  @Test func letsRequestsInFlightFinish() throws {
    let isRunning = Mutex(false)
    let server = try start { _ in
      isRunning.withLock { $0 = true }
      usleep(150_000)
      return Response(
        body: .stream { writer in
          usleep(100_000)
          try? writer.write(Data("finished".utf8))
        })
    }
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    #expect(eventually { isRunning.withLock { $0 } })
    server.stop(deadline: .seconds(5))
    let answer = try client.answer()
    #expect(answer.text == "finished")
    #expect(answer.headers["connection"] == "close")
    #expect(client.receiveAll().isEmpty)
  }

  @Test func takesNoNewConnections() throws {
    let server = try start { _ in .text("fine") }
    let port = server.port
    let client = try TestClient(port: port)
    client.send(Self.request)
    #expect(try client.answer().status == 200)
    server.stopAccepting()
    #expect(throws: (any Error).self) { try TestClient(port: port) }
    // The open one goes on.
    client.send(Self.request)
    #expect(try client.answer().status == 200)
    server.stopAccepting()
    server.stop()
    #expect(client.receiveAll().isEmpty)
  }

  @Test func waitsNoLongerThanItsDeadline() throws {
    let isOver = Mutex(false)
    let server = try start { request in
      if request.path == "/stream" {
        return Response(
          body: .stream { writer in
            try? writer.write(Data("begun".utf8))
            _ = eventually { writer.isDisconnected }
          })
      }
      if request.path == "/flood" {
        return Response(
          body: .stream { writer in while (try? writer.write(Data(count: 9999))) != nil {} })
      }
      _ = eventually { isOver.withLock { $0 } }
      return Response(body: .stream { try? $0.write(Data("dropped".utf8)) })
    }
    let port = server.port
    let stuck = try TestClient(port: port)
    stuck.send(Self.request)
    let stream = try TestClient(port: port)
    stream.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(stream.receive(until: "begun").contains("begun"))
    let flood = try TestClient(port: port)
    flood.send("GET /flood HTTP/1.1\r\nHost: h\r\n\r\n")
    usleep(50_000)
    let start = ContinuousClock.now
    server.stop(deadline: .milliseconds(100))
    #expect(.now - start < .seconds(5))
    #expect(try stuck.answer().status == 503)
    // Cut: the last chunk, which would say that the stream is whole, does not come.
    #expect(!stream.receiveAll().contains("\r\n0\r\n"))
    // The handler is still running, and its answer goes nowhere.
    isOver.withLock { $0 = true }
    usleep(20_000)
  }

  @Test func stopsWhenItIsForgotten() throws {
    let port: UInt16
    do {
      let server = try start { _ in .text("fine") }
      port = server.port
      let client = try TestClient(port: port)
      client.send(Self.request)
      #expect(try client.answer().status == 200)
    }
    #expect(throws: (any Error).self) { try TestClient(port: port) }
  }

  @Test func stopsAtAnyMoment() throws {
    for round in 0..<40 {
      let server = try start { request in
        request.path == "/"
          ? .text("fine")
          : Response(
            body: .stream { writer in while (try? writer.write(Data(count: 100))) != nil {} })
      }
      let clients = try (0..<4).map { _ in try TestClient(port: server.port) }
      for (number, client) in clients.enumerated() {
        client.send("GET /\(number % 2 == 0 ? "" : "stream") HTTP/1.1\r\nHost: h\r\n\r\n")
      }
      usleep(UInt32(round * 100))
      server.stop(deadline: .milliseconds(5))
    }
  }
}
