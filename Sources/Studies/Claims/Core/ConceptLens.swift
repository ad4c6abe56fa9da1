import Curriculum
import Foundation
import Individuals
import LanguageModels
import Lens
import Sleep
import Tensors
import Tokenizers
import Training

/// A lens finds what a day is about, and a night learns one concept of it and leaves the other out.
public struct ConceptLens: Study {
  /// People of the day, and how the lens is made.
  package struct Form: Sendable {
    package var people: Int
    package var features: Int
    package var steps: Int

    package init(people: Int, features: Int, steps: Int) {
      self.people = people
      self.features = features
      self.steps = steps
    }
  }

  package var full = Form(people: 12, features: 2048, steps: 1500)
  package var quick = Form(people: 8, features: 2048, steps: 1500)
  /// Whether nights suppress anything.
  package var suppresses = true

  public init() {}

  public let name = "concept-lens"
  public let claim = Claim(
    "What a night learns can be read as concepts, and chosen by them",
    words:
      "Using a sparse autoencoder to identify active concepts, one can project a model's gradient update onto these concepts. This reveals what the model is learning (e.g., "
      + "\"pirate speak\" vs. \"arithmetic\") and allows for selectively amplifying or suppressing specific learning directions.",
    place: "000",
    published: [
      "Nobody has published figures for these words. Close to them: fine-tuning steered by ablating concepts cuts unintended generalisation up to tenfold (Casademunt et al., 2507.16795)."
    ])
  public let setup = """
    Two relations of people are planted in a day of the default core: 12 people, what each has of both. The lens (a sparse autoencoder of the core's states \
    half-way up) has read novels and other made-up worlds. Of sentences about other people, the features are looked up that light for one relation \
    and not for others, eight at most. Then three nights on the same day: a plain one, one that suppresses the first relation's features, \
    one the second's; every fact is asked in words that no night studied.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let form = setting.pick(full, quick: quick)
    let core = try LanguageModel.open(DefaultCore.folder)
    var (caught, wrong, plain, suppressed, others) = (
      [Double](), [Double](), [Double](), [Double](), [Double]()
    )
    var strengthened: [Double] = []
    var rows: [[ReportTable.Cell]] = []
    for seed in setting.seeds {
      let folder = try TemporaryFolder()
      defer { folder.remove() }
      let day = PlantedDay(people: form.people, seed: seed)
      let lens = try lens(form, core, seed: seed)
      let place = folder.url.appendingPathComponent("lens")
      try lens.write(to: place)
      let finder = FeatureFinder(lens, core)
      let found = day.relations.map { finder.features(of: $0, seed: seed) }
      caught += found.map(\.caught)
      wrong += found.map(\.wronglyCaught)
      strengthened.append(
        try shareStrengthened(found.flatMap(\.features), lens, core, day.text))
      let names = day.relations.map { Relation.all[$0].name }
      setting.note(
        "seed \(seed), \(names.joined(separator: " and ")): features light for \(found.map { LinePlot.digits($0.caught) }.joined(separator: " and ")) of their sentences"
      )
      let sleeper = PlantedSleeper(day, home: Home(root: folder.url), seed: seed)
      let recall = try sleeper.recall(after: nil)
      plain.append(recall.reduce(0, +) / 2)
      for index in 0..<2 {
        let gate = ConceptGate(
          lens: place.path, suppressed: suppresses ? found[index].features : [])
        let after = try sleeper.recall(after: gate)
        suppressed.append(after[index])
        others.append(after[1 - index] / max(recall[1 - index], 1e-9))
        rows.append(
          [
            .init("\(seed)"), .init(names[index]),
            .init(found[index].features.map { "\($0)" }.joined(separator: " ")),
          ]
            + [
              recall[index], after[index], recall[1 - index], after[1 - index],
            ].map { .init(ReportNumber.fixed(100 * $0, 1) + "%") })
        setting.note(
          "seed \(seed), without \(names[index]): recall \(LinePlot.digits(after[index])), of the other \(LinePlot.digits(after[1 - index]))"
        )
      }
    }
    return StudyOutcome(
      [
        Finding("sentences of a relation that its features light for", caught, .atLeast(0.9)),
        Finding("sentences of other relations that they light for", wrong, .atMost(0.1)),
        Finding("of these features, share that the day's gradient strengthens", strengthened),
        Finding("recall after a plain night", plain, .atLeast(0.5)),
        Finding("recall of a relation that the night suppressed", suppressed, .atMost(0.2)),
        Finding("recall of the other, by that after a plain night", others, .atLeast(0.8)),
      ],
      [
        .table(
          ReportTable(
            "nights without a relation",
            [
              .text("seed"), .text("without"), .text("features"), .number("plain"),
              .number("suppressed"), .number("other, plain"), .number("other, suppressed"),
            ], rows: rows))
      ])
  }

  private func lens(_ form: Form, _ core: LanguageModel, seed: UInt64) throws -> Lens {
    var plan = Lens.Plan(block: core.model.configuration.layerCount / 2, seed: seed)
    (plan.features, plan.steps) = (form.features, form.steps)
    let text = try String(StudyText.kept.prefix(300_000))
    let tokens =
      core.tokenizer.encode(text)
      + core.tokenizer.encode(WorldTexts.text(worlds: 600, seed: seed))
    return try Lens.trained(plan, for: core, on: tokens)
  }

  /// Of `features` those that learning `text` would strengthen, as a share.
  private func shareStrengthened(
    _ features: [Int], _ lens: Lens, _ core: LanguageModel, _ text: String
  ) throws -> Double {
    let pushes = try GradientLens(lens, core.model, core.tokenizer)
      .pushes(of: core.tokenizer.encode(text))
    let wanted = pushes.filter { features.contains($0.feature) }
    return Double(wanted.count { $0.gain > 0 }) / Double(max(wanted.count, 1))
  }
}

/// What some people have of two relations.
private struct PlantedDay {
  let relations: [Int]
  let facts: [FactWorld.Fact]
  let text: String

  init(people: Int, seed: UInt64) {
    var random = RandomSource(seed: seed, name: "planted day")
    relations = Array(Self.relations.shuffled(using: &random).prefix(2))
    var names: [String] = []
    while names.count < people {
      let world = FactWorld(factCount: 6, using: &random)
      for fact in world.facts
      where fact.relation.subject == .person && !names.contains(fact.subject) {
        names.append(fact.subject)
      }
    }
    var facts: [FactWorld.Fact] = []
    for name in names.prefix(people) {
      for relation in relations {
        guard case .word(let kind) = Relation.all[relation].value else { continue }
        facts.append(
          .init(
            relationIndex: relation, subject: name,
            value: kind.words.randomElement(using: &random)!))
      }
    }
    facts.shuffle(using: &random)
    self.facts = facts
    text = facts.map { FactWorld.statement(of: $0, using: &random) }.joined(separator: " ")
  }

  /// Those of people whose value is a word.
  static let relations = Relation.all.indices.filter {
    if case .word = Relation.all[$0].value { Relation.all[$0].subject == .person } else { false }
  }
}

/// Features that light for a relation's sentences and not for those of others.
private struct FeatureFinder {
  private let lens: Lens
  private let core: LanguageModel

  init(_ lens: Lens, _ core: LanguageModel) {
    self.lens = lens
    self.core = core
  }

  /// At most eight, each adding most of what is caught for what is wrongly caught; measured on other sentences.
  func features(
    of relation: Int, seed: UInt64
  ) -> (features: [Int], caught: Double, wronglyCaught: Double) {
    let (own, other) = sentences(of: relation, seed: seed)
    let half = (own.count / 2, other.count / 2)
    let (ownLit, otherLit) = (own.map(lit), other.map(lit))
    func share(_ features: Set<Int>, _ sentences: ArraySlice<Set<Int>>) -> Double {
      Double(sentences.count { !$0.isDisjoint(with: features) }) / Double(sentences.count)
    }
    func score(_ features: Set<Int>) -> Double {
      share(features, ownLit[..<half.0]) - 2 * share(features, otherLit[..<half.1])
    }
    var chosen: Set<Int> = []
    while chosen.count < 8 {
      let candidates = Set(ownLit[..<half.0].flatMap { $0 }).subtracting(chosen)
      guard
        let best = candidates.map({ ($0, score(chosen.union([$0]))) })
          .max(by: { $0.1 != $1.1 ? $0.1 < $1.1 : $0.0 > $1.0 }), best.1 > score(chosen) + 0.005
      else { break }
      chosen.insert(best.0)
    }
    return (
      chosen.sorted(), share(chosen, ownLit[half.0...]), share(chosen, otherLit[half.1...])
    )
  }

  /// What a night would take a sentence to be about.
  private func lit(_ sentence: String) -> Set<Int> {
    let tokens = core.tokenizer.encode(sentence)
    return lens.features(litBy: tokens, in: core.model)
  }

  /// Statements and questions about people of other worlds: of the relation, and of all others.
  private func sentences(of relation: Int, seed: UInt64) -> (own: [String], other: [String]) {
    var random = RandomSource(seed: seed, name: "sentences of \(relation)")
    var (own, other): ([String], [String]) = ([], [])
    while own.count < 160 || other.count < 320 {
      let world = FactWorld(factCount: 8, using: &random)
      for fact in world.facts {
        var fact = fact
        if fact.relation.subject == .person, own.count < 160,
          case .word(let kind) = Relation.all[relation].value
        {
          fact.relationIndex = relation
          fact.value = kind.words.randomElement(using: &random)!
          own += said(fact, &random)
        } else if fact.relationIndex != relation, other.count < 320 {
          other += said(fact, &random)
        }
      }
    }
    return (own, other)
  }

  private func said(_ fact: FactWorld.Fact, _ random: inout RandomSource) -> [String] {
    let wording = random.integer(in: 0..<fact.relation.questions.count)
    let question = QuestionWording(relation: fact.relationIndex, wording: wording)
      .question(about: fact.subject)
    return [
      " " + FactWorld.statement(of: fact, using: &random), " " + question + " " + fact.value + ".",
    ]
  }
}

/// A new individual for every night on the same day.
private struct PlantedSleeper {
  private let day: PlantedDay
  private let home: Home
  private let seed: UInt64
  private let phrasings: UnseenPhrasings

  init(_ day: PlantedDay, home: Home, seed: UInt64) {
    self.day = day
    self.home = home
    self.seed = seed
    phrasings = UnseenPhrasings(seed: seed)
  }

  /// The share of each relation's facts that is recalled after a night on them.
  func recall(after gate: ConceptGate?) throws -> [Double] {
    let core = try CoreReference.opening(nil)
    let sleeper = try Individual.create(
      name: "sleeper-\(try home.names().count)", core: core, in: home)
    _ = try sleeper.journal.appendDocument(title: "day", text: day.text)
    var settings = NightSettings()
    settings.seed = seed
    let phrasings = phrasings
    _ = try Night(
      sleeper, settings, neutral: try NeutralText.load(for: core), rules: nil, gate: gate,
      isReserved: { phrasings.contains($0) }
    ).sleep()
    let mind = try Mind.wake(sleeper)
    let respondent = Respondent(model: mind.model, format: try ChatFormat(mind.tokenizer))
    let questions = day.facts.map { phrasings.question($0.relationIndex, about: $0.subject) }
    let answers = try settings.precision.run {
      try respondent.replies(
        to: questions.map { Respondent.conversation(asking: $0) }, limit: Respondent.answerLimit)
    }
    return day.relations.map { relation in
      let asked = zip(day.facts, answers).filter { $0.0.relationIndex == relation }
      let right = asked.count { $0.1.map(Lesson.finalWord(of:)) == $0.0.value }
      return Double(right) / Double(max(asked.count, 1))
    }
  }
}
