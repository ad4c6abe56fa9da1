/// The steps from tokens to text that a `tokenizer.json` lists.
///
/// Until a step joins them, tokens are rewritten one by one; after it, the text as a whole is. Such
/// a step holds back what later tokens may still change.
struct DecoderChain: Sendable {
  private let steps: [Step]

  /// One step, and whether the tokens have been joined before it.
  struct Step: Sendable {
    var kind: DecodingStep
    var isJoined: Bool
  }

  /// - Parameter steps: none means that spaces stand between the tokens.
  init(_ steps: [DecodingStep]?) {
    var isJoined = false
    self.steps = (steps ?? [.spaces]).map { kind in
      defer { isJoined = isJoined || kind.joinsTokens }
      return Step(kind: kind, isJoined: isJoined)
    }
  }

  func decoder(continuingText: Bool) -> State {
    State(
      steps: steps.map { StepState($0.kind, isJoined: $0.isJoined, isAtStart: !continuingText) })
  }

  /// What a token stands for in the middle of a text.
  func bytes(of token: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var state = decoder(continuingText: true)
    state.append(token, to: &bytes)
    // Another token behind it makes a space of the end of a word.
    let endsWords = steps.contains { if case .endOfWord = $0.kind { true } else { false } }
    if endsWords { state.append([], to: &bytes) }
    state.finish(to: &bytes)
    return bytes
  }

  /// The steps on their way through a text.
  struct State: Sendable {
    fileprivate var steps: [StepState]

    mutating func append(_ token: [UInt8], to text: inout [UInt8]) {
      push(token, from: 0, to: &text)
    }

    mutating func finish(to text: inout [UInt8]) {
      for index in steps.indices {
        if let held = steps[index].finish() { push(held, from: index + 1, to: &text) }
      }
    }

    private mutating func push(_ token: [UInt8], from first: Int, to text: inout [UInt8]) {
      var token = token
      for index in first..<max(first, steps.count) {
        guard let rewritten = steps[index].append(token) else { return }
        token = rewritten
      }
      text.append(contentsOf: token)
    }
  }
}

extension DecoderChain {
  /// Whether the first space of a text is left out.
  var dropsLeadingSpace: Bool {
    var state = decoder(continuingText: false)
    var text: [UInt8] = []
    state.append(Escape.character + [UInt8(ascii: "a")], to: &text)
    state.finish(to: &text)
    return text == [UInt8(ascii: "a")]
  }
}
