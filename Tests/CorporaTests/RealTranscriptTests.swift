import Corpora
import Foundation
import Testing

@Suite struct RealTranscriptTests {
  @Test(.enabled(if: Fixtures.hasData)) func twoSpeakerConversation() throws {
    let document = try DocumentReader().read(Fixtures.seed)
    #expect(document.format == .timestamped)
    #expect(document.speakers == ["Andrej Karpathy", "Dwarkesh Patel"])
    // 876 timestamped lines, of which many hold a change of speaker.
    #expect(Set(document.segments.map(\.line)) == Set(1...876))
    #expect(document.segments.count == 938)
    #expect(document.segments.allSatisfy { $0.speaker != nil && $0.start != nil })
    #expect(document.segments.first?.start == 0)
    #expect(document.segments.last?.start == 3830)
    #expect(document.segments.last?.text.hasSuffix("There's many reasons") == true)
    #expect(document.warnings.map(\.line) == [877])
    let rendering = document.rendering()
    #expect(rendering.turns.count == 98)
    #expect(!rendering.text.contains("**") && !rendering.text.contains("[00:"))
    let index = try #require(
      document.segments.firstIndex { $0.text.hasPrefix("I think I kind of agree.") })
    #expect(document.citation(ofSegment: index)?.description == "Andrej Karpathy, 00:18:34")
  }

  @Test(.enabled(if: Fixtures.hasData)) func everyLabelledEpisodeHasSpeakers() throws {
    let paths = try Fixtures.files(in: "podcasts/changelog")
    #expect(paths.count == 102)
    for path in paths {
      let document = try DocumentReader().read(path)
      #expect(document.format == .speakerLabels, "\(path)")
      #expect(document.speakers.count > 1, "\(path)")
      #expect(document.segments.allSatisfy { $0.speaker != nil }, "\(path)")
      #expect(!document.speakers.contains("Break") && !document.speakers.contains("Jingle"))
      // The only asterisks left are those of words that the transcribers did not spell out.
      let hasMarks = document.plainText.contains(":**")
      #expect(!hasMarks, "\(path)")
    }
    print("\(paths.count) labelled episodes read, every segment with its speaker")
  }

  @Test(.enabled(if: Fixtures.hasData)) func everyTalkIsRead() throws {
    let paths = try Fixtures.files(in: "podcasts/bitcoin")
    #expect(paths.count == 60)
    var formats: [Document.Format: Int] = [:]
    for path in paths {
      let document = try DocumentReader().read(path)
      formats[document.format, default: 0] += 1
      let head = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").prefix(30)
      #expect(head.contains { $0.hasPrefix("title:") } && !document.title.hasSuffix(".md"))
      let hasDate = head.contains { $0.hasPrefix("date:") }
      #expect(document.date != nil || !hasDate, "\(path)")
      if document.format == .speakerHeaders {
        #expect(document.segments.allSatisfy { $0.speaker != nil }, "\(path)")
      }
    }
    print("\(paths.count) talks read: \(formats)")
    #expect(formats[.speakerHeaders] == 10)
    #expect(formats[.speakerLabels, default: 0] >= 25)
  }

  @Test(.enabled(if: Fixtures.hasData)) func proseHasNoSpeakers() throws {
    let books = Fixtures.data.appendingPathComponent("text/books/war-and-peace.txt")
    let document = try DocumentReader().read(books)
    #expect(document.format == .plainText)
    #expect(document.speakers.isEmpty)
    #expect(document.segments.count > 10_000)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: Fixtures.sample.path)))
  func sampleTranscript() throws {
    let document = try DocumentReader().read(Fixtures.sample)
    #expect(document.format == .timestamped)
    #expect(document.title == "The Mill That Runs on the Moon")
    #expect(document.show == "Slow Machinery")
    #expect(document.speakers == ["Ines Harrowgate", "Tobias Fenwright", "Oona Brandle"])
    #expect(document.segments.count == 70)
    let times = document.segments.compactMap(\.start)
    #expect(times == times.sorted() && times.count == 70)
  }
}
