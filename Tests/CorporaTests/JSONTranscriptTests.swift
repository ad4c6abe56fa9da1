import Corpora
import Testing

@Suite struct JSONTranscriptTests {
  @Test func podcasting20() throws {
    let document = try Fixtures.read(Fixtures.podcastJSON, as: "2023-04-05_the-crossing.json")
    #expect(document.format == .json)
    #expect(document.title == "the crossing")
    #expect(document.date?.description == "2023-04-05")
    #expect(document.speakers == ["Mara", "Teo"])
    #expect(document.segments.map(\.start) == [1, 2.25, 7, 9.25])
    #expect(document.segments.map(\.end) == [2.25, 6.25, 9, 12])
    #expect(document.segments.map(\.line) == [4, 5, 6, 12])
    #expect(
      document.plainText == """
        Mara: The ferry leaves at nine, if the fog lifts.

        Teo: And if it does not?

        Mara: Then we walk & take the bridge.
        """)
    #expect(document.warnings.isEmpty)
  }

  @Test func whisper() throws {
    let document = try Fixtures.read(Fixtures.whisperJSON, as: "crossing.json")
    #expect(document.format == .json && document.language == "en")
    #expect(document.speakers.isEmpty)
    #expect(document.segments.map(\.start) == [1, 7])
    #expect(document.segments.map(\.end) == [6.25, 9])
    #expect(document.segments.map(\.line) == [3, 5])
    #expect(
      document.plainText
        == "The ferry leaves at nine, if the fog lifts. And if it does not? À demain.")
  }

  @Test func whisperX() throws {
    let document = try Fixtures.read(Fixtures.whisperXJSON, as: "crossing.json")
    #expect(document.speakers == ["SPEAKER_00", "SPEAKER_01"])
    #expect(document.segments.map(\.speaker) == ["SPEAKER_00", "SPEAKER_01", "SPEAKER_00"])
    #expect(document.segments.map(\.start) == [1, 7, 9.25])
    #expect(document.segments.map(\.end) == [6.25, 8.5, 12])
    #expect(
      document.segments.map(\.text) == [
        "The ferry leaves at nine, if the fog lifts.", "And if it does not?",
        "Then we walk, over 12 stones.",
      ])
    #expect(document.segments.map(\.line) == [2, 6, 6])
  }

  /// What its words say goes before what is said of the whole segment.
  @Test func allWordsByAnother() throws {
    let text = """
      {"segments": [{"start": 1, "end": 2, "text": "Yes.", "speaker": "A",
        "words": [{"word": "Yes.", "speaker": "B"}]}]}
      """
    #expect(try Fixtures.read(text, as: "a.json").segments.map(\.speaker) == ["B"])
  }

  @Test func whisperCpp() throws {
    let document = try Fixtures.read(Fixtures.whisperCppJSON, as: "crossing.json")
    #expect(document.language == "de")
    #expect(document.segments.map(\.speaker) == ["Speaker 0", "Speaker 1", nil])
    #expect(document.segments.map(\.start) == [1, 7, 9.25])
    #expect(document.segments.map(\.end) == [6.25, 9, 12])
    #expect(document.segments.map(\.line) == [5, 8, 10])
  }

  @Test func recognisedByContent() throws {
    #expect(try Fixtures.read(Fixtures.whisperJSON, as: "crossing.txt").format == .json)
    #expect(try Fixtures.read("{\"a\": 1} is JSON.", as: "notes.txt").format == .plainText)
  }

  @Test func brokenSegmentsArePassedOver() throws {
    let text = """
      {"segments": [
        {"start": 5, "end": 4, "text": "One."},
        {"start": "soon", "end": null, "text": "Two."},
        17,
        {"start": 8},
        {"start": 7, "end": 9, "text": "Three."},
        {"start": -1, "end": 1e400, "text": "Four."},
        {"start": 8, "end": 8, "text": ""}
      ]}
      """.replacing("1e400", with: "\"never\"")
    let document = try Fixtures.read(text, as: "a.json")
    #expect(document.segments.map(\.text) == ["One.", "Two.", "Three.", "Four."])
    #expect(document.segments.map(\.start) == [5, nil, 7, nil])
    #expect(document.segments.map(\.end) == [nil, nil, 9, nil])
    #expect(document.warnings.map(\.line) == [2, 3, 4, 5, 7])
    #expect(document.warnings.first?.message.contains("ends before it starts") == true)
  }

  @Test func overlappingTimesStay() throws {
    let text = """
      {"segments": [{"startTime": 1, "endTime": 9, "body": "Long,", "speaker": "A"},
       {"startTime": 2, "endTime": 3, "body": "short", "speaker": "B"}]}
      """
    let document = try Fixtures.read(text, as: "a.json")
    #expect(document.segments.map(\.start) == [1, 2] && document.segments.map(\.end) == [9, 3])
  }

  private func error(_ text: String) -> String {
    let error = #expect(throws: DocumentError.self) { try Fixtures.read(text, as: "a.json") }
    return error.map { "\($0)" } ?? ""
  }

  @Test func otherJSON() {
    let keys = error(#"{"results": {"channels": []}, "metadata": 1}"#)
    #expect(keys.hasPrefix("a.json: byte 0: expected a transcript: an object with \"segments\""))
    #expect(keys.hasSuffix("found the keys \"metadata\", \"results\""))
    #expect(error("[1, 2]").hasSuffix("found no object"))
    #expect(error("{}").hasSuffix("found an empty object"))
    #expect(error(#"{"segments": 5}"#).hasSuffix("found a \"segments\" that is no array"))
    #expect(error(#"{"segments": []}"#).contains("holds no text"))
  }

  @Test func brokenJSON() {
    let cut = String(Fixtures.whisperJSON.prefix(200))
    #expect(error(cut).hasPrefix("a.json: byte \(cut.utf8.count): expected JSON"))
    #expect(error(#"{"segments": [{"start": tru}]}"#).hasPrefix("a.json: byte 2"))
    let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
    #expect(error(deep).contains("byte 513: expected JSON (Too many nested"))
    #expect(error("{\"segments\": \(deep)}").contains("Too many nested"))
    #expect(error("no JSON at all").contains("byte 1: expected JSON"))
  }

  @Test func largeFilesInBoundedTime() throws {
    var text = #"{"segments": ["#
    for index in 0..<100_000 {
      text +=
        #"{"startTime": \#(index), "endTime": \#(index + 1), "speaker": "S\#(index / 50 % 2)","#
      text += #" "body": "word\#(index)"},"#
    }
    text = text.dropLast() + "]}"
    let clock = ContinuousClock()
    var document: Document?
    let elapsed = try clock.measure { document = try Fixtures.read(text, as: "a.json") }
    print("\(text.utf8.count) bytes of JSON: read in \(elapsed)")
    #expect(document?.segments.count == 100_000)
    #expect(elapsed < .seconds(20))
  }
}
