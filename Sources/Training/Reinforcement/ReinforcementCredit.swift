import Tokenizers

/// How rewards become advantages: by how much each choice did better than its like.
public enum ReinforcementCredit {
  /// Each reward less the mean of all; 0 for rewards that are all equal.
  ///
  /// They are not divided by their deviation as in GRPO (2402.03300): that would weigh problems that are almost
  /// always or almost never solved more than others (2503.20783).
  public static func advantages(_ rewards: [Double]) -> [Double] {
    guard let first = rewards.first, rewards.contains(where: { $0 != first }) else {
      return rewards.map { _ in 0 }
    }
    let mean = rewards.reduce(0, +) / Double(rewards.count)
    return rewards.map { $0 - mean }
  }

  /// The same for steps: the j-th step of each answer is compared with the j-th steps of the others.
  public static func advantages(steps rewards: [[Double]]) -> [[Double]] {
    var all = rewards.map { _ in [Double]() }
    for step in 0..<(rewards.map(\.count).max() ?? 0) {
      let writers = rewards.indices.filter { step < rewards[$0].count }
      let found = advantages(writers.map { rewards[$0][step] })
      for (writer, advantage) in zip(writers, found) { all[writer].append(advantage) }
    }
    return all
  }

  /// The advantage of every token of a group's answers.
  ///
  /// By outcome, every token of an answer has the answer's. By process, a token has the advantage of the
  /// written step that it belongs to, and after the last step that of the outcome: a slip in one column
  /// is not held against the columns before it. DeepSeekMath (2402.03300, 4.1.3) adds up the steps
  /// from a token on instead.
  static func ofTokens(
    _ answers: [(tokens: [Int32], reward: Reward)], _ plan: Reinforcement.Plan, _ format: ChatFormat
  ) -> [[Float]] {
    let outcomes = advantages(answers.map(\.reward.outcome))
    guard plan.credit == .process else {
      return zip(answers, outcomes).map { answer, outcome in
        Array(repeating: Float(outcome), count: answer.tokens.count)
      }
    }
    let steps = advantages(steps: answers.map { $0.reward.steps.map(\.reward) })
    return answers.indices.map { index in
      answers[index].reward.stepIndices(of: answers[index].tokens, format).map {
        Float($0.map { steps[index][$0] } ?? outcomes[index])
      }
    }
  }
}
