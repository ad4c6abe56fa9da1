import Foundation
import HTTP
import Synchronization
import Testing

@Suite struct ServerTests {
  private let echo = Answering { request in
    let query = request.query.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }
    return .text(
      "\(request.method) \(request.segments) \(query) \(request.header("X-A") ?? "-") \(request.body.count)"
    )
  }

  private func start(_ handler: any Handler, limits: Limits = Limits()) throws -> Server {
    try Server(host: "127.0.0.1", port: 0, limits: limits, handler: handler)
  }

  @Test func answers() throws {
    let server = try start(echo)
    let client = try TestClient(port: server.port)
    client.send("GET /a%20b/c?q=1&r=x+y HTTP/1.1\r\nHost: h\r\nx-a: 1\r\nX-A: \t2 \r\n\r\n")
    let answer = try client.answer()
    #expect(answer.status == 200)
    #expect(answer.text == #"GET ["a b", "c"] ["q=1", "r=x y"] 1, 2 0"#)
  }

  @Test func saysWhereARequestComesFrom() throws {
    let server = try start(Answering { .text("\($0.isFromLoopback) \($0.port ?? 0)") })
    let client = try TestClient(port: server.port)
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try client.answer().text == "true \(server.port)")
  }

  @Test func keepsTheConnection() throws {
    let server = try start(echo)
    let client = try TestClient(port: server.port)
    for count in 1...20 {
      client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(count)\r\n\r\n")
      client.send(String(repeating: "x", count: count))
      #expect(try client.answer().text.hasSuffix(" \(count)"))
    }
  }

  @Test func answersPipelinedRequestsInTurn() throws {
    let server = try start(
      Answering { request in
        if request.path == "/0" { usleep(30_000) }
        return .text(request.path)
      })
    let client = try TestClient(port: server.port)
    client.send((0..<5).map { "GET /\($0) HTTP/1.1\r\nHost: h\r\n\r\n" }.joined())
    for number in 0..<5 { #expect(try client.answer().text == "/\(number)") }
  }

  @Test func answersRequestsSideBySide() throws {
    let waiting = Mutex(0)
    let server = try start(
      Answering { _ in
        waiting.withLock { $0 += 1 }
        return .text("\(eventually { waiting.withLock { $0 } == 8 })")
      })
    let clients = try (0..<8).map { _ in try TestClient(port: server.port) }
    for client in clients { client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n") }
    for client in clients { #expect(try client.answer().text == "true") }
  }

  @Test func leavesOutTheBodyForHead() throws {
    let isStreamed = Mutex(false)
    let handler = Answering { request in
      guard request.path == "/stream" else { return .text("12345 \(request.method)") }
      return Response(body: .stream { _ in isStreamed.withLock { $0 = true } })
    }
    let server = try start(handler)
    let client = try TestClient(port: server.port)
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try client.answer(hasBody: false).headers["content-length"] == "9")
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try client.answer().text == "12345 GET")
    client.send("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try client.answer(hasBody: false).status == 200)
    #expect(client.receiveAll().isEmpty)
    #expect(!isStreamed.withLock { $0 })
  }

  @Test func takesBodiesInChunks() throws {
    let server = try start(Answering { Response(body: .data($0.body)) })
    let client = try TestClient(port: server.port)
    client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n"
    )
    usleep(5000)
    client.send("0\r\nTrailer: x\r\n\r\n")
    #expect(try client.answer().text == "abc0123456789abcdef")
  }

  @Test func takesAndGivesLargeBodies() throws {
    let server = try start(Answering { Response(body: .data($0.body)) })
    let client = try TestClient(port: server.port)
    let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n")
    client.send(body)
    #expect(try client.answer().body == body)
  }

  @Test func asksForABodyThatWaits() throws {
    let server = try start(echo)
    let client = try TestClient(port: server.port)
    client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    #expect(try client.answer().status == 100)
    client.send("hello")
    #expect(try client.answer().text.hasSuffix(" 5"))
  }

  @Test func waitsForSlowHeaders() throws {
    let server = try start(echo)
    let client = try TestClient(port: server.port)
    // Larger than the library's first buffer, which grows while the first line is already in use.
    let value = String(repeating: "v", count: 20_000)
    client.send("GET /slow HTTP/1.1\r\nHost: h\r\nX-A: \(value.prefix(1500))")
    usleep(20_000)
    client.send("\(value)\r\nB: c")
    usleep(20_000)
    client.send("\r\n\r\n")
    let answer = try client.answer()
    #expect(answer.status == 200)
    #expect(answer.text.contains("slow") && answer.text.count > 21_000)
  }

  @Test func answersAClientThatHasClosedItsSendingHalf() throws {
    let server = try start(
      Answering { _ in
        usleep(300_000)
        return .text("late")
      })
    let client = try TestClient(port: server.port)
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    client.closeSendingHalf()
    #expect(client.receiveAll().hasSuffix("late"))
  }

  @Test func saysNoHeadersThatAHandlerMustNot() throws {
    let server = try start(
      Answering { request in
        Response(
          headers: [("X-A", request.query["a"] ?? ""), ("Content-Length", "3"), ("Date", "x")],
          body: .data(Data("hello".utf8)))
      })
    let client = try TestClient(port: server.port)
    client.send("GET /?a=%C3%A4 HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try client.answer().text == "hello")
    client.send("GET /?a=b%0d%0aSet-Cookie:c HTTP/1.1\r\nHost: h\r\n\r\n")
    let answer = try client.answer()
    #expect(answer.status == 500)
    #expect(answer.headers["set-cookie"] == nil)
  }

  @Test func listensOnIPv6() throws {
    let server = try Server(host: "::1", port: 0, handler: echo)
    #expect(server.port > 0)
  }

  @Test func saysWhyItDoesNotListen() throws {
    let server = try start(echo)
    let port = server.port
    #expect(throws: HTTPError.cannotListen(host: "127.0.0.1", port: port, code: EADDRINUSE)) {
      _ = try Server(host: "127.0.0.1", port: port, handler: echo)
    }
    #expect(throws: HTTPError.unknownHost("no such host")) {
      _ = try Server(host: "no such host", port: 0, handler: echo)
    }
  }
}
