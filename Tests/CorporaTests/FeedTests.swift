import Corpora
import Foundation
import TestSupport
import Testing

@Suite struct FeedTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ name: String) throws -> String {
    let file = folder / name
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  private func feed(_ items: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"
      xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
    <channel>
      <title>Harbour Talk</title>
      <itunes:title>Not this one</itunes:title>
      <language>en</language>
      <podcast:person role="host">Mara Lund</podcast:person>
      <image><title>A logo</title></image>
      \(items)
    </channel>
    </rss>
    """
  }

  @Test func episodesAreReadWithWhatTheFeedSays() throws {
    _ = try write(Fixtures.subRip, "talks/one.srt")
    _ = try write(Fixtures.podcastJSON, "talks/one.json")
    _ = try write(Fixtures.htmlPage, "two & more.html")
    let path = try write(
      feed(
        """
        <item><title>Crossing &amp; Walking</title>
          <pubDate>Wed, 05 Apr 2023 06:00:00 +0000</pubDate>
          <podcast:person>Mara Lund</podcast:person><podcast:person>Ida</podcast:person>
          <podcast:transcript url="talks/one.srt" type="application/x-subrip"/>
          <podcast:transcript url="talks/one.json" type="application/json"/></item>
        <item><title><![CDATA[The <second>]]></title>
          <podcast:transcript url="two%20&amp;%20more.html" type="text/html"/></item>
        <item><title>Far</title>
          <podcast:transcript url="https://example.org/far.vtt" type="text/vtt"/></item>
        <item><title>Silent</title></item>
        """), "feed.xml")
    let reading = try SourceReader().read(path)
    #expect(reading.items.count == 2)
    let first = try #require(reading.items.first?.document)
    #expect(first.title == "Crossing & Walking" && first.show == "Harbour Talk")
    #expect(first.date?.description == "2023-04-05" && first.language == "en")
    #expect(first.format == .json)
    // The transcript's first name is the person's whom the feed names.
    #expect(first.speakers == ["Mara Lund", "Teo", "Ida"])
    let second = try #require(reading.items.last?.document)
    #expect(second.title == "The <second>" && second.show == "Harbour Talk")
    #expect(second.speakers == ["Mara Lund", "Teo"])
    #expect(reading.warnings.count == 2)
    #expect(reading.warnings[0].contains("\"Far\"") && reading.warnings[0].contains("fetched"))
    #expect(reading.warnings[1].hasSuffix("\"Silent\" has no transcript"))
  }

  @Test func theNextBestIsReadWhereTheRichestIsBroken() throws {
    _ = try write("{\"segments\": [", "one.json")
    _ = try write(Fixtures.webVTT, "one.vtt")
    let path = try write(
      feed(
        """
        <item><podcast:transcript url="one.vtt" type="text/vtt"/>
        <podcast:transcript url="one.json" type="application/json"/></item>
        """), "feed.rss")
    let reading = try SourceReader().read(path)
    #expect(reading.items.map(\.document.format) == [.webVTT])
    #expect(reading.warnings.count == 1 && reading.warnings[0].contains("one.json: byte"))
  }

  @Test(arguments: [
    "../secret.txt", "/etc/passwd", "file:///etc/passwd", "file://../secret.txt",
    "..%2Fsecret.txt", "talks/../../secret.txt", "link.txt", "http://127.0.0.1/secret.txt",
    "file://example.org/secret.txt", "//example.org/secret.txt",
  ])
  func nothingOutsideIsRead(_ address: String) throws {
    _ = try write("The secret is out.", "secret.txt")
    let feedPath = try write(
      feed(
        "<item><title>A</title><podcast:transcript url=\"\(address)\" type=\"text/plain\"/></item>"),
      "podcast/feed.xml")
    try FileManager.default.createSymbolicLink(
      at: folder / "podcast/link.txt", withDestinationURL: folder / "secret.txt")
    let error = #expect(throws: DocumentError.self) { try FeedReader().read(feedPath) }
    guard case .noDocuments(feedPath, let expected) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(expected.contains("\"A\"") && !expected.contains("secret is out"))
  }

  @Test func filesByAddress() throws {
    let one = try write(Fixtures.subRip, "one.srt")
    let path = try write(
      feed("<item><podcast:transcript url=\"\(URL(fileURLWithPath: one))\" type=\"\"/></item>"),
      "feed.xml")
    #expect(try FeedReader().read(path).items.count == 1)
  }

  private func error(_ text: String) throws -> String {
    let path = try write(text, "feed.xml")
    let error = #expect(throws: DocumentError.self) { try SourceReader().read(path) }
    return error.map { "\($0)" } ?? ""
  }

  @Test func badFeeds() throws {
    let bomb = """
      <?xml version="1.0"?>
      <!DOCTYPE rss [
      <!ENTITY a "ha"> <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"> <!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">
      ]>
      <rss><channel><title>&d;</title></channel></rss>
      """
    #expect(try error(bomb).hasSuffix("feed.xml: line 3: expected no declarations of entities"))
    let external = """
      <!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
      <rss><channel><title>&x;</title></channel></rss>
      """
    #expect(try error(external).contains("expected no declarations of entities"))
    #expect(try error("<rss><channel><item>").contains("expected well-formed XML"))
    #expect(try error("<tt><body/></tt>").contains("expected an RSS feed"))
    #expect(try error("<rss><channel></channel></rss>").contains("holds nothing to read"))
    let deep = "<rss>" + String(repeating: "<a>\n", count: 10_000)
    #expect(try error(deep).contains("line"))
    #expect(try error("").contains("is empty"))
  }
}
