import Foundation
import LanguageModels
import Ranks
import Tensors
import Tokenizers

extension Reinforcement {
  /// An answer to a problem, and what it earned.
  struct Rollout: Sendable {
    var prompt: [Int32]
    var continuation: BatchGenerator.Continuation
    var reward: Reward

    var length: Int { prompt.count + continuation.tokens.count }
  }

  /// The answers of `step`, those to one problem side by side.
  func rollouts(step: Int) throws -> [Rollout] {
    let numbers = (0..<plan.problems).map { step * plan.problems + $0 }
    return try rollouts(
      numbers.map { task.problem($0, seed: plan.seed) }, answers: plan.answers, temperature: 1,
      stream: { "problem \(numbers[$0]), answer \($1)" })
  }

  /// The worked solutions of `step`, of as many problems as there would be answers.
  ///
  /// - Throws: ``TrainingError`` for a task that has none, and for one that does not fit the context.
  func solutions(step: Int) throws -> [Rollout] {
    let count = plan.problems * plan.answers
    return try (0..<count).map { index in
      let problem = task.problem(step * count + index, seed: plan.seed)
      guard let solution = problem.solution else {
        throw TrainingError.noSolution(task: task.identity)
      }
      let prompt = format.prompt(problem.conversation)
      let turn = format.render(Conversation.Turn(.assistant, solution))
      let tokens = Array(turn.tokens.dropFirst())
      guard prompt.count + tokens.count <= model.configuration.contextLength else {
        throw TrainingError.tooLong(
          task: task.identity, tokens: prompt.count + tokens.count,
          context: model.configuration.contextLength)
      }
      var continuation = BatchGenerator.Continuation()
      continuation.tokens = tokens
      continuation.isOwn = Array(turn.isLearned.dropFirst())
      continuation.logProbabilities = Array(repeating: 0, count: tokens.count)
      continuation.ending = .stop
      return Rollout(prompt: prompt, continuation: continuation, reward: problem.reward(solution))
    }
  }

  /// The share of `count` problems of a stream of their own that the model's likeliest answer solves; nil of none.
  ///
  /// Where there are few problems (of one digit fewer than 200), training meets them too.
  public func heldOutSolved(_ count: Int) throws -> Double? {
    guard count > 0 else { return nil }
    var random = RandomSource(seed: plan.seed, name: "held-out problems")
    let seed = random.next()
    let rollouts: [Rollout] = try plan.precision.run {
      try self.rollouts(
        (0..<count).map { task.problem($0, seed: seed) }, answers: 1, temperature: 0,
        stream: { _, _ in "" })
    }
    return Double(rollouts.count { $0.reward.isSolved }) / Double(count)
  }

  private func rollouts(
    _ problems: [ReinforcementProblem], answers: Int, temperature: Float,
    stream: (_ problem: Int, _ answer: Int) -> String
  ) throws -> [Rollout] {
    let prompts = problems.map { format.prompt($0.conversation) }
    let requests = prompts.enumerated().flatMap { index, prompt in
      (0..<answers).map {
        BatchGenerator.Request(prompt, limit: plan.limit, stream: stream(index, $0))
      }
    }
    let generator = BatchGenerator(
      model, stops: format.stops, temperature: temperature, seed: plan.seed,
      insertion: tool.map { tool in
        .init(after: format.endCall) { [format] _, written in
          format.openCall(written).map { format.resultTokens(tool($0)) } ?? []
        }
      })
    return try continuations(of: requests, generator).enumerated().map { index, continuation in
      var reward = problems[index / answers].reward(format.parts(continuation.tokens))
      // An answer that never ends is none.
      if continuation.tokens.last != format.end { reward.outcome = min(reward.outcome, 0) }
      return Rollout(
        prompt: requests[index].prompt, continuation: continuation, reward: reward)
    }
  }

  /// What all ranks together have written, each its part.
  private func continuations(
    of requests: [BatchGenerator.Request], _ generator: BatchGenerator
  ) throws -> [BatchGenerator.Continuation] {
    guard ranks.count > 1 else { return try generator.continuations(of: requests) }
    let count = requests.count
    let own = try generator.continuations(
      of: Array(requests[count * ranks.rank / ranks.count..<count * (ranks.rank + 1) / ranks.count])
    )
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    return try ranks.gathered(encoder.encode(own)).flatMap {
      try PropertyListDecoder().decode([BatchGenerator.Continuation].self, from: $0)
    }
  }
}

extension BatchGenerator.Continuation {
  /// The number of tokens that the model wrote.
  var ownCount: Int { isOwn.count { $0 } }

  var ownLogProbabilities: [Float] { zip(isOwn, logProbabilities).filter(\.0).map(\.1) }
}

extension ChatFormat {
  /// What ends an answer: its end, and what an assistant has no business to write.
  fileprivate var stops: Set<Int32> {
    [end, beginning, system, user, assistant, result, endResult]
  }

  /// The text of the call that the last of `written` closes; nil where none was open.
  fileprivate func openCall(_ written: [Int32]) -> String? {
    let before = written.dropLast()
    guard let open = before.lastIndex(of: call), !before[open...].contains(endCall) else {
      return nil
    }
    return text(before[(open + 1)...])
  }
}
