import LanguageModels
import Tensors
import Tokenizers
import Tools

/// Bytes, a few merges, and the tokens of conversations.
let chatFormat: ChatFormat = {
  let text = String(
    repeating: "calculator 512 + 349 lookup note the answer is that I do not know it. ", count: 4)
  do {
    return try ChatFormat(
      try BytePairTrainer(vocabularySize: 330, specialTokens: ChatFormat.specialTokens)
        .train(on: [text]))
  } catch { fatalError("\(error)") }
}()

/// Writes the tokens that it was given, whatever it has read.
final class ScriptedPredictor: ChatPredictor {
  private(set) var context: [Int32] = []
  let capacity: Int
  var script: [Int32]
  /// Whether it passes over tokens that are masked, as a sampler does.
  let obeys: Bool
  /// Tokens of the script that were masked when their turn came.
  private(set) var refused: [Int32] = []

  init(capacity: Int = 2048, obeys: Bool = true, _ script: [Int32] = []) {
    self.capacity = capacity
    self.obeys = obeys
    self.script = script
  }

  func read(_ tokens: [Int32]) {
    context += tokens
    precondition(context.count <= capacity, "\(context.count) tokens for \(capacity)")
  }

  func rewind(to count: Int) { context.removeLast(max(context.count - count, 0)) }

  func next(masked: [Int32]) -> Int32 {
    while !script.isEmpty {
      let token = script.removeFirst()
      guard masked.contains(token) else { return token }
      refused.append(token)
      if !obeys { return token }
    }
    let ends = [chatFormat.end, chatFormat.endCall, 65]
    return ends.first { !masked.contains($0) } ?? 65
  }
}

/// Says what it was given, and counts.
final class Parrot: Tool {
  let name = "parrot"
  nonisolated(unsafe) private(set) var heard: [String] = []

  func run(_ argument: String) -> String {
    heard.append(argument)
    return argument
  }
}

/// What a turn may look like in tokens, checked token by token.
struct ConversationGrammar {
  private let format = chatFormat

  /// Why `tokens` are not `<|bos|>` and whole turns, with a result after every call; nil when they are.
  func problem(in tokens: [Int32]) -> String? {
    guard tokens.first == format.beginning else { return "no beginning" }
    var speaker: Int32?
    var place: Int32 = format.end
    for (index, token) in tokens.enumerated().dropFirst() {
      let expected: Bool
      switch token {
      case format.system: expected = place == format.end && index == 1
      case format.user: expected = place == format.end && speaker != format.user
      case format.assistant: expected = place == format.end && speaker == format.user
      case format.call: expected = place == format.assistant && speaker == format.assistant
      case format.endCall: expected = place == format.call && tokens[index - 1] != format.call
      case format.result: expected = place == format.endCall
      case format.endResult: expected = place == format.result
      case format.end: expected = place == speaker
      case format.beginning: expected = false
      default: expected = [speaker, format.call, format.result].contains(place)
      }
      guard expected else { return "token \(token) at \(index)" }
      switch token {
      case format.system, format.user, format.assistant: (speaker, place) = (token, token)
      case format.endResult: place = format.assistant
      case format.call, format.endCall, format.result, format.end: place = token
      default: break
      }
    }
    return place == format.end ? nil : "the last turn is open"
  }
}
