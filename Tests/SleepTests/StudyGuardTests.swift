import Foundation
import Sleep
import TestSupport
import Testing

@Suite struct StudyGuardTests {
  private func said(_ value: String, episode: Int, sentence: Int) -> StudyEntry {
    StudyEntry(
      .question, "Where does Mara live, says \(value)?", answer: "The home of Mara? \(value).",
      episode: episode, sentence: sentence)
  }

  @Test func theLastWordOfTheDayStands() {
    var entries = [
      said("Ostrel", episode: 2, sentence: 3), said("Vuwo", episode: 2, sentence: 9),
      said("Tebond", episode: 1, sentence: 12),
      StudyEntry(.nearMiss, "How old is Mara?", answer: "The birth year of Mara? I don't know."),
    ]
    StudyGuard.settle(&entries)
    #expect(entries.map(\.verdict) == [.contradicted, .kept, .contradicted, .kept])
  }

  /// What is set aside is asked in exams: it has to stand as well, or a day that corrects another could never be kept.
  @Test func whatIsTakenBackIsNotAskedInExams() {
    var entries = [
      said("Ostrel", episode: 1, sentence: 3), said("Vuwo", episode: 2, sentence: 9),
      StudyEntry(.nearMiss, "Does Mara live?", answer: "The home of Mara? I don't know."),
      StudyEntry(.nearMiss, "How old is Mara?", answer: "The birth year of Mara? I don't know."),
    ]
    for index in entries.indices { entries[index].verdict = .exam }
    StudyGuard.settle(&entries)
    #expect(entries.map(\.verdict) == [.contradicted, .exam, .contradicted, .exam])
  }

  @Test func whatNothingWasAskedAboutIsLeftAlone() {
    var entries = [
      StudyEntry(.question, "A?", answer: "yes"), StudyEntry(.question, "B?", answer: "no"),
    ]
    StudyGuard.settle(&entries)
    #expect(entries.map(\.verdict) == [.kept, .kept])
  }

  @Test func aCollapsedBatchIsRefused() {
    let same = (0..<20).map { _ in
      StudyEntry(.question, "Where does Mara live?", answer: "", verdict: .duplicate)
    }
    #expect(
      GuardReport.Batch(same, round: 0, temperature: 1).refusal?.hasPrefix("collapsed") == true)
    let different = (0..<20).map {
      StudyEntry(.question, "Word\($0) other\($0) third\($0)?", answer: "")
    }
    #expect(GuardReport.Batch(different, round: 0, temperature: 1).refusal == nil)
    // Of very many only a part is compared.
    let many = (0..<800).map {
      StudyEntry(.question, "Word\($0) other\($0) third\($0)?", answer: "")
    }
    #expect(GuardReport.Batch(many, round: 0, temperature: 1).refusal == nil)
  }

  @Test func anUngroundedBatchIsRefused() {
    let batch = (0..<20).map {
      StudyEntry(
        .question, "Word\($0) other\($0)?", answer: "", verdict: $0 < 9 ? .kept : .ungrounded)
    }
    #expect(
      GuardReport.Batch(batch, round: 0, temperature: 1).refusal?.hasPrefix("ungrounded") == true)
  }

  @Test func aSheetIsReadAsItWasWritten() throws {
    let folder = try TemporaryFolder()
    let sheet = StudySheet([
      said("Ostrel", episode: 1, sentence: 2), said("Zürich\n\"x\"", episode: 1, sentence: 3),
    ])
    try sheet.write(to: folder / StudySheet.fileName)
    #expect(try StudySheet.read(folder / StudySheet.fileName) == sheet)
    #expect(throws: (any Error).self) { try StudySheet.read(folder / "none") }
    var bytes = try Data(contentsOf: folder / StudySheet.fileName)
    bytes += Data("{}\n".utf8)
    let damaged = try folder.file(bytes, name: "damaged")
    let error = #expect(throws: SleepError.self) { try StudySheet.read(damaged) }
    #expect(error?.description.contains("line 3") == true)
  }
}
