import Foundation
import LanguageModels
import Layers
import Tensors
import Tokenizers

/// A core small enough that a night on it takes a second; it knows nothing.
public struct TinyCore: Sendable {
  /// A model's folder, as `--core` takes it.
  public let folder: URL
  public let model: Transformer
  public let tokenizer: any Tokenizer

  public init(in parent: TemporaryFolder, seed: UInt64 = 1) throws {
    folder = parent / "tiny-core"
    let tokenizerFile = parent / "tiny-tokenizer.json"
    let trainer = BytePairTrainer(vocabularySize: 400, specialTokens: ["<|bos|>"])
    try trainer.train(on: [Self.neutral, Self.day]).save(to: tokenizerFile.path)
    tokenizer = try TokenizerFile.load(tokenizerFile.path)
    model = try Transformer(
      .gpt(depth: 1, vocabularySize: tokenizer.vocabularySize, contextLength: 128),
      in: ParameterScope(seed: seed))
    try LanguageModel.write(
      model, tokenizerFile: tokenizerFile, pretrainingTokens: 1000, precision: .bfloat16,
      to: folder)
  }

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
