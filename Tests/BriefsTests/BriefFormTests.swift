import Briefs
import Foundation
import FoundationXML
import TestSupport
import Testing

@Suite struct BriefFormTests {
  private var brief: Brief {
    let quote = "A <script>alert('&')</script> is *no* ornament."
    let remark = Remark(
      episode: 1, run: 0, place: 0, bytes: 0..<quote.utf8.count, quote: quote,
      source: .init(
        title: "On lamps", show: "Harbours", published: "2026-03-01", speaker: "Maren Voss",
        start: 3723))
    var insight = Insight(
      remark: remark, novelty: Novelty(bitsBefore: 141, bitsNow: 9.4, bytes: 47), interest: 1.5,
      related: [.init(night: 1, remark: remark, likeness: 0.4)])
    insight.belief = .init(
      word: "ornament", chance: 0.0002,
      expected: [.init(word: "lamp", chance: 0.31), .init(word: "door", chance: 0.045)])
    insight.recalledWords = ["ornament"]
    return Brief(
      individual: "ada", night: 3, date: Date(timeIntervalSince1970: 1_772_000_000),
      day: .init(
        titles: ["On lamps"], tokens: 500, bitsPerByteBefore: 2.5, bitsPerByteNow: 0.5,
        askedWords: 20, recalledBefore: 0, recalledNow: 0.8, bitsPerToken: 6,
        bitsPerPretrainingToken: 1.25, cacheBytesPerToken: 16_384),
      insights: [insight],
      study: .init(
        questions: 12, answered: 0.75,
        refused: [.init(2, "questions about a concept that was not to be learned")],
        corrected: [.init("Who lit it?", "Maren.")]),
      fading: [.init(night: 1, titles: ["On piers"], then: 0.9, now: 0.6)],
      questions: [.init("What is no ornament?", "A script.")])
  }

  @Test func everyFormTellsAll() {
    for text in [brief.markdown, brief.plainText] {
      for part in [
        "What ada learned in night 3", "Maren Voss, 01:02:03, On lamps, Harbours, 2026-03-01",
        "“lamp” (31%) or “door” (4.5%) was expected", "132 bits learned", "night 1",
        "12 questions about it studied", "75% are answered", "2 questions about a concept",
        "90% recalled on its morning, 60% now", "Who lit it?", "What is no ornament?",
        "1.25 bits of storage",
      ] { #expect(text.contains(part), "\(part)") }
    }
  }

  @Test func markupOfOthersIsText() {
    #expect(!brief.html.contains("<script>"))
    #expect(brief.html.contains("&lt;script&gt;alert(&#39;&amp;&#39;)"))
    #expect(brief.markdown.contains(#"\<script"#) && brief.markdown.contains(#"\*no\*"#))
  }

  /// As another reader of messages would: the parts say the same as the page and the text.
  @Test func messageHoldsTextAndPage() throws {
    let mail = brief.text(as: .mail)
    #expect(mail.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 998 })
    let parts = mail.components(separatedBy: "--=_brief-ada-3").dropFirst().dropLast()
    let decoded = try parts.map { part in
      let body = try #require(part.range(of: "\r\n\r\n")).upperBound
      let data = try #require(
        Data(base64Encoded: String(part[body...]), options: .ignoreUnknownCharacters))
      return String(decoding: data, as: UTF8.self)
    }
    #expect(decoded == [brief.plainText, brief.html])
    #expect(mail.contains("Date: Wed, 25 Feb 2026 06:13:20 +0000"))
  }

  @Test func feedIsWellFormedAndNewestFirst() throws {
    var second = brief
    second.night = 4
    let feed = BriefFeed(of: "ada", [brief, second]).xml
    let document = try XMLDocument(xmlString: feed)
    let ids = try document.nodes(forXPath: "//*[local-name()='entry']/*[local-name()='id']")
    #expect(ids.map(\.stringValue) == ["urn:circadian:ada:night:4", "urn:circadian:ada:night:3"])
    let content = try document.nodes(forXPath: "//*[local-name()='content']")
    #expect(content.first?.stringValue?.contains("<blockquote>A &lt;script&gt;") == true)
  }

  @Test func jsonIsReadAgain() throws {
    let folder = try TemporaryFolder()
    try brief.write(to: folder.url)
    #expect(Brief.read(in: folder.url) == brief)
    #expect(try folder.names().sorted() == ["brief.eml", "brief.html", "brief.json", "brief.md"])
  }
}
