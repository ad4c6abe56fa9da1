import Corpora
import Testing

@Suite struct FormatTests {
  private let turns = [
    "Mara: The ferry leaves at nine, if the fog lifts.", "Teo: And if it does not?",
    "Mara: Then we walk & take the bridge.",
  ]

  @Test func subRip() throws {
    let document = try Fixtures.read(Fixtures.subRip, as: "2023-04-05_the-crossing.srt")
    #expect(document.format == .subRip)
    #expect(document.title == "the crossing")
    #expect(document.date?.description == "2023-04-05")
    #expect(document.speakers == ["Mara", "Teo"])
    #expect(document.segments.map(\.start) == [1, 3.5, 7, 9.25])
    #expect(document.segments.map(\.end) == [3.5, 6.25, 9, 12])
    #expect(document.segments.map(\.line) == [2, 6, 10, 14])
    #expect(document.plainText == turns.joined(separator: "\n\n"))
    #expect(document.warnings.isEmpty)
  }

  @Test func textOutsideACueIsWarnedOf() throws {
    let document = try Fixtures.read(Fixtures.subRip + "\n\nleft over", as: "a.srt")
    #expect(document.segments.count == 4 && document.warnings.count == 1)
  }

  /// A line of a cue must not cost a copy of those before it.
  @Test func aCueOfManyLines() throws {
    let lines = String(repeating: "one more line\n", count: 200_000)
    var length = 0
    let elapsed = try ContinuousClock().measure {
      let document = try Fixtures.read(
        "1\n00:00:01,000 --> 00:00:02,000\n" + lines, as: "a.srt")
      length = document.plainText.utf8.count
    }
    #expect(length > 2_000_000)
    #expect(elapsed < .seconds(20))
  }

  @Test func proseIsNoTag() throws {
    let text =
      "We need p <q when x is small. Later, y> 3. See <b class=\"c\" id=d>this</b><br/>now."
    let document = try Fixtures.read("# Title\n\n" + text, as: "a.md")
    #expect(
      document.segments.last?.text == "We need p <q when x is small. Later, y> 3. See this now.")
  }

  @Test func subtitlesAreRecognisedByContent() throws {
    #expect(try Fixtures.read(Fixtures.subRip, as: "crossing.txt").format == .subRip)
    #expect(try Fixtures.read(Fixtures.webVTT, as: "crossing").format == .webVTT)
  }

  @Test func webVTT() throws {
    let document = try Fixtures.read(Fixtures.webVTT, as: "crossing.vtt")
    #expect(document.format == .webVTT)
    #expect(document.speakers == ["Mara", "Teo"])
    #expect(document.plainText == turns.joined(separator: "\n\n"))
    #expect(document.segments.map(\.start) == [1, 3.5, 7, 7])
    #expect(document.segments.last?.end == 3609)
    #expect(document.warnings.isEmpty)
  }

  @Test func rollingCaptionsAreReadOnce() throws {
    let text = """
      WEBVTT
      Kind: captions

      00:00:00.000 --> 00:00:02.000
      the<00:00:00.500><c> mill</c><00:00:01.000><c> stands</c>

      00:00:02.000 --> 00:00:02.010
      the mill stands

      00:00:02.010 --> 00:00:04.000
      the mill stands
      on<00:00:02.500><c> the</c><00:00:03.000><c> moor</c>
      """
    let document = try Fixtures.read(text, as: "captions.vtt")
    #expect(document.plainText == "the mill stands on the moor")
  }

  @Test func timestamped() throws {
    let document = try Fixtures.read(Fixtures.timestamped, as: "crossing.txt")
    #expect(document.format == .timestamped)
    #expect(document.segments.map(\.start) == [1, 3, 7, 9])
    #expect(document.segments.map(\.speaker) == ["Mara", "Mara", "Teo", "Mara"])
    #expect(document.segments.map(\.line) == [1, 2, 3, 4])
    #expect(document.plainText == turns.joined(separator: "\n\n"))
  }

  @Test func speakersChangeInsideTimestampedLines() throws {
    let text = """
      [00:01] **Mara:** Who is
      [00:05] there? **Teo:** Only me. **Mara:** Come
      [01:10:09] in.
      [01:
      """
    let document = try Fixtures.read(text, as: "door.txt")
    #expect(document.segments.map(\.start) == [1, 5, 5, 5, 4209])
    #expect(document.plainText == "Mara: Who is there?\n\nTeo: Only me.\n\nMara: Come in.")
    #expect(document.warnings.map(\.line) == [4])
  }

  @Test(arguments: [
    "0:01 Hello there.\n0:05 Good morning.", "00:00:01 Hello there.\n00:00:05 Good morning.",
    "[00:01] Hello there.\n[00:05] Good morning.", "(0:01) Hello there.\n(0:05) Good morning.",
    "[00:01.0 --> 00:05.0]  Hello there.\n[00:05.0 --> 00:09.0]  Good morning.",
    "0:01\nHello there.\n0:05\nGood morning.",
    "[0:01](https://example.org?t=1) Hello there.\n[0:05](https://example.org?t=5) Good morning.",
  ])
  func timesInManyShapes(_ text: String) throws {
    let document = try Fixtures.read(text, as: "morning.txt")
    #expect(document.format == .timestamped)
    #expect(document.segments.map(\.start) == [1, 5])
    #expect(document.segments.map(\.text) == ["Hello there.", "Good morning."])
  }

  @Test func diarisedLinesHaveSpeakers() throws {
    let text = """
      [00:01] SPEAKER_00: Hello there.
      [00:05] SPEAKER_01: Good morning.
      [00:09] SPEAKER_00: How so?
      [00:11] SPEAKER_01: The sun: it is up.
      """
    let document = try Fixtures.read(text, as: "morning.txt")
    #expect(document.speakers == ["SPEAKER_00", "SPEAKER_01"])
    #expect(document.segments.last?.text == "The sun: it is up.")
  }

  @Test func speakerHeaders() throws {
    let document = try Fixtures.read(Fixtures.headers, as: "crossing.md")
    #expect(document.format == .speakerHeaders)
    #expect(document.title == "The Captain's Table: Part 2")
    #expect(document.show == "Harbour Talk")
    #expect(document.date?.description == "2023-04-05")
    // "Teo" is known from the front matter by his first name, "MARA LUND" by another case.
    #expect(document.speakers == ["Mara Lund", "Teo, Jr."])
    #expect(document.segments.map(\.start) == [1, 7, nil])
    #expect(document.segments.map(\.line) == [13, 18, 22])
    #expect(document.segments.first?.text == "The ferry leaves at nine, if the fog lifts.")
  }

  @Test(arguments: [
    "**Mara Lund** *00:00:01*", "Mara Lund (00:01):", "Mara Lund 00:00:01", "Mara Lund [0:01]",
  ])
  func headersInManyShapes(_ header: String) throws {
    let other = header.replacingMara(with: "Teo Quist")
    let text = "\(header)\nOne.\n\n\(other)\nTwo.\n\n\(header)\nThree.\n"
    let document = try Fixtures.read(text, as: "talk.txt")
    #expect(document.format == .speakerHeaders)
    #expect(document.segments.map(\.speaker) == ["Mara Lund", "Teo Quist", "Mara Lund"])
    #expect(document.segments.map(\.start) == [1, 1, 1])
    #expect(document.segments.map(\.text) == ["One.", "Two.", "Three."])
  }

  @Test func aTurnThatEndsWithATimeIsNoHeader() throws {
    let text = "Mara: Then [inaudible 00:35]\n\nTeo: Two.\n\nMara: Three.\n\nTeo: Four.\n"
    let document = try Fixtures.read(text, as: "talk.txt")
    #expect(document.segments.first?.text == "Then [inaudible 00:35]")
    #expect(document.segments.first?.start == nil)
  }

  @Test func boldSpeakers() throws {
    let document = try Fixtures.read(Fixtures.bold, as: "crossing.md")
    #expect(document.format == .speakerLabels)
    #expect(document.speakers == ["Mara", "Teo"])
    #expect(
      document.plainText == """
        Mara: The ferry leaves at nine, if the fog lifts. It lifted yesterday.

        Teo: And if it does not? [laughs]

        Mara: Then we walk.
        """)
    #expect(document.segments.map(\.start) == [nil, 250, nil, nil])
  }

  @Test func plainLabelsOfATranscript() throws {
    let document = try Fixtures.read(Fixtures.plainLabels, as: "crossing.txt")
    #expect(document.format == .speakerLabels)
    #expect(document.segments.map(\.speaker) == ["Mara", "Teo", "Mara", "Teo"])
    #expect(document.segments.last?.text == "All right: we walk.")
  }

  @Test func shortFormsStandForNames() throws {
    let text = """
      Adam Jonas (AJ): Welcome.

      Carl Dong (CD): Hello.

      AJ: How are you?

      CD: Well.
      """
    let document = try Fixtures.read(text, as: "talk.txt")
    #expect(
      document.segments.map(\.speaker) == ["Adam Jonas", "Carl Dong", "Adam Jonas", "Carl Dong"])
  }

  @Test func colonsInProseAreNoSpeakers() throws {
    let text = """
      Here is the list: tea, rice, salt.

      Note: the shop closes at six.

      Then: nothing. Note: nothing at all.
      """
    let document = try Fixtures.read(text, as: "list.txt")
    #expect(document.format == .plainText)
    #expect(document.speakers.isEmpty)
    #expect(document.segments.count == 3)
    #expect(document.segments[1].text == "Note: the shop closes at six.")
  }

  @Test func markdown() throws {
    let document = try Fixtures.read(Fixtures.markdown, as: "crossing.md")
    #expect(document.format == .markdown)
    #expect(document.title == "The Long Crossing")
    #expect(
      document.segments.map(\.text) == [
        "The Long Crossing",
        "A bold claim, an idle one, code_span and snake_case; 2 * 3 = 6. "
          + "See the chart, a map and https://example.org.",
        "first item", "second item", "A quotation — short.", "let x = *p;", "port, depth",
        "Arle, 7 m",
      ])
  }

  @Test func plainText() throws {
    let wrapped = "The tide\ncame  in\tearly.\n\nNobody\nminded.\n"
    let document = try Fixtures.read(wrapped, as: "notes/2024_01_31 tide-log.txt")
    #expect(document.format == .plainText)
    #expect(document.title == "tide log")
    #expect(document.sourceName == "2024_01_31 tide-log.txt")
    #expect(document.date?.description == "2024-01-31")
    #expect(document.segments.map(\.text) == ["The tide came in early.", "Nobody minded."])
    let lines = "One line is one paragraph.\nSo is this.\nAnd this one.\n"
    #expect(try Fixtures.read(lines, as: "a.txt").segments.count == 3)
  }

  @Test(arguments: ["\r\n", "\r"]) func lineBreaks(_ lineBreak: String) throws {
    let text = Fixtures.subRip.split(separator: "\n", omittingEmptySubsequences: false)
    let document = try Fixtures.read(text.joined(separator: lineBreak), as: "a.srt")
    #expect(document == (try Fixtures.read(Fixtures.subRip, as: "a.srt")))
  }

  @Test func aRuleIsNoFrontMatter() throws {
    let document = try Fixtures.read("---\n\nA thought.\n", as: "a.md")
    #expect(document.segments.map(\.text) == ["A thought."])
    #expect(document.segments.first?.line == 3)
  }

  @Test func datesThatDoNotExistAreNotDates() {
    #expect(CalendarDate(firstIn: "2023-02-29") == nil)
    #expect(CalendarDate(firstIn: "2024-02-29")?.description == "2024-02-29")
    #expect(CalendarDate(firstIn: "x 20240131.txt")?.day == 31)
    #expect(CalendarDate(firstIn: "120240131 or 2024-01-311") == nil)
    #expect(CalendarDate(year: 2024, month: 13, day: 1) == nil)
  }
}

extension String {
  fileprivate func replacingMara(with name: String) -> String {
    split(separator: "Mara Lund", omittingEmptySubsequences: false).joined(separator: name)
  }
}
