import Foundation
import LanguageModels
import Tensors
import Tokenizers

/// What a model makes of a passage.
public struct RefinementScore: Sendable, Codable, Equatable {
  /// Bits per byte with nothing before the passage.
  public var bitsPerByte: Float
  /// Bits per byte after the text that stands before it.
  public var bitsPerByteInContext: Float
  /// The share of the loss in context that falls on numbers, and on names: capitals inside a sentence.
  public var namesAndNumbers: Float

  public init(bitsPerByte: Float, bitsPerByteInContext: Float, namesAndNumbers: Float) {
    self.bitsPerByte = bitsPerByte
    self.bitsPerByteInContext = bitsPerByteInContext
    self.namesAndNumbers = namesAndNumbers
  }

  /// What is left of the loss whether the model knows what stood before or not.
  public var leastBits: Float { min(bitsPerByte, bitsPerByteInContext) }
}

/// Reads passages with a model.
public struct RefinementScorer: Sendable {
  private let model: Transformer
  private let tokenizer: any Tokenizer
  /// Tokens predicted at once, and tokens of context before a passage.
  private let pieceLength, contextLength: Int

  /// The model is frozen.
  public init(_ core: LanguageModel) {
    model = core.model
    model.parameters.setTrainable { _ in false }
    tokenizer = core.tokenizer
    pieceLength = max(model.configuration.contextLength / 2, 1)
    contextLength = max(model.configuration.contextLength / 4, 1)
  }

  /// The score of each of the `passages`, which stand one after another behind the text `before`.
  ///
  /// Those at `skipped` are read as context alone and have no score.
  public func scores(
    of passages: [String], after before: String, skipping skipped: Set<Int> = []
  ) throws -> [RefinementScore?] {
    let tokens = ([before] + passages).map { tokenizer.encode($0) }
    return try WorkerPool.shared.map(passages.count) { index in
      guard !skipped.contains(index) else { return nil }
      var context: [Int32] = []
      for earlier in tokens[...index].reversed() where context.count < contextLength {
        context = earlier.suffix(contextLength - context.count) + context
      }
      let own = tokens[index + 1]
      return score(
        passages[index], own, alone: losses(own, after: []),
        inContext: losses(own, after: context))
    }
  }

  private func score(
    _ passage: String, _ tokens: [Int32], alone: [Float], inContext: [Float]
  ) -> RefinementScore {
    let bytes = Array(passage.utf8)
    let isRare = Self.namesAndNumbers(in: bytes)
    var rare: Float = 0
    var all: Float = 0
    var offset = tokenizer.addsDummyPrefix ? -1 : 0
    for (token, loss) in zip(tokens, inContext) {
      let end = offset + tokenizer.bytes(for: token).count
      // A token belongs to the word that it begins or goes on with.
      let span = max(offset, 0)..<max(min(end, bytes.count), max(offset, 0))
      if let place = span.first(where: { bytes[$0] > 0x20 }), isRare[place] { rare += loss }
      all += loss
      offset = end
    }
    let bits = Float(1 / (log(2) * Double(max(bytes.count, 1))))
    return RefinementScore(
      bitsPerByte: alone.reduce(0, +) * bits, bitsPerByteInContext: all * bits,
      namesAndNumbers: all > 0 ? rare / all : 0)
  }

  /// The loss in nats of every token behind `context`, or behind a text's beginning; 0 where nothing is.
  private func losses(_ tokens: [Int32], after context: [Int32]) -> [Float] {
    let context = context.isEmpty ? tokenizer.beginningOfText.map { [$0] } ?? [] : context
    var losses: [Float] = []
    for start in stride(from: 0, to: tokens.count, by: pieceLength) {
      let piece = tokens[start..<min(start + pieceLength, tokens.count)]
      let before = Array((context + tokens[..<start]).suffix(contextLength))
      let inputs = before + piece.dropLast()
      let labels = before.isEmpty ? piece.dropFirst() : piece
      if before.isEmpty { losses.append(0) }
      guard !labels.isEmpty else { continue }
      let hidden = model.hidden(Tensor(indices: inputs, shape: [1, inputs.count]))
        .sliced(axis: 1, inputs.count - labels.count..<inputs.count)
      losses += model.losses(hidden, SparseTargets(labels: Array(labels))).values
    }
    return losses
  }

  /// For every byte whether its word holds a digit, or begins with a capital inside a sentence.
  package static func namesAndNumbers(in bytes: [UInt8]) -> [Bool] {
    var isRare = [Bool](repeating: false, count: bytes.count)
    var beginsSentence = true
    var start = 0
    while start < bytes.count {
      guard bytes[start] > 0x20 else {
        start += 1
        continue
      }
      let end = bytes[start...].firstIndex { $0 <= 0x20 } ?? bytes.count
      let word = bytes[start..<end]
      let letters = word.drop { !isLetter($0) && !isDigit($0) }
      let hasCapital = letters.first.map { $0 >= 0x41 && $0 <= 0x5a } ?? false
      // "I" and single initials are no names.
      let isName = hasCapital && !beginsSentence && letters.prefix(2).allSatisfy(isLetter)
      let isOneLetter = letters.prefix { isLetter($0) }.count < 2
      if word.contains(where: isDigit) || (isName && !isOneLetter) {
        isRare.replaceSubrange(start..<end, with: repeatElement(true, count: end - start))
      }
      let last = word.last { $0 != 0x22 && $0 != 0x27 && $0 != 0x29 } ?? 0x2e
      beginsSentence = [0x2e, 0x21, 0x3f, 0x3a].contains(last)
      start = end
    }
    return isRare
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
  private static func isLetter(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a)
  }
}
