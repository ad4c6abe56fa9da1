import Foundation
import HTTP
import Testing

/// What never reaches a handler.
@Suite struct RefusalTests {
  private static let host = "Host: h\r\n"

  /// Requests and the status that each must be answered with.
  static let malformed: [(String, Int)] = [
    ("GET /a\0b HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%00 HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%zz HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%ff HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /a b HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /../etc/passwd HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET /%2e%2e/etc/passwd HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET http://h/ HTTP/1.1\r\n\(host)\r\n", 400),
    ("OPTIONS * HTTP/1.1\r\n\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A: b\0c\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nA: b\0c\r\n\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A: b\0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)\0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\n\(host)\0A: b\r\nContent-Length: 3\r\n\r\nabc", 400),
    ("GET / HTTP/1.1\r\n\(host):\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A\0: b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A : b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host): b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A b\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A: b\r\n c\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nA: b\r\n c\r\n\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\n\(host)A: b\rC: d\r\n\r\n", 400),
    ("GET / HTTP/1.1\n\(host)\r\n", 400),
    ("GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: -3\r\n\r\nabc", 400),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 3, 3\r\n\r\nabc", 400),
    (
      "POST / HTTP/1.1\r\n\(host)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400
    ),
    ("POST / HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding: xchunked\r\n\r\n", 501),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 99999999999999999999999\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 9223372036854775807\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 2000\r\n\r\n", 413),
    ("POST / HTTP/1.1\r\n\(host)Content-Length: 2\r\nExpect: magic\r\n\r\n", 417),
    ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\(host)\r\n", 414),
    ("GET /\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\n\(host)\r\n", 414),
    ("GET / HTTP/1.1\r\n\(host)A: \(String(repeating: "a", count: 40_000))\r\n\r\n", 431),
    ("GET / HTTP/1.1\r\n\(host)\(String(repeating: "A: b\r\n", count: 20_000))\r\n", 431),
    ("BREW / HTTP/1.1\r\n\(host)\r\n", 501),
    ("get / HTTP/1.1\r\n\(host)\r\n", 501),
    ("TRACE / HTTP/1.1\r\n\(host)\r\n", 501),
    ("GET / HTTP/2.0\r\n\(host)\r\n", 505),
    ("GET / HTTP/0.9\r\n\(host)\r\n", 505),
  ]

  @Test func refusesWhatIsMalformed() throws {
    var limits = Limits()
    limits.bodyBytes = { _ in 1000 }
    let server = try Server(
      host: "127.0.0.1", port: 0, limits: limits,
      handler: Answering { _ in
        Issue.record("a malformed request reached the handler")
        return .text("")
      })
    for (request, status) in Self.malformed {
      let client = try TestClient(port: server.port)
      client.send(request)
      let all = client.receiveAll()
      #expect(all.hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(120)) -> \(all.prefix(80))")
      #expect(all.lowercased().contains("connection: close"), "\(request.prefix(120))")
    }
  }

  @Test func refusesBytesThatAreNoText() throws {
    let server = try Server(host: "127.0.0.1", port: 0, handler: Answering { _ in .text("") })
    for bytes in [
      "GET /\u{1} HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nA: \u{1}\r\n\r\n",
    ] {
      let client = try TestClient(port: server.port)
      client.send(bytes.utf8.map { $0 == 1 ? 0xFF : $0 })
      #expect(client.receiveAll().hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test func answersBeforeALargeBodyIsSent() throws {
    var limits = Limits()
    limits.bodyBytes = { $0 == "/large" ? 10_000_000 : 1000 }
    let server = try Server(
      host: "127.0.0.1", port: 0, limits: limits, handler: Answering { .text("\($0.body.count)") })
    let body = [UInt8](repeating: 0x61, count: 4_000_000)
    for framing in [
      "Content-Length: \(body.count)\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3d0900\r\n",
    ] {
      let client = try TestClient(port: server.port)
      client.send("POST / HTTP/1.1\r\nHost: h\r\n\(framing)")
      // Sent nevertheless, as most clients do, and they must not fail over it before they have read the answer.
      #expect(client.send(body))
      let answer = try client.answer()
      #expect(answer.status == 413)
      #expect(answer.text.contains("body_too_large"))
    }
    let client = try TestClient(port: server.port)
    client.send("POST /large HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n\r\n")
    client.send(body)
    #expect(try client.answer().text == "4000000")
  }

  @Test func endsTruncatedRequestsAtOnce() throws {
    let server = try Server(host: "127.0.0.1", port: 0, handler: Answering { _ in .text("") })
    let client = try TestClient(port: server.port)
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
    client.closeSendingHalf()
    let start = ContinuousClock.now
    let all = client.receiveAll()
    #expect(all.isEmpty || all.hasPrefix("HTTP/1.1 400 "))
    #expect(.now - start < .seconds(15))
  }
}
