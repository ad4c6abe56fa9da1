import Sleep
import Testing

@Suite struct NightSettingsTests {
  @Test func aRecordDescribesThemWhole() {
    var settings = NightSettings()
    settings.memory = .both
    settings.seed = 4711
    settings.passes = 2.5
    settings.adapterRate = 0.0078125
    settings.slotsFromPassages = false
    settings.season.rank = 17
    settings.size.firstBlock = 1
    #expect(settings != NightSettings())
    #expect(NightSettings(described: settings.described) == settings)
    #expect(NightSettings(described: [:]) == NightSettings())
    #expect(NightSettings(described: ["of an older version": "1"]) == NightSettings())
  }

  /// As many tokens in more steps, of a day that would have few.
  @Test func shortDaysHaveSmallSteps() {
    let settings = NightSettings()
    let short = settings.fitted(toDay: 6_500, questions: 0)
    #expect((4..<settings.dayWindows).contains(short.dayWindows))
    #expect(short.steps(dayTokens: 6_500, questions: 0) >= 100)
    // A long day has steps enough, and so has one of many questions.
    #expect(settings.fitted(toDay: 15_000, questions: 0) == settings)
    #expect(settings.fitted(toDay: 500, questions: 400) == settings)
    let ofText = settings.fitted(toSeason: 15_000, questions: 0)
    #expect(ofText.passes == 2 * settings.passes && ofText.adapterRate == settings.season.textRate)
    #expect(settings.fitted(toSeason: 500, questions: 400) == settings)
    #expect(settings.fitted(toDay: 500, questions: 100).stepQuestions < settings.stepQuestions)
  }

  /// A season of facts has the least keys, one of long texts more, and a life of texts no more than the most.
  @Test func aSeasonGrowsWithItsText() {
    let settings = NightSettings()
    #expect(settings.seasonRank(textTokens: 3_500) == settings.season.rank)
    let ranks = [40_000, 77_000, 1_000_000].map { settings.seasonRank(textTokens: $0) }
    #expect(settings.season.rank < ranks[0] && ranks[0] < ranks[1])
    #expect(ranks[2] == settings.season.mostRank)
  }

  @Test func whatMakesNoNightIsSaid() {
    #expect(NightSettings().problem == nil)
    let faults: [(inout NightSettings) -> Void] = [
      { $0.dayWindows = 0 }, { $0.window = 0 }, { $0.stepQuestions = 0 },
      { $0.questionRehearsal = -1 }, { $0.passes = .infinity }, { $0.teacherShare = 1.5 },
      { $0.season.stepQuestions = 0 },
    ]
    for fault in faults {
      var settings = NightSettings()
      fault(&settings)
      #expect(settings.problem != nil)
    }
  }
}
