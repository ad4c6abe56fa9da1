import Foundation
import HTTP
import Testing

@Suite struct GuardTests {
  private func ask(
    _ headers: [String: String], by policy: Policy = Policy(), path: String = "/api",
    port: UInt16? = 8080, answering response: Response = .text("secret")
  ) -> Response {
    var request = Request("GET", path, headers: headers)
    request.port = port
    return Guard(policy, Answering { _ in response }).respond(to: request)
  }

  @Test(arguments: [
    "localhost:8080", "127.0.0.1:8080", "LocalHost:8080", "[::1]:8080", "127.1.2.3:8080",
  ])
  func letsLoopbackNamesThrough(_ host: String) {
    #expect(ask(["Host": host]).status == 200)
  }

  @Test(arguments: [
    "", "evil.example", "evil.example:8080", "localhost", "localhost:8081", "localhost:",
    "localhost:x",
    "localhost:80:80", "localhost:+8080", "127.evil.example:8080", "127.0.0.1.evil.example:8080",
    "127.0.0.1@evil.example:8080", "127.0.0.256:8080", "127.1:8080", "127.0.0.1.1:8080",
    "127.0.0.1.:8080", "127:8080", "[::1", "[::1]x:8080", "0.0.0.0:8080",
  ])
  func refusesOtherHosts(_ host: String) {
    let response = ask(["Host": host])
    #expect(response.status == 403)
    #expect(!String(decoding: response.collectedBody(), as: UTF8.self).contains("secret"))
  }

  @Test func refusesAMissingHost() {
    #expect(ask([:]).status == 403)
  }

  @Test func takesPort80AsUnderstood() {
    #expect(ask(["Host": "localhost"], port: 80).status == 200)
  }

  @Test func letsConfiguredHostsThrough() {
    var policy = Policy()
    policy.hosts = ["Ada.home", "eve.home:9000"]
    #expect(ask(["Host": "ada.home:1234"], by: policy).status == 200)
    #expect(ask(["Host": "eve.home:9000"], by: policy).status == 200)
    #expect(ask(["Host": "eve.home:9001"], by: policy).status == 403)
    #expect(ask(["Host": "ada.home", "Origin": "https://ada.home"], by: policy).status == 200)
    #expect(ask(["Host": "ada.home", "Origin": "https://eve.home:9000"], by: policy).status == 403)
  }

  @Test func letsOnlyItsOwnOriginThrough() {
    let host = "localhost:8080"
    #expect(ask(["Host": host, "Origin": "http://localhost:8080"]).status == 200)
    for origin in [
      "null", "", "http://evil.example", "http://localhost", "http://localhost:8081",
      "https://localhost:8080", "http://127.0.0.1:8080", "http://localhost:8080.evil.example",
    ] {
      #expect(ask(["Host": host, "Origin": origin]).status == 403, "\(origin)")
    }
  }

  @Test func asksForTheToken() {
    var policy = Policy()
    policy.token = "s3cret"
    policy.publicPaths = ["/health"]
    let host = ["Host": "localhost:8080"]
    #expect(ask(host, by: policy, path: "/health").status == 200)
    for path in ["/api", "/health/x", "//health", "/healthy"] {
      let response = ask(host, by: policy, path: path)
      #expect(response.status == 401)
      #expect(response.header("WWW-Authenticate") == "Bearer")
    }
    for (given, status) in [
      ("Bearer s3cret", 200), ("bearer s3cret", 200), ("Bearer s3cre", 401),
      ("Bearer s3crets", 401),
      ("Bearer S3CRET", 401), ("Bearer ", 401), ("Bearer", 401), ("s3cret", 401),
      ("Basic s3cret", 401),
      ("Bearer s3crets3cret", 401), ("Bearer  s3cret", 401),
    ] {
      #expect(
        ask(host.merging(["Authorization": given]) { $1 }, by: policy).status == status, "\(given)")
    }
    // A token does not make another site's page welcome.
    #expect(
      ask(["Host": "evil.example", "Authorization": "Bearer s3cret"], by: policy).status == 403)
  }

  @Test func saysItsHeadersOnEveryAnswer() {
    for response in [ask(["Host": "localhost:8080"]), ask(["Host": "evil.example"])] {
      #expect(response.header("X-Content-Type-Options") == "nosniff")
      #expect(response.header("Referrer-Policy") == "no-referrer")
      #expect(response.header("Cross-Origin-Resource-Policy") == "same-origin")
      #expect(response.header("Content-Security-Policy") == Policy().contentSecurityPolicy)
      #expect(response.header("Cache-Control") == "no-store")
    }
    let own = Response(headers: [
      ("cache-control", "max-age=60"), ("Content-Security-Policy", "sandbox"),
      ("referrer-policy", "unsafe-url"),
    ])
    let response = ask(["Host": "localhost:8080"], answering: own)
    #expect(response.header("Cache-Control") == "max-age=60")
    #expect(response.header("Content-Security-Policy") == "sandbox")
    #expect(response.header("Referrer-Policy") == "no-referrer")
    #expect(response.headers.count == 5)
  }

  @Test func saysErrorsAsOpenAIDoes() throws {
    let body = ask(["Host": "evil.example"]).collectedBody()
    let object = try #require(
      try JSONSerialization.jsonObject(with: body) as? [String: [String: Any]])
    #expect(object["error"]?["type"] as? String == "invalid_request_error")
    #expect(object["error"]?["param"] is NSNull)
  }
}
