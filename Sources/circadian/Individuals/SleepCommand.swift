import Briefs
import CommandLineInterface
import Foundation
import Individuals
import LanguageModels
import Lens
import Sleep

extension MemoryKind: CommandLineValue {}

struct SleepCommand: Command {
  let name = "sleep"
  let abstract = "Learns the day: distils what is new in the journal into a memory of its own."
  let discussion = """
    The individual reads its day again, asks itself about it, and studies what its teacher, itself with \
    the text in front of it, agrees with. The night is kept only when an exam shows that it taught the day \
    and left the rest intact. It can be interrupted at any point: the next sleep goes on where it stopped. \
    After every seventh night a season follows, which makes one memory of all nights'.
    """
  let examples = [
    "circadian sleep ada", "circadian sleep --all --minutes 60",
    "circadian sleep ada --memory slots",
    "mpirun -n 4 circadian sleep --all --homes /srv/homes",
  ]

  private static let defaults = NightSettings()

  let individual = Argument<String?>("name", help: "Who sleeps.")
  let all = Flag(
    "all",
    help:
      "Everybody who has something to sleep on, one after another, or shared out among the processes of mpirun."
  )
  let homes = CommandLineInterface.Option<URL?>(
    "homes", completion: .folders, help: "With --all, everybody of all homes in a folder.")
  let minutes = CommandLineInterface.Option<Double?>(
    "minutes", must: .be(above: 0),
    help: "Stop after so long; the next sleep goes on from there.")
  let tokens = CommandLineInterface.Option<Int?>(
    "tokens", must: .be(atLeast: 1),
    help: "Sleep on the oldest episodes up to so many tokens, at least on one; the rest waits.")
  let season = Flag("season", help: "No night, but a season now, after however many nights.")
  let seasonNights = CommandLineInterface.Option(
    "season-nights", default: SleepCommand.defaults.season.nights, must: .be(in: 0...1000),
    help: "After how many nights a season follows; 0 for never.")
  let memory = CommandLineInterface.Option(
    "memory", default: SleepCommand.defaults.memory,
    help: "What the night is kept in: a gated low-rank change, trained keys and values (slots), "
      + "a linear low-rank change (LoRA), or slots and LoRA.")
  let passes = CommandLineInterface.Option(
    "passes", default: SleepCommand.defaults.passes, must: .be(in: 0.1...10_000),
    help: "How often the day is gone through.")
  let slots = CommandLineInterface.Option(
    "slots", default: SleepCommand.defaults.size.slotCount, must: .be(in: 1...65_536),
    help: "Slots per layer.")
  let rank = CommandLineInterface.Option(
    "rank", default: SleepCommand.defaults.size.rank, must: .be(in: 1...4096),
    help: "The rank of the low-rank change.")
  let adapterRate = CommandLineInterface.Option(
    "adapter-rate", default: Double(SleepCommand.defaults.adapterRate), must: .be(in: 1e-8...10),
    help: "The learning rate of the low-rank change.")
  let slotRate = CommandLineInterface.Option(
    "slot-rate", default: Double(SleepCommand.defaults.slotRate), must: .be(in: 1e-8...10),
    help: "The learning rate of the slots.")

  let lens = LensOptions.folder
  let suppress = CommandLineInterface.Option<[Int]>(
    "suppress",
    help: "A feature of the lens whose concept is not to be learned; may be repeated.")
  let amplify = CommandLineInterface.Option<[Int]>(
    "amplify",
    help: "A feature of the lens whose concept is to be learned more; may be repeated.")

  var parameters: ParameterList {
    individual
    all
    homes
    season
    NightProgress.events
    Section("Budget") {
      minutes
      tokens
    }
    Section("Memory") {
      memory
      slots
      rank
      seasonNights
    }
    Section("Learning") {
      passes
      adapterRate
      slotRate
    }
    Section("Concepts, as 'circadian lens show' names them") {
      lens
      suppress
      amplify
    }
  }

  private struct Report: Codable {
    var night: NightRecord
    var recall: RecallReport
  }

  func run(_ invocation: Invocation) async throws {
    let deadline = invocation[minutes].map { Date().addingTimeInterval($0 * 60) }
    switch (invocation[individual], invocation[all]) {
    case (let name?, false):
      guard invocation[homes] == nil else {
        throw CommandError(
          "--homes is for --all: there is no name to give with it", exitCode: .usage)
      }
      guard Launch.ranks.count == 1 else {
        throw CommandError(
          "one night is the work of one process, and \(Launch.ranks.count) were started: they share --all",
          exitCode: .usage)
      }
      let (slept, folder) = try sleep(name, in: invocation.home, until: deadline, invocation)
      if let last = slept.reports.last {
        try invocation.report(slept.reports) {
          slept.reports.map(\.night).map {
            "\($0.isSeason ? "season" : "night") \($0.number) was kept after "
              + "\(Readable.fixed($0.seconds, 0)) s"
          }.joined(separator: "\n") + "\n\n" + RecallTable.text(last.recall)
            + (slept.reports.allSatisfy(\.night.isSeason)
              ? "" : "\n\nbrief: \(folder.appendingPathComponent("brief.md").path)")
        }
      }
      if let interruption = slept.interruption { throw interruption }
    case (nil, true): try sleepAll(until: deadline, invocation)
    case (nil, false): throw CommandError("say who sleeps, or --all", exitCode: .usage)
    case (_?, true):
      throw CommandError("--all is everybody: there is no name to give with it", exitCode: .usage)
    }
  }

  /// What became of a process's share of a population.
  private struct Share: Codable {
    var reports: [String: [Report]] = [:]
    /// Those who could not sleep, or whose night was not kept.
    var failed: Set<String> = []
    /// Those whom somebody else holds: another process of this population, or one that they are awake in.
    var held: Set<String> = []
    var interruption: String?
  }

  /// Everybody's night, whatever becomes of the others'.
  private func sleepAll(until deadline: Date?, _ invocation: Invocation) throws {
    let ranks = Launch.ranks
    let population = try Population(
      in: invocation.home, homes: invocation[homes], isSeason: invocation[season], among: ranks)
    if ranks.count > 1 && ranks.isFirst {
      invocation.note("\(population.sleepers.count) sleepers, \(ranks.count) processes")
    }
    let progress = PopulationProgress(of: population, among: ranks, invocation)
    var share = Share()
    for sleeper in population.turns {
      if let deadline, deadline < Date() { break }
      do {
        guard Population.hasSomethingToSleepOn(sleeper, isSeason: invocation[season]) else {
          continue  // another process was here
        }
        let slept = try sleep(
          sleeper.name, in: sleeper.home, announcedAs: sleeper.title, until: deadline, invocation
        ).0
        if !slept.reports.isEmpty { share.reports[sleeper.title] = slept.reports }
        share.interruption = slept.interruption?.description
        if share.interruption != nil { break }
        progress.isOver(sleeper)
      } catch SleepError.nothingToSleepOn {
        continue
      } catch IndividualError.inUse where ranks.count > 1 {
        share.held.insert(sleeper.title)
      } catch {
        share.failed.insert(sleeper.title)
        invocation.warn("\(sleeper.title): \(error)")
        progress.isOver(sleeper)
      }
    }
    progress.finish()
    try report(ranks.gathered(JSONEncoder().encode(share)), invocation)
  }

  /// Reports what all processes together have done; the first of them does.
  private func report(_ shares: [Data], _ invocation: Invocation) throws {
    let shares = try shares.map { try JSONDecoder().decode(Share.self, from: $0) }
    let reports = shares.reduce(into: [:]) { $0.merge($1.reports) { $0 + $1 } }
    let failed = shares.reduce(into: Set()) { $0.formUnion($1.failed) }
    let interruption = shares.compactMap(\.interruption).first
    let held = shares.reduce(into: Set()) { $0.formUnion($1.held) }
      .subtracting(failed).subtracting(reports.keys)
    if Launch.ranks.isFirst {
      for title in held.sorted() where interruption == nil {
        invocation.warn("\(title) is awake in another process, and did not sleep")
      }
      try invocation.report(reports) {
        reports.isEmpty && failed.isEmpty && held.isEmpty && interruption == nil
          ? "nobody has anything to sleep on"
          : reports.keys.sorted().map { "\($0): night \(reports[$0]![0].night.number) was kept" }
            .joined(separator: "\n")
      }
    }
    if let interruption { throw Interrupted(interruption) }
    let missed = failed.count + held.count
    if missed > 0 {
      throw CommandError("\(missed) night(s) were not slept or not kept", exitCode: .failure)
    }
  }

  /// What came of a sleep: what was kept, and whether more would have followed.
  private struct Slept {
    var reports: [Report] = []
    var interruption: Interrupted?
  }

  /// A night, and the season that is due before or after it; the night alone where the season is not kept.
  private func sleep(
    _ name: String, in home: URL, announcedAs title: String? = nil, until deadline: Date?,
    _ invocation: Invocation
  ) throws -> (Slept, folder: URL) {
    let sleeper = try invocation.individual(name, in: home)
    if let title { invocation.note("\(title) sleeps") }
    let progress = NightProgress(invocation, until: deadline)
    let (neutral, settings) = (try NeutralText.load(for: sleeper.core), settings(invocation))
    let gate = try gate(invocation)
    // From here on Ctrl-C is taken at the end of a step, also while the day is still being replayed.
    _ = Interruption.isRequested
    var slept = Slept()
    func keep(_ outcome: Night.Outcome, goingOnWith options: String = "") {
      switch outcome {
      case .committed(let night, let recall):
        slept.reports.append(Report(night: night, recall: recall))
      case .interrupted:
        slept.interruption = Interrupted(
          (Interruption.isRequested ? "interrupted" : "the time is over")
            + "; 'circadian sleep \(sleeper.name)\(options)' goes on from here")
      }
    }
    func season() throws -> Season {
      Season(sleeper, try settings.of(sleeper), neutral: neutral)
    }
    var hasSettled = false
    func settleIfDue() throws {
      guard try !hasSettled && slept.interruption == nil && season().isDue() else { return }
      hasSettled = true
      do {
        keep(try progress.settle(season()))
      } catch let error as SleepError {
        invocation.warn("a season was due; \(error)")
      }
    }
    if invocation[self.season] {
      keep(try progress.settle(season()), goingOnWith: " --season")
    } else {
      // A season that was begun goes on first; a night that was begun is not discarded for one.
      let hasDay = try !sleeper.unsleptEpisodes().isEmpty
      if try !hasDay || season().isBegun() { try settleIfDue() }
      if slept.interruption == nil, hasDay || !hasSettled {
        let night = Night(
          sleeper, try settings.of(sleeper), neutral: neutral, gate: gate)
        keep(
          try progress.sleep(
            night, on: invocation[tokens].map { try night.episodes(upTo: $0).map(\.id) }),
          goingOnWith: gate?.options(isAtHome: invocation[lens] == nil) ?? "")
      }
      try settleIfDue()
    }
    if !slept.reports.isEmpty { try sleeper.writeFeed() }
    let number = slept.reports.last { !$0.night.isSeason }?.night.number ?? 0
    return (slept, sleeper.folder(ofNight: number))
  }

  /// What is said about concepts; nil where nothing is.
  private func gate(_ invocation: Invocation) throws -> ConceptGate? {
    let (suppressed, amplified) = (invocation[suppress], invocation[amplify])
    guard !suppressed.isEmpty || !amplified.isEmpty else { return nil }
    guard !invocation[season] else {
      throw CommandError(
        "--suppress and --amplify are for nights: a season makes one memory of what nights have learned",
        exitCode: .usage)
    }
    return ConceptGate(
      lens: LensOptions.place(invocation[lens], invocation).path, suppressed: suppressed,
      amplified: amplified)
  }

  private func settings(_ invocation: Invocation) -> NightSettings {
    var settings = Self.defaults
    settings.memory = invocation[memory]
    settings.passes = invocation[passes]
    settings.size.slotCount = invocation[slots]
    settings.size.rank = invocation[rank]
    settings.season.nights = invocation[seasonNights]
    settings.adapterRate = Float(invocation[adapterRate])
    settings.slotRate = Float(invocation[slotRate])
    settings.seed = invocation.seed
    return settings
  }
}

extension NightSettings {
  /// The same, seeded for the next night of `individual`: no two nights keep the same neutral text.
  fileprivate func of(_ individual: Individual) throws -> NightSettings {
    var settings = self
    settings.seed &+= UInt64(try individual.lineage().count)
    return settings
  }
}

extension ConceptGate {
  /// As the command takes it: without these a night that was interrupted would be another one.
  fileprivate func options(isAtHome: Bool) -> String {
    suppressed.map { " --suppress \($0)" }.joined()
      + amplified.map { " --amplify \($0)" }.joined() + (isAtHome ? "" : " --lens '\(lens)'")
  }
}
