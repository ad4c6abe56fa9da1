import Briefs
import Corpora
import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct RemarkTests {
  private func episode(_ text: String, name: String = "talk.md") throws -> Episode {
    let document = try DocumentReader().document(from: Array(text.utf8), named: name)
    let annotations = try JSONEncoder().encode(document)
    return Episode(
      id: 7, kind: .document, title: document.title, show: document.show, source: nil,
      published: "2026-03-01", digest: nil, readAt: .now, text: document.plainText,
      annotations: String(decoding: annotations, as: UTF8.self))
  }

  @Test func runsAreKeptWholeWithSpeakerAndTime() throws {
    let remarks = Remark.all(
      in: try episode(
        """
        [00:00:05] **Maren Voss:** The lamp at the north tower was built in a winter without snow.
        [00:00:11] It has burned ever since.
        [00:01:40] **Tobias Lind:** I see.
        [00:01:42] **Maren Voss:** Nobody but the keeper has ever gone up there, as far as I know.
        """))
    #expect(remarks.map(\.source.speaker) == ["Maren Voss", "Maren Voss"])
    #expect(remarks.map(\.source.start) == [5, 102])
    #expect(
      remarks[0].quote
        == "The lamp at the north tower was built in a winter without snow. It has burned ever since."
    )
    #expect(remarks.map(\.run) == [0, 2])
    #expect(
      remarks[0].source.description == "Maren Voss, 00:00:05, talk, 2026-03-01")
  }

  @Test(arguments: ["The salt pier has a crane that nobody uses. ", "und so weiter ohne Punkt "])
  func longRunsAreDivided(_ sentence: String) throws {
    let text = "**Ilse:** " + String(repeating: sentence, count: 40)
    let episode = try episode(text)
    let remarks = Remark.all(in: episode)
    #expect(remarks.count >= 3)
    #expect(remarks.allSatisfy { $0.bytes.count <= Remark.wholeRun && $0.run == 0 })
    #expect(remarks.map(\.place) == Array(remarks.indices))
    let bytes = Array(episode.text.utf8)
    for remark in remarks {
      #expect(String(decoding: bytes[remark.bytes], as: UTF8.self) == remark.quote)
    }
    // Nothing is lost between them but spaces.
    let joined = remarks.map(\.quote).joined(separator: " ")
    #expect("Ilse: " + joined == episode.text)
  }

  @Test func plainTextIsDividedAtBlankLines() {
    let text =
      "The first paragraph is about the harbour of Tarn.\n\nToo short.\n\nThe third is about the mill, at some length."
    let episode = Episode(
      id: 1, kind: .note, title: "note", show: nil, source: nil, published: nil, digest: nil,
      readAt: .now, text: text, annotations: nil)
    #expect(
      Remark.all(in: episode).map(\.quote) == [
        "The first paragraph is about the harbour of Tarn.",
        "The third is about the mill, at some length.",
      ])
  }
}
