import Studies
import TestSupport
import Testing

/// Claims that are tried on the default core, in their smallest forms.
@Suite struct CoreStudyTests {
  private let setting = StudySetting(isQuick: true, seeds: [1])

  private func verdict(_ study: some Study) throws -> Verdict {
    Verdict(try study.run(setting).findings)
  }

  @Test func sparseChoice() throws {
    var study = SparseChoice()
    study.lessons.quick = 20
    #expect(try verdict(study).holds)
    study.lessons.quick = 1
    #expect(try !verdict(study).holds)
  }

  /// Six nights.
  @Test(.enabled(if: SlowTests.areWanted)) func conceptLens() throws {
    var study = ConceptLens()
    let findings = try study.run(setting).findings
    #expect(Verdict(findings).holds, "\(findings)")
    study.suppresses = false
    #expect(try !Verdict(study.run(setting).findings).holds)
  }

  @Test func straw() throws {
    var study = Straw()
    (study.steps.quick, study.heldOut.quick) = (1, 2)
    #expect(try verdict(study).holds)
    study.outcomeBits = { 20 * $0 }
    #expect(try !verdict(study).holds)
  }

  /// But for the speeds, which depend on what runs beside this.
  @Test func servingForm() throws {
    func holds(_ study: ServingForm) throws -> Bool {
      Verdict(try study.run(setting).findings.filter { !$0.name.hasPrefix("speed") }).holds
    }
    var study = ServingForm()
    study.steps.quick = 12
    #expect(try holds(study))
    study.teacherShare = 0
    #expect(try !holds(study))
  }

  /// Of a string a pass leaves most unknown, of a single token less than half.
  @Test func singlePass() throws {
    var study = SinglePass()
    study.passes = [1]
    #expect(try !verdict(study).holds)
    (study.length, study.perfect) = (2, 0.5)
    #expect(try verdict(study).holds)
  }
}
