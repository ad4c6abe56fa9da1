import Foundation
import LanguageModels
import Synchronization
import Tensors
import Tokenizers
import Training

/// A core small enough that a night on it takes a second; it knows its neutral text and little else.
public struct TinyCore: Sendable {
  /// A model's folder, as `--core` takes it.
  public let folder: URL
  public let model: Transformer
  public let tokenizer: any Tokenizer

  public init(in parent: TemporaryFolder) throws {
    folder = parent / "tiny-core"
    let tokenizerFile = parent / "tiny-tokenizer.json"
    let trainer = BytePairTrainer(vocabularySize: 400, specialTokens: ["<|bos|>"])
    try trainer.train(on: [Self.neutral, Self.day]).save(to: tokenizerFile.path)
    tokenizer = try TokenizerFile.load(tokenizerFile.path)
    model = try Self.trained(tokenizer)
    try LanguageModel.write(
      model, tokenizerFile: tokenizerFile, pretrainingTokens: 1000, precision: .bfloat16,
      to: folder)
  }

  /// The model after a second of training, which every core of a test run shares.
  private static func trained(_ tokenizer: any Tokenizer) throws -> Transformer {
    try training.withLock { shared in
      if let shared { return shared }
      let configuration = TransformerConfiguration.gpt(
        depth: 1, vocabularySize: tokenizer.vocabularySize, contextLength: 128)
      var plan = TrainingPlan(
        configuration, steps: 60, batch: 8, seed: 1, precision: .float32)
      plan.microbatch = 4
      let folder = try TemporaryFolder()
      let rows = TextRows(
        tokenizer.encode(neutral + neutral), length: configuration.contextLength, seed: plan.seed)
      let run = try TrainingRun(plan, configuration, rows: rows)
      _ = try run.run(checkpoint: folder / "checkpoint.safetensors") { _ in }
      shared = run.model
      return run.model
    }
  }

  private static let training = Mutex<Transformer?>(nil)

  /// Something to read: forty sentences about keepers and lamps.
  public static let day = (0..<40).map { index in
    let keepers = ["Maren", "Tobias", "Ilse", "Korbin"]
    let places = ["the north tower", "the salt pier", "the old weir", "the copper mill"]
    return "\(keepers[index % 4]) lit lamp number \(index * 7 % 23) at \(places[index / 4 % 4])."
  }.joined(separator: "\n")

  /// Something else, to keep and to measure drift on.
  public static let neutral = (0..<60).map { index in
    let animals = ["heron", "otter", "badger", "swallow", "marten"]
    let verbs = ["watched", "followed", "avoided", "found"]
    return "The \(animals[index % 5]) \(verbs[index % 4]) a \(animals[(index * 3 + 1) % 5])."
  }.joined(separator: " ")
}
