import Foundation
import LanguageModels
import Tensors
import Tokenizers

/// Concepts that a night is not to learn, and those that it is to learn more of.
public struct ConceptGate: Sendable, Codable, Equatable {
  /// The folder of the lens that the features belong to.
  public var lens: String
  public var suppressed, amplified: [Int]
  /// What the gradient of what lights an amplified feature is multiplied by.
  public var gain: Float

  public init(lens: String, suppressed: [Int], amplified: [Int] = [], gain: Float = 3) {
    self.lens = lens
    self.suppressed = suppressed
    self.amplified = amplified
    self.gain = gain
  }
}

/// How much every token of a text counts when some concepts are not to be learned and others are to be learned more.
///
/// The gradient of a text is a sum over its tokens. What comes from sentences that light a suppressed feature is left out of it, what
/// comes from those that light an amplified one is multiplied.
public struct ConceptWeights: Sendable {
  private let gate: ConceptGate
  private let lens: Lens
  private let core: Transformer
  private let tokenizer: any Tokenizer

  /// - Throws: ``LensError``.
  public init(
    _ gate: ConceptGate, _ core: Transformer, _ tokenizer: any Tokenizer
  ) throws {
    let lens = try Lens.open(URL(fileURLWithPath: gate.lens))
    try lens.verify(core, path: gate.lens)
    for feature in gate.suppressed + gate.amplified where !lens.features.indices.contains(feature) {
      throw LensError.noSuchFeature(feature, of: lens.features.count)
    }
    self.init(gate, lens, core, tokenizer)
  }

  init(_ gate: ConceptGate, _ lens: Lens, _ core: Transformer, _ tokenizer: any Tokenizer) {
    self.gate = gate
    self.lens = lens
    self.core = core
    self.tokenizer = tokenizer
  }

  /// What the loss of every token of `tokens` is multiplied by; where the text `isWhole` it counts as one sentence.
  public func factors(_ tokens: [Int32], isWhole: Bool) -> [Float] {
    let codes = lens.codes(of: tokens, in: core)
    let (suppressed, amplified) = (Set(gate.suppressed), Set(gate.amplified))
    var factors: [Float] = []
    factors.reserveCapacity(tokens.count)
    for sentence in isWhole ? [0..<tokens.count] : sentences(of: tokens) {
      let lit = lens.features(litIn: sentence, of: codes)
      let factor: Float =
        !lit.isDisjoint(with: suppressed) ? 0 : lit.isDisjoint(with: amplified) ? 1 : gate.gain
      factors += Array(repeating: factor, count: sentence.count)
    }
    return factors
  }

  /// Up to each token that ends in a full stop, a question mark, an exclamation mark or a line break, or is a special one.
  private func sentences(of tokens: [Int32]) -> [Range<Int>] {
    var sentences: [Range<Int>] = []
    var start = 0
    for (place, token) in tokens.enumerated() {
      let last = tokenizer.bytes(for: token).last
      if last == nil || [0x2e, 0x3f, 0x21, 0x0a].contains(last!) || place == tokens.count - 1 {
        sentences.append(start..<place + 1)
        start = place + 1
      }
    }
    return sentences
  }
}
