import Foundation
import HTTP
import Synchronization
import Testing

@Suite struct StreamTests {
  private static let request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

  private func start(
    _ limits: Limits = Limits(), _ produce: @escaping @Sendable (StreamWriter) -> Void
  ) throws -> Server {
    try Server(
      host: "127.0.0.1", port: 0, limits: limits,
      handler: Answering { _ in Response(body: .stream(produce)) })
  }

  @Test func arrivesAsItIsWritten() throws {
    let step = Mutex(0)
    let server = try start { writer in
      for number in 1...3 {
        try? writer.write(Data("piece \(number);".utf8))
        _ = eventually { step.withLock { $0 } == number }
      }
    }
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    for number in 1...3 {
      // The next is not written before this one has arrived.
      #expect(client.receive(until: "piece \(number);").contains("piece \(number);"))
      step.withLock { $0 = number }
    }
    #expect(try client.answer().text == "piece 1;piece 2;piece 3;")
    client.send(Self.request)
    #expect(client.receive(until: "piece 1;").contains("200"))
  }

  @Test func arrivesWholeAndInOrder() throws {
    let server = try start { writer in
      for number in 0..<2000 {
        try? writer.write(Data(String(repeating: "\(number % 10)", count: number).utf8))
      }
      try? writer.write(Data())
    }
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    let expected = (0..<2000).map { String(repeating: "\($0 % 10)", count: $0) }.joined()
    #expect(try client.answer().text == expected)
  }

  @Test func keepsWhatOneCallWritesTogether() throws {
    let server = try start { writer in
      let done = Mutex(0)
      for number in 0..<4 {
        let letter = UInt8(ascii: "a") + UInt8(number)
        Thread.detachNewThread {
          for _ in 0..<5 { try? writer.write(Data(repeating: letter, count: 100_000)) }
          done.withLock { $0 += 1 }
        }
      }
      _ = eventually { done.withLock { $0 } == 4 }
    }
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    let body = try client.answer().body
    #expect(body.count == 2_000_000)
    for start in stride(from: 0, to: body.count, by: 100_000) {
      #expect(Set(body[start..<start + 100_000]).count == 1)
    }
  }

  @Test func blocksWhileTheClientIsBehind() throws {
    let written = Mutex(0)
    let server = try start { writer in
      for _ in 0..<1536 {
        guard (try? writer.write(Data(count: 16 << 10))) != nil else { return }
        written.withLock { $0 += 16 << 10 }
      }
    }
    let client = try TestClient(port: server.port, receiveBuffer: 4096)
    client.send(Self.request)
    // What is written lies in the system's buffers, which end somewhere, and in ours; the rest waits.
    var early = 0
    #expect(
      eventually {
        early = written.withLock { $0 }
        usleep(300_000)
        return early > 0 && written.withLock { $0 } == early
      })
    #expect(early < 20 << 20)
    #expect(try client.answer().body.count == 24 << 20)
  }

  @Test func throwsWhenTheClientTakesNothing() throws {
    var limits = Limits()
    limits.slowClient = .milliseconds(150)
    let end = Mutex<ContinuousClock.Instant?>(nil)
    let server = try start(limits) { writer in
      while (try? writer.write(Data(count: 64 << 10))) != nil {}
      end.withLock { $0 = writer.isDisconnected ? .now : nil }
    }
    let client = try TestClient(port: server.port, receiveBuffer: 4096)
    client.send(Self.request)
    #expect(eventually { end.withLock { $0 } != nil })
  }

  @Test func noticesThatTheClientIsGone() throws {
    let state = Mutex("")
    let server = try start { writer in
      try? writer.write(Data("hello".utf8))
      // Nothing more is written: that the client is gone must show nevertheless.
      let isNoticed = eventually { writer.isDisconnected }
      state.withLock { $0 = isNoticed ? "gone" : "unnoticed" }
      if (try? writer.write(Data("more".utf8))) != nil { state.withLock { $0 = "written" } }
    }
    do {
      let client = try TestClient(port: server.port)
      client.send(Self.request)
      #expect(client.receive(until: "hello").contains("hello"))
      #expect(state.withLock { $0 }.isEmpty)
    }
    #expect(eventually { !state.withLock { $0 }.isEmpty })
    #expect(state.withLock { $0 } == "gone")
    // A write to a connection that is gone must not end the process, nor the server.
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    #expect(client.receive(until: "hello").contains("hello"))
  }

  @Test func endsWithTheConnectionForOldClients() throws {
    let server = try start { writer in
      try? writer.write(Data("a".utf8))
      try? writer.write(Data("b".utf8))
    }
    let client = try TestClient(port: server.port)
    client.send("GET / HTTP/1.0\r\n\r\n")
    #expect(client.receiveAll().hasSuffix("\r\n\r\nab"))
  }

  @Test func sendsEvents() throws {
    let server = try Server(
      host: "127.0.0.1", port: 0,
      handler: Answering { _ in
        EventStream.response { events in
          try? events.send(event: "text", data: "{}")
          try? events.heartbeat()
        }
      })
    let client = try TestClient(port: server.port)
    client.send(Self.request)
    let answer = try client.answer()
    #expect(answer.headers["content-type"] == "text/event-stream")
    #expect(answer.text == "event: text\ndata: {}\n\n:\n\n")
  }
}
