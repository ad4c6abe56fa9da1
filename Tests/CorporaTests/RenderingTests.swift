import Corpora
import Foundation
import Testing

@Suite struct RenderingTests {
  @Test(arguments: Fixtures.sources) func everySpanIsItsSegment(_ source: Fixtures.Source) throws {
    let document = try Fixtures.read(source.text, as: source.name)
    let rendering = document.rendering()
    let bytes = Array(rendering.text.utf8)
    #expect(rendering.spans.count == document.segments.count)
    for span in rendering.spans {
      let segment = document.segments[span.segmentIndex]
      #expect(String(decoding: bytes[span.utf8Range], as: UTF8.self) == segment.text)
      #expect(rendering.segmentIndex(at: span.utf8Range.lowerBound) == span.segmentIndex)
      #expect(rendering.segmentIndex(at: span.utf8Range.upperBound - 1) == span.segmentIndex)
    }
    for (earlier, later) in zip(rendering.spans, rendering.spans.dropFirst()) {
      // What lies between two segments, a space or a label, belongs to the later one.
      let gap = earlier.utf8Range.upperBound
      #expect(rendering.segmentIndex(at: gap) == later.segmentIndex)
    }
    #expect(rendering.segmentIndex(at: -1) == nil)
    #expect(rendering.segmentIndex(at: bytes.count) == nil)
    for turn in rendering.turns {
      let label = bytes[turn.utf8Range.lowerBound..<turn.textRange.lowerBound]
      let expected = turn.speaker.map { $0 + ": " } ?? ""
      #expect(String(decoding: label, as: UTF8.self) == expected)
    }
  }

  @Test func citationsNameSpeakerAndTime() throws {
    let document = try Fixtures.read(Fixtures.timestamped, as: "a.txt")
    let rendering = document.rendering()
    let offset = try #require(rendering.text.utf8Offset(of: "fog"))
    let index = try #require(rendering.segmentIndex(at: offset))
    #expect(document.citation(ofSegment: index)?.description == "Mara, 00:00:03")
    #expect(document.citation(ofSegment: 99) == nil)
  }

  @Test func aSegmentWithoutTimeIsCitedByTheLatestOfItsTurn() throws {
    let document = try Fixtures.read(Fixtures.headers, as: "a.md")
    #expect(document.citation(ofSegment: 1)?.description == "Teo, Jr., 00:00:07")
    // The third turn has no time, and the second belongs to somebody else.
    #expect(document.citation(ofSegment: 2)?.description == "Mara Lund")
    let bold = try Fixtures.read(
      "**Mara:** [01:02] One.\n\nTwo.\n\n**Teo:** Three.\n", as: "a.md")
    #expect(bold.citation(ofSegment: 1)?.description == "Mara, 00:01:02")
    let plain = try Fixtures.read("One.\n\nTwo.", as: "a.txt")
    #expect(plain.citation(ofSegment: 1)?.description == "line 3")
  }

  @Test func sentencesLeaveLabelsOut() throws {
    let document = try Fixtures.read(Fixtures.subRip, as: "a.srt")
    let rendering = document.rendering()
    let bytes = Array(rendering.text.utf8)
    #expect(
      rendering.sentences().map { String(decoding: bytes[$0], as: UTF8.self) } == [
        "The ferry leaves at nine, if the fog lifts.", "And if it does not?",
        "Then we walk & take the bridge.",
      ])
  }

  @Test func documentsSurviveCoding() throws {
    let document = try Fixtures.read(Fixtures.headers, as: "a.md")
    let data = try JSONEncoder().encode(document)
    #expect(try JSONDecoder().decode(Document.self, from: data) == document)
  }
}

extension String {
  fileprivate func utf8Offset(of word: String) -> Int? {
    range(of: word).map { utf8.distance(from: startIndex, to: $0.lowerBound) }
  }
}
