import Corpora
import Testing

@Suite struct HTMLPageTests {
  private let turns = [
    "Mara: The ferry leaves at nine, if the fog lifts.", "Teo: And if it does not?",
    "Mara: Then we walk & take the bridge.",
  ]

  @Test func transcriptOfPodcasting20() throws {
    let document = try Fixtures.read(Fixtures.htmlTranscript, as: "2023-04-05_the-crossing.html")
    #expect(document.format == .html)
    #expect(document.title == "the crossing")
    #expect(document.date?.description == "2023-04-05")
    #expect(document.speakers == ["Mara", "Teo"])
    #expect(document.segments.map(\.start) == [1, 7, 3_609])
    #expect(document.segments.map(\.line) == [3, 6, 9])
    #expect(document.plainText == turns.joined(separator: "\n\n"))
    #expect(document.warnings.isEmpty)
  }

  @Test func citesInsideParagraphs() throws {
    let text = """
      <!DOCTYPE html><html><body>
      <p><cite>Mara:</cite> <time>0:01</time> The ferry leaves at nine, if the fog lifts.</p>
      <p><cite>Teo</cite> <time>0:07</time> And if it does not?</p>
      <p><cite>Mara</cite>: Then we walk &amp; take the bridge.</p>
      </body></html>
      """
    let document = try Fixtures.read(text, as: "a.html")
    #expect(document.plainText == turns.joined(separator: "\n\n"))
    #expect(document.segments.map(\.start) == [1, 7, nil])
    #expect(document.segments.map(\.line) == [2, 3, 4])
  }

  @Test func boldSpeakersOnAPage() throws {
    let document = try Fixtures.read(Fixtures.htmlPage, as: "page")
    #expect(document.format == .html)
    #expect(document.title == "The Captain's Table")
    #expect(document.show == "Harbour Talk")
    #expect(document.date?.description == "2023-04-05")
    #expect(document.language == "en-GB")
    #expect(document.speakers == ["Mara", "Teo"])
    // What is navigation, script or foot, and the headings of a transcript, nobody says.
    #expect(document.plainText == turns.joined(separator: "\n\n"))
  }

  @Test func prose() throws {
    let text = """
      <html><head><title>A &ldquo;Tide&rdquo; Log</title></head><body><h1>The log</h1>
      <p>The tide
      came <b>in:</b> early. <!-- never --> 3 &lt; 4 &eacute; &#x2014; **</p>
      <p hidden>secret</p><ul><li>One.<li>Two.</ul>
      <table><tr><td>Arle</td><td>7 m</td></tr></table>
      <p>Posted <time datetime="2024-01-31T06:00">yesterday</time></p></body></html>
      """
    let document = try Fixtures.read(text, as: "log.htm")
    #expect(document.title == "A “Tide” Log")
    #expect(document.date?.description == "2024-01-31")
    #expect(
      document.segments.map(\.text) == [
        "The log", "The tide came in: early. 3 < 4 é — **", "One.", "Two.", "Arle", "7 m",
        "Posted yesterday",
      ])
    #expect(document.segments.map(\.line) == [1, 2, 4, 4, 5, 5, 6])
    #expect(document.speakers.isEmpty)
  }

  @Test func lineBreaksAndPreformattedText() throws {
    let breaks = """
      <html><body><div><b>Mara:</b> One.<br><br><b>Teo:</b> Two.<br><br><b>Mara:</b> Three.</div>
      """
    #expect(try Fixtures.read(breaks, as: "a.html").plainText.contains("One."))
    let listing = """
      <html><pre>[00:01] Mara: The ferry leaves
      [00:05] at nine.
      [00:07] Teo: And if not?
      [00:09] Mara: We walk.</pre></html>
      """
    let document = try Fixtures.read(listing, as: "a.html")
    #expect(document.segments.map(\.start) == [1, 5, 7, 9])
    #expect(document.speakers == ["Mara", "Teo"])
  }

  @Test func emphasisInProseIsNoSpeaker() throws {
    let text = """
      <html><body><p><strong>Warning:</strong> the quay is wet.</p>
      \(String(repeating: "<p>Nothing of note here.</p>", count: 40))</body></html>
      """
    let document = try Fixtures.read(text, as: "a.html")
    #expect(document.speakers.isEmpty)
    #expect(document.segments.first?.text == "Warning: the quay is wet.")
  }

  @Test func encodings() throws {
    let page = "<html><head><meta charset=\"ISO-8859-1\"></head><body><p>Gr\u{FC}\u{DF}e</p></html>"
    let western = page.unicodeScalars.map { UInt8($0.value) }
    let document = try DocumentReader().document(from: western, named: "a.html")
    #expect(document.plainText == "Grüße")
    // A page in UTF-8 is read as that, whatever it says of itself.
    #expect(try Fixtures.read(page, as: "a.html").plainText == "Grüße")
    let unnamed = Array("<html><p>Gr".utf8) + [0xFC, 0xDF]
    #expect(throws: DocumentError.badEncoding(path: "a.html", encoding: "UTF-8", offset: 11)) {
      try DocumentReader().document(from: unnamed, named: "a.html")
    }
  }

  @Test func badPages() {
    func error(_ text: String) -> DocumentError? {
      #expect(throws: DocumentError.self) { try Fixtures.read(text, as: "a.html") }
    }
    #expect(error("") == .empty(path: "a.html"))
    #expect(error("<html><script>let x = 1</script></html>") == .noText(path: "a.html"))
    let deep = "<html><body>" + String(repeating: "<div>\n", count: 100_000) + "text"
    #expect(
      error(deep)
        == .malformed(
          path: "a.html", line: 511, expected: "at most 512 elements inside each other"))
  }

  @Test func endTagsOfNothingAreReadInBoundedTime() throws {
    let text =
      "<html><body>" + String(repeating: "<div>", count: 500)
      + String(repeating: "</span>", count: 200_000) + "text"
    let clock = ContinuousClock()
    var document: Document?
    let elapsed = try clock.measure { document = try Fixtures.read(text, as: "a.html") }
    #expect(document?.plainText == "text")
    #expect(elapsed < .seconds(20))
  }
}

extension Fixtures {
  /// The names and times stand in front of the paragraphs.
  static let htmlTranscript = """
    <cite>Mara:</cite>
    <time>0:01</time>
    <p>The ferry leaves at nine, if the fog lifts.</p>
    <cite>Teo:</cite>
    <time>0:07</time>
    <p>And if it does not?</p>
    <cite>Mara:</cite>
    <time>1:00:09</time>
    <p>Then we walk &amp; take the bridge.</p>
    """

  static let htmlPage = """
    <!-- made by hand -->
    <!doctype html>
    <html lang="en-GB">
    <head>
      <title>The Captain's Table | Harbour Talk</title>
      <meta property="og:title" content="The Captain&#39;s Table">
      <meta property="og:site_name" content="Harbour Talk">
      <meta property="article:published_time" content="2023-04-05T06:00:00Z">
      <style>p { color: navy }</style>
      <script>document.write("<p>Never said.</p>")</script>
    </head>
    <body>
      <nav><ul><li><a href="/">Home</a><li>All episodes</ul></nav>
      <main>
        <h1>The Captain's Table</h1>
        <p><strong>Mara:</strong> The <em>ferry</em> leaves at nine, if the
          <a href="/fog">fog</a> lifts.</p>
        <h2>Questions</h2>
        <p><strong>Teo:</strong> And if it does not?</p>
        <p><strong>Mara:</strong> Then we walk &amp; take the bridge.</p>
      </main>
      <footer><p>All rights reserved.</p></footer>
    </body>
    </html>
    """
}
