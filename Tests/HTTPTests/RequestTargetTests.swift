import HTTP
import Testing

@Suite struct RequestTargetTests {
  private func parse(_ text: String) throws(Refusal) -> RequestTarget {
    try RequestTarget(Array(text.utf8)[...])
  }

  @Test func decodesOnce() throws {
    let target = try parse("/api/a%20b/%2525?q=x+y%26z&q=second&empty&%C3%A4=%F0%9F%8C%99")
    #expect(target.path == "/api/a b/%25")
    #expect(target.segments == ["api", "a b", "%25"])
    #expect(target.query == ["q": "x y&z", "empty": "", "ä": "🌙"])
  }

  @Test func leavesOutEmptyComponents() throws {
    #expect(try parse("/").segments == [])
    #expect(try parse("//a///b/").segments == ["a", "b"])
  }

  @Test func keepsAnEscapedSlashInItsSegment() throws {
    #expect(try parse("/people/AC%2FDC").segments == ["people", "AC/DC"])
  }

  @Test(arguments: [
    "/..", "/a/../b", "/./a", "/%2e%2e/etc", "/%2E./a", "/.%2e", "/a%2F..%2Fb", "/..%2f..%2fetc",
    "/..%5c..", "/a%5C%2e%2e", "/%2Fetc", "/a%2F%2Fb", "/a%2F",
  ])
  func refusesToLeadOut(_ text: String) {
    #expect(throws: Refusal.malformed("the path leads out of its folder")) { try parse(text) }
  }

  @Test(arguments: [
    "", "*", "a", "http://127.0.0.1/", "/%", "/%4", "/%zz", "/%+1", "/a#b", "/a b", "/\u{1}",
    "/%00",
    "/%0A", "/%7f", "/?a=%00", "/?a=%", "/?%ff", "/%ff", "/%c0%ae%c0%ae", "/%ed%a0%80",
  ])
  func refusesWhatIsMalformed(_ text: String) {
    let refusal = #expect(throws: Refusal.self) { try parse(text) }
    #expect(refusal?.status == 400)
  }

  @Test func refusesBytesThatAreNoText() {
    #expect(throws: Refusal.malformed("the target is not UTF-8")) {
      try RequestTarget([0x2F, 0xFF, 0xFE])
    }
  }
}
