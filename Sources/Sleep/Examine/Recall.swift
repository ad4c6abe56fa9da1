import Foundation
import Individuals
import LanguageModels
import Tensors
import Training

/// How much of a text a mind holds, measured with an empty context.
public enum Recall {
  /// Tokens per window when bits per byte are measured; each window starts empty.
  public static let window = 256
  /// Tokens that stand before an asked word.
  static let clozeContext = 32
  /// The share of a day's words, the most surprising ones, that are asked.
  static let clozeShare = 0.1

  /// The losses in nats of every token but the first.
  public static func losses(_ model: Transformer, _ text: DayText) throws -> [Float] {
    try BitsPerByte.losses(model, text.tokens, window: window)
  }

  /// The words that surprised a reader most, in reading order: a tenth of those with a full context before.
  ///
  /// Those that do not fit a context of `contextLength` behind it are not asked for.
  public static func surprisingWords(
    _ text: DayText, losses: [Float], contextLength: Int = .max
  ) -> [DayText.Word] {
    let candidates = text.words.filter {
      $0.tokens.lowerBound >= clozeContext && $0.tokens.count - 1 <= contextLength - clozeContext
    }
    guard !candidates.isEmpty else { return [] }
    let surprises = candidates.map { word in
      word.tokens.reduce(Float(0)) { $0 + losses[$1 - 1] }
    }
    let count = max(Int((Double(candidates.count) * clozeShare).rounded()), 1)
    // Of two equally surprising words the earlier comes first, so that the choice is settled.
    let bySurprise = candidates.indices.sorted {
      surprises[$0] != surprises[$1] ? surprises[$0] > surprises[$1] : $0 < $1
    }
    return bySurprise.prefix(count).sorted().map { candidates[$0] }
  }

  /// Which of `words` the model writes itself, given only the 32 tokens before: every token its first choice.
  public static func cloze(
    _ model: Transformer, _ text: DayText, _ words: [DayText.Word]
  ) throws -> [Bool] {
    try WorkerPool.shared.map(words.count) { index in
      let word = words[index].tokens
      let inputs = text.tokens[word.lowerBound - clozeContext..<word.upperBound - 1]
      let hidden = model.hidden(Tensor(indices: Array(inputs), shape: [1, inputs.count]))
      let answers = hidden.sliced(axis: 1, clozeContext - 1..<inputs.count)
      return zip(model.logits(answers).argmax(), text.tokens[word]).allSatisfy { $0 == Int($1) }
    }
  }

  /// Which of `words` the model writes itself with the whole passage in its context.
  public static func clozeInContext(
    _ model: Transformer, _ text: DayText, _ words: [DayText.Word]
  ) throws -> [Bool] {
    guard !words.isEmpty else { return [] }
    let guesses = try Teacher.guessesInContext(model, text.tokens)
    return words.map { word in word.tokens.allSatisfy { guesses[$0 - 1] == text.tokens[$0] } }
  }
}

/// What a night has to show for one day.
public struct DayRecall: Sendable, Codable {
  public var night: Int
  public var titles: [String]
  public var tokens: Int
  public var bytes: Int
  /// Bits per byte with an empty context, as the individual went to sleep and now.
  public var bitsPerByteBefore, bitsPerByteNow: Double
  /// The same before the last night, where the day was known by then.
  public var bitsPerByteLastNight: Double?
  /// Bits per byte with the text in the context, before the night.
  public var bitsPerByteCeiling: Double
  public var askedWords: Int
  /// The share of the asked words that are written without the text.
  public var clozeBefore, clozeNow: Double
  /// The share of the asked words that are written with the text in the context.
  public var clozeCeiling: Double
  /// (NLL before - NLL now) / ln 2 / tokens.
  public var bitsPerToken: Double
  /// What is answered of the questions that the night set aside; nil where it set none aside.
  public var questions: QuestionRecall?
}

/// An individual's recall of all its days, and what it cost.
public struct RecallReport: Sendable, Codable {
  public var individual: String
  public var currentNight: Int?
  public var days: [DayRecall]
  /// Bits per byte of held-out neutral text: of the core alone, and of the individual now.
  public var neutralBitsPerByteCore, neutralBitsPerByteNow: Double
  /// The relative change of the two; positive is worse.
  public var drift: Double
  /// What is declined of the questions without an answer that nights set aside; nil where there are none.
  public var abstention: AbstentionRecall?
  /// Bytes of working memory that a token of context occupies.
  public var cacheBytesPerToken: Int
  /// Bytes of memory that all nights together occupy.
  public var memoryBytes: Int
  /// 16 bits a parameter over the tokens of pretraining: what weights hold of a token read then.
  public var bitsPerPretrainingToken: Double?
}

extension RecallReport {
  static let fileName = "exam.json"

  /// The report of a night's exam; nil where the file is not there or of another form.
  public static func read(ofNight number: Int, _ individual: Individual) throws -> RecallReport? {
    let file = individual.folder(ofNight: number).appendingPathComponent(fileName)
    return (try? Data(contentsOf: file)).flatMap {
      try? JSONDecoder().decode(RecallReport.self, from: $0)
    }
  }
}
