import Foundation
import Studies
import Testing

/// Claims that can be worked out: each holds, and does not where something is wrong.
@Suite struct ExactStudyTests {
  private let setting = StudySetting(isQuick: true, seeds: [1, 2])

  private func verdict(_ study: some Study) throws -> Verdict {
    Verdict(try study.run(setting).findings)
  }

  private func missed(_ study: some Study) throws -> [String] {
    guard case .doesNotHold(let missed) = try verdict(study) else { return [] }
    return missed
  }

  @Test func inContextDescent() throws {
    #expect(try verdict(InContextDescent()) == .holds)
    var wrong = InContextDescent()
    wrong.wrongly = 1.001
    #expect(try missed(wrong).contains("largest difference from descent"))
  }

  @Test func optimizerIdentities() throws {
    #expect(try verdict(OptimizerIdentities()).holds)
    var wrong = OptimizerIdentities()
    wrong.wrongly = 1.001
    #expect(try missed(wrong) == ["slope where a step of descent ends, at most"])
  }

  @Test func informationPerToken() throws {
    #expect(try verdict(InformationPerToken()).holds)
    var wrong = InformationPerToken()
    wrong.parameters = 8e9
    #expect(try missed(wrong).count == 3)
  }

  @Test func oneTokenEpisodes() throws {
    #expect(try verdict(OneTokenEpisodes()).holds)
    var wrong = OneTokenEpisodes()
    wrong.reward = { _ in 1 }
    #expect(try missed(wrong) == ["largest difference from the cross-entropy's gradient"])
  }

  @Test func vendiScore() throws {
    #expect(try verdict(VendiScore()).holds)
    var wrong = VendiScore()
    wrong.score = { Double($0.count) }
    #expect(try missed(wrong).count == 3)
  }

  @Test func recursiveGaussian() throws {
    #expect(try verdict(RecursiveGaussian()).holds)
    var wrong = RecursiveGaussian()
    wrong.lost = 0
    #expect(
      try missed(wrong) == ["measured change at M = 10", "measured change at M = 100"])
  }

  @Test func conceptInference() throws {
    #expect(try verdict(ConceptInference()).holds)
    var wrong = ConceptInference()
    wrong.isShuffled = true
    #expect(try missed(wrong).contains("accuracy gained by 32 examples of length 5"))
  }

  @Test func promptMatrix() throws {
    #expect(try verdict(PromptMatrix()).holds)
    var wrong = PromptMatrix()
    wrong.weight = 2
    #expect(try missed(wrong) == ["expectation of a row, formula less integral"])
  }
}

@Suite struct VerdictTests {
  @Test func itFollowsFromWhatWasFound() {
    let exact = Finding("a", 2, .near(2, within: 0.1))
    let near = Finding("b", [1.9, 2.3], .near(2, within: 0.2))
    let far = Finding("c", .nan, .atMost(1))
    #expect(Verdict([exact, Finding("d", 7)]) == .holds)
    guard case .holdsWithin(let share) = Verdict([exact, near]) else {
      Issue.record("\(Verdict([exact, near]))")
      return
    }
    #expect(abs(share - 0.05) < 1e-9)
    #expect(Verdict([exact, near, far]) == .doesNotHold(["c"]))
    #expect(!Finding("e", 0.9, .atLeast(1)).holds)
  }

  @Test func thePageSaysWhatWasMissed() throws {
    var wrong = VendiScore()
    wrong.score = { _ in 0 }
    let (record, page) = try wrong.completed(StudySetting(isQuick: true, seeds: [1]))
    #expect(page.markdown.contains("not as expected: three pairs"))
    #expect(page.html.contains("circadian study run vendi-score --quick"))
    let kept = try JSONDecoder().decode(StudyRecord.self, from: JSONEncoder().encode(record))
    #expect(kept == record)
    let index = StudyIndex([record]).document.markdown
    #expect(index.contains("0 of 1 claims") && index.contains("not run"))
  }

  @Test func namesAreTaken() {
    #expect(Set(Studies.all.map(\.name)).count == Studies.all.count)
    for study in Studies.all {
      #expect(!study.setup.isEmpty && !study.claim.published.isEmpty, "\(study.name)")
      #expect(Studies.named(study.name)?.claim == study.claim)
    }
  }
}
