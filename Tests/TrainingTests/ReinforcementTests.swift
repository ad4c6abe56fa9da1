import Foundation
import LanguageModels
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

/// Bytes and the marks of a conversation.
let practiceTokenizer: BytePairTokenizer = {
  do {
    return try BytePairTrainer(vocabularySize: 270, specialTokens: ChatFormat.specialTokens)
      .train(on: [" a b c d 1 + 2 = 3 a b c d"])
  } catch { fatalError("\(error)") }
}()

/// Somebody says one of four letters: the answer is to be the same, and then the next.
private struct Echo: ReinforcementTask {
  static let letters = ["a", "b", "c", "d"]
  var identity = "echo"

  func problem(_ index: Int, seed: UInt64) -> ReinforcementProblem {
    var random = RandomSource(seed: seed, name: "echo \(index)")
    let letter = random.integer(in: 0..<4)
    let expected = [Self.letters[letter], Self.letters[(letter + 1) % 4]]
    return ReinforcementProblem(
      Conversation([.user(Self.letters[letter])]),
      solution: [.text(expected.joined(separator: " "))]
    ) { answer in
      guard case .text(let text)? = answer.first, answer.count == 1 else {
        return Reward(outcome: 0)
      }
      let words = text.split(separator: " ").map(String.init)
      return Reward(
        outcome: words == expected ? 1 : 0,
        steps: words.prefix(2).enumerated().map { index, word in
          .init(end: 2 * index + 1, reward: word == expected[index] ? 1 : 0)
        })
    }
  }
}

@Suite struct ReinforcementTests {
  private static let configuration: TransformerConfiguration = {
    var configuration = tinyConfiguration
    configuration.vocabularySize = practiceTokenizer.vocabularySize
    configuration.contextLength = 32
    return configuration
  }()

  /// A core that has learned by imitation to write `answers`, each as likely as the others.
  private func core(writing answers: [(user: String, answer: Conversation.Turn)]) throws
    -> LanguageModel
  {
    let format = try ChatFormat(practiceTokenizer)
    let model = try Transformer(Self.configuration, in: ParameterScope(seed: 1))
    // An advantage of 1 for what somebody else wrote is imitation.
    let batch = ReinforcementBatch(
      answers.map { user, answer in
        let (tokens, isLearned) = format.render(answer)
        return (
          format.prompt(Conversation([.user(user)])), Array(tokens.dropFirst()),
          Array(isLearned.dropFirst()), tokens.map { _ in 1 }, 1 / Float(answers.count)
        )
      })
    var optimizer = AdamW(learningRate: 0.01)
    for _ in 0..<100 {
      let gradients = Gradients()
      batch.loss(model, .init()).loss.backward(into: gradients)
      try optimizer.update(model.parameters.trainable, along: gradients, rate: 1, gradientScale: 1)
    }
    return LanguageModel(model: model, tokenizer: practiceTokenizer)
  }

  /// One that says any two letters, the right ones in a third of all cases.
  private func echoCore() throws -> LanguageModel {
    try core(
      writing: Echo.letters.enumerated().flatMap { index, user in
        let right = Array(repeating: [user, Echo.letters[(index + 1) % 4]], count: 7)
        let any = Echo.letters.flatMap { first in Echo.letters.map { [first, $0] } }
        return (right + any).map { (user, Conversation.Turn.assistant($0.joined(separator: " "))) }
      })
  }

  private func plan(
    _ algorithm: Reinforcement.Algorithm = .grpo, _ credit: Reinforcement.Credit = .outcome,
    steps: Int, _ change: (inout Reinforcement.Plan) -> Void = { _ in }
  ) -> Reinforcement.Plan {
    var plan = Reinforcement.Plan(
      algorithm, credit, steps: steps, problems: 8, answers: 8, limit: 6, seed: 1,
      precision: .float32)
    plan.rate = 2e-3
    change(&plan)
    return plan
  }

  @Test(
    arguments: Reinforcement.Algorithm.allCases, [Reinforcement.Credit.outcome, .process])
  func practiceMakesRight(
    _ algorithm: Reinforcement.Algorithm, _ credit: Reinforcement.Credit
  ) throws {
    let folder = try TemporaryFolder()
    let core = try echoCore()
    let before = core.model.parameters.digest
    let plan = plan(algorithm, credit, steps: 60)
    let run = try Reinforcement(plan, core: core, task: Echo())
    var lines: [Reinforcement.StepReport] = []
    let isComplete = try run.run(
      checkpoint: folder / "run", heldOutProblems: 40, evaluationInterval: 25
    ) { lines.append($0) }
    #expect(isComplete && lines.map(\.step) == Array(1...60))
    func solved(_ lines: some Collection<Reinforcement.StepReport>) -> Double {
      lines.reduce(0) { $0 + ($1.solved ?? 0) } / Double(lines.count)
    }
    #expect(solved(lines.prefix(4)) < 0.3 && lines[0].length > 2)
    #expect(solved(lines.suffix(10)) > 0.55, "\(lines.map(\.solved))")
    let entropies = try lines.map { try #require($0.entropy) }
    #expect(entropies[0] > 0.5 && entropies[59] < entropies[0])
    #expect(lines[59].reward == lines[59].solved)
    #expect(lines.filter { $0.heldOutSolved != nil }.map(\.step) == [25, 50, 60])
    #expect(try run.heldOutSolved(40) == lines[59].heldOutSolved)
    #expect(lines.allSatisfy { $0.divergence == nil && $0.clipped == 0 && $0.stepReward != nil })
    #expect(core.model.parameters.digest == before, "the core that was given stays as it is")
  }

  @Test func imitationLearnsWorkedSolutionsAndNeedsSome() throws {
    let folder = try TemporaryFolder()
    let wrong = try core(
      writing: Echo.letters.flatMap { user in
        Echo.letters.flatMap { first in ["c", "d"].map { (user, .assistant("\(first) \($0)")) } }
      })
    let plan = plan(.grpo, .imitation, steps: 60) { $0.rate = 1e-2 }
    let run = try Reinforcement(plan, core: wrong, task: Echo())
    let before = try #require(try run.heldOutSolved(40))
    _ = try run.run(checkpoint: folder / "run") { _ in }
    let after = try #require(try run.heldOutSolved(40))
    #expect(after > before + 0.4, "\(before) \(after)")

    struct Unsolved: ReinforcementTask {
      var identity = "unsolved"
      func problem(_ index: Int, seed: UInt64) -> ReinforcementProblem {
        ReinforcementProblem(Conversation([.user("a")])) { _ in Reward(outcome: 0) }
      }
    }
    let hopeless = try Reinforcement(plan, core: wrong, task: Unsolved())
    #expect(throws: TrainingError.self) {
      try hopeless.run(checkpoint: folder / "other") { _ in }
    }
  }

  @Test func aStoppedRunEndsInTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let core = try echoCore()
    let plan = plan(.grpo, .process, steps: 6) {
      $0.updates = 2
      $0.objective.referenceWeight = 0.02
      $0.objective.entropyWeight = 0.01
    }
    func run(_ name: String, upTo end: Int = .max) throws -> Bool {
      var step = 0
      return try Reinforcement(plan, core: core, task: Echo()).run(
        checkpoint: folder / name,
        isInterrupted: {
          step += 1
          return step >= end
        }, report: { _ in })
    }
    #expect(try run("whole"))
    #expect(try !run("parts", upTo: 2))
    #expect(try !run("parts", upTo: 1))
    #expect(try run("parts"))
    #expect(try Data(contentsOf: folder / "whole") == Data(contentsOf: folder / "parts"))
    #expect(try run("whole", upTo: 1), "there is nothing left to do")
  }

  /// Ranks answer and learn as one process does; any number of them goes on from the checkpoint of any other.
  @Test func severalRanksPractiseAsOne() throws {
    let folder = try TemporaryFolder()
    let core = try echoCore()
    let plan = plan(.grpo, .process, steps: 4) {
      $0.updates = 2
      $0.objective.referenceWeight = 0.02
    }
    typealias Report = Reinforcement.StepReport
    func run(_ count: Int, _ name: String, upTo end: Int = .max) throws -> [Report] {
      let checkpoint = folder / name
      let lines = try ThreadRanks.run(count) { ranks in
        var lines: [Report] = []
        _ = try Reinforcement(plan, core: core, task: Echo(), ranks: ranks).run(
          checkpoint: checkpoint, heldOutProblems: 10, evaluationInterval: 2,
          isInterrupted: { ranks.rank == count - 1 && end < .max }, report: { lines.append($0) })
        return lines
      }
      #expect(lines.dropFirst().allSatisfy { $0.isEmpty })
      return lines[0]
    }
    let alone = try run(1, "alone")
    var others = [try run(2, "by two"), try run(3, "by three")]
    others.append(try run(3, "parts", upTo: 1) + run(1, "parts", upTo: 1) + run(2, "parts"))
    for other in others {
      #expect(other.map(\.step) == [1, 2, 3, 4])
      for (one, several) in zip(alone, other) {
        #expect(one.solved == several.solved && one.length == several.length)
        #expect(one.tokens == several.tokens && one.heldOutSolved == several.heldOutSolved)
        for measure in [\Report.entropy, \.divergence] {
          let (a, b) = (
            try #require(one[keyPath: measure]), try #require(several[keyPath: measure])
          )
          #expect(abs(a - b) < 1e-4)
        }
      }
    }
  }

  @Test func aCheckpointOfAnotherRunIsRefused() throws {
    let folder = try TemporaryFolder()
    let core = try echoCore()
    func run(_ plan: Reinforcement.Plan, _ core: LanguageModel, _ task: Echo = Echo()) throws {
      _ = try Reinforcement(plan, core: core, task: task)
        .run(checkpoint: folder / "run", isInterrupted: { true }, report: { _ in })
    }
    try run(plan(steps: 3), core)
    #expect(throws: TrainingError.self) { try run(plan(.reinforce, steps: 3), core) }
    #expect(throws: TrainingError.self) { try run(plan(steps: 3) { $0.seed = 2 }, core) }
    #expect(throws: TrainingError.self) { try run(plan(steps: 3), core, Echo(identity: "other")) }
    let other = try self.core(writing: [("a", .assistant("b"))])
    #expect(throws: TrainingError.self) { try run(plan(steps: 3), other) }
    try run(plan(steps: 3), core)
  }

  @Test func theReferenceHoldsTheModelBack() throws {
    let folder = try TemporaryFolder()
    let core = try echoCore()
    func divergence(_ weight: Double) throws -> Double {
      var last = 0.0
      let plan = plan(steps: 25) { $0.objective.referenceWeight = weight }
      _ = try Reinforcement(plan, core: core, task: Echo()).run(checkpoint: folder / "\(weight)") {
        last = $0.divergence ?? .nan
        if $0.step == 1 { #expect(last < 1e-6) }
      }
      return last
    }
    let (free, held) = (try divergence(1e-6), try divergence(1))
    #expect(held < 0.5 * free && free > 0.05)
  }

  @Test func moreUpdatesOnTheSameAnswersAreClipped() throws {
    let folder = try TemporaryFolder()
    let plan = plan(steps: 3) {
      $0.updates = 4
      $0.rate = 0.02
    }
    var clipped: [Double] = []
    _ = try Reinforcement(plan, core: echoCore(), task: Echo())
      .run(checkpoint: folder / "run") { clipped.append($0.clipped) }
    #expect(clipped.max()! > 0.02)
  }

  @Test func toolsAnswerWhatTheModelCalls() throws {
    struct Asking: ReinforcementTask {
      var identity = "asking"
      func problem(_ index: Int, seed: UInt64) -> ReinforcementProblem {
        ReinforcementProblem(Conversation([.user("a")])) { answer in
          let wanted: [Conversation.Part] = [.call("b"), .result("b was called"), .text("c")]
          return Reward(outcome: answer == wanted ? 1 : 0)
        }
      }
    }
    let folder = try TemporaryFolder()
    let answer = Conversation.Turn(.assistant, [.call("b"), .result("1"), .text("c")])
    let core = try core(writing: [("a", answer)])
    func solved(_ tool: (@Sendable (String) -> String)?) throws -> [Double] {
      var solved: [Double] = []
      try? FileManager.default.removeItem(at: folder / "run")
      let plan = plan(steps: 2) { $0.limit = 12 }
      _ = try Reinforcement(plan, core: core, task: Asking(), tool: tool)
        .run(checkpoint: folder / "run") { solved.append($0.solved ?? -1) }
      return solved
    }
    #expect(try solved { "\($0) was called" }.allSatisfy { $0 > 0.5 })
    #expect(try solved(nil) == [0, 0])
  }
}
