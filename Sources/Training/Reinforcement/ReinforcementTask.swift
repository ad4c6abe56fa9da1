import Tokenizers

/// Problems whose answers a rule can judge: what a model practises on.
public protocol ReinforcementTask: Sendable {
  /// The task's name and settings: a run is not continued on another task.
  var identity: String { get }

  /// Problem number `index` of the stream of `seed`; the same numbers give the same problem.
  func problem(_ index: Int, seed: UInt64) -> ReinforcementProblem
}

/// A conversation in which it is the assistant's turn, and the judge of what it says.
public struct ReinforcementProblem: Sendable {
  public var conversation: Conversation
  /// The reward of an answer, which may be anything: cut short, malformed, empty.
  public var reward: @Sendable (_ answer: [Conversation.Part]) -> Reward

  /// An answer that solves it, where one is known.
  public var solution: [Conversation.Part]?

  public init(
    _ conversation: Conversation, solution: [Conversation.Part]? = nil,
    reward: @escaping @Sendable ([Conversation.Part]) -> Reward
  ) {
    self.conversation = conversation
    self.solution = solution
    self.reward = reward
  }
}

/// What an answer has earned.
public struct Reward: Sendable, Equatable {
  /// A written step of an answer.
  public struct Step: Sendable, Equatable {
    /// Where the step ends: bytes of UTF-8 from the start of the answer, the texts of its parts joined.
    public var end: Int
    public var reward: Double

    public init(end: Int, reward: Double) {
      self.end = end
      self.reward = reward
    }
  }

  /// Usually 1 for a solved problem and 0 for one that is not.
  public var outcome: Double
  /// The written steps in order; what follows the last is the answer proper, which the outcome judges.
  public var steps: [Step]

  public init(outcome: Double, steps: [Step] = []) {
    self.outcome = outcome
    self.steps = steps
  }

  public var isSolved: Bool { outcome >= 1 }

  /// For every token of an answer the index of the step that it belongs to; nil after the last step.
  ///
  /// A token belongs to the step in which it begins.
  public func stepIndices(of tokens: [Int32], _ format: ChatFormat) -> [Int?] {
    let special = Set(format.tokenizer.specialTokens.values)
    var offset = 0
    var step = 0
    // The space that opens a part is no text; see ChatFormat.
    var opensPart = true
    return tokens.map { token in
      while step < steps.count, steps[step].end <= offset { step += 1 }
      if special.contains(token) {
        opensPart = true
      } else {
        let bytes = format.tokenizer.bytes(for: token)
        offset += bytes.count - (opensPart && bytes.first == UInt8(ascii: " ") ? 1 : 0)
        opensPart = opensPart && bytes.isEmpty
      }
      return step < steps.count ? step : nil
    }
  }
}
