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
