import Foundation
import LanguageModels
import Tokenizers

/// An individual awake: its core with the memory of its nights attached.
public struct Mind: Sendable {
  public static let memoryFileName = "memory.safetensors"

  public let model: Transformer
  public let tokenizer: any Tokenizer
  /// The tokens that the core was pretrained on, where that is known.
  public let pretrainingTokens: Int?
  /// The nights that made it, first to last; of those that a season stands for it needs no memory.
  public let nights: [NightRecord]

  /// Loads the individual's core and attaches the memories of its lineage, up to night `last` when given.
  ///
  /// Those of the nights in `left` are left out.
  ///
  /// Every call loads afresh: minds are independent of each other.
  ///
  /// Whether the core is still the one of the individual is asked of ``CoreReference/verify()``.
  ///
  /// - Throws: what reading a core or a night throws.
  public static func wake(
    _ individual: Individual, upTo last: Int?? = nil, without left: [Int] = []
  ) throws -> Mind {
    let core = try LanguageModel.open(individual.core.url)
    let nights = try individual.lineage(of: last ?? individual.currentNight)
    for night in nights.standing where !left.contains(night.number) {
      try NightMemory.attach(individual.memoryFile(of: night), to: core.model)
    }
    return Mind(
      model: core.model, tokenizer: core.tokenizer, pretrainingTokens: core.pretrainingTokens,
      nights: nights)
  }
}
