import Foundation
import Individuals
import LanguageModels
import Tensors
import Tokenizers

extension Insight.Belief {
  /// Tokens that stand before the word.
  private static let context = 32
  /// What else was expected: so many, of so many first tokens, of so many tokens at most.
  private static let (guesses, firstTokens, longest) = (3, 12, 6)

  /// What `mind` expected in the place of the word in `bytes` of which most was learned; nil where there is no such word.
  static func mostLearned(
    in bytes: Range<Int>, of text: ReadText, by mind: Mind
  ) -> Insight.Belief? {
    func learned(_ word: DayText.Word) -> Float {
      word.tokens.reduce(0) { $0 + text.before[$1 - 1] - text.now[$1 - 1] }
    }
    let words = text.text.words.filter {
      bytes.contains($0.bytes.lowerBound) && $0.tokens.lowerBound > 0
        && Chatter.isTelling(text.text.text($0.bytes))
    }
    guard let word = words.max(by: { learned($0) < learned($1) }) else { return nil }
    let start = word.tokens.lowerBound
    let before = Array(text.text.tokens[max(0, start - context)..<start])
    let spelled = text.text.text(word.bytes)
    var guesses: [Guess] = []
    for (first, chance) in mostLikely(after: before, by: mind).prefix(firstTokens) {
      guard guesses.count < self.guesses else { break }
      let guess = finished(first, chance, after: before, by: mind)
      let isWord = guess.word.contains(where: \.isLetter)
      if isWord, guess.word != spelled, !guesses.contains(where: { $0.word == guess.word }) {
        guesses.append(guess)
      }
    }
    let nats = word.tokens.reduce(Float(0)) { $0 + text.before[$1 - 1] }
    return Insight.Belief(word: spelled, chance: Double(exp(-nats)), expected: guesses)
  }

  /// The next tokens and their chances, the likeliest first.
  private static func mostLikely(
    after tokens: [Int32], by mind: Mind
  ) -> [(token: Int32, chance: Float)] {
    let inputs = Array(tokens.suffix(mind.model.configuration.contextLength))
    let hidden = mind.model.hidden(Tensor(indices: inputs, shape: [1, inputs.count]))
    let last = hidden.sliced(axis: 1, inputs.count - 1..<inputs.count)
    return mind.model.logits(last).softmax().values.enumerated()
      .map { (Int32($0.offset), $0.element) }.sorted { $0.1 > $1.1 }
  }

  /// The word that begins with `token`, as it most likely goes on.
  private static func finished(
    _ token: Int32, _ chance: Float, after tokens: [Int32], by mind: Mind
  ) -> Guess {
    var (word, chance) = ([token], chance)
    while word.count < longest, let next = mostLikely(after: tokens + word, by: mind).first {
      let text = mind.tokenizer.decode(word + [next.token])
      // The next token belongs to the word as long as no new one begins.
      guard text.trimmingCharacters(in: .whitespaces).allSatisfy(\.isLetter) else { break }
      word.append(next.token)
      chance *= next.chance
    }
    let text = mind.tokenizer.decode(word).trimmingCharacters(in: .whitespacesAndNewlines)
    return Guess(word: text, chance: Double(chance))
  }
}
