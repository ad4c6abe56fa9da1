import Foundation
import LanguageModels
import Optimizers
import Tensors
import Training

/// A model that a step takes a millisecond to train.
let tinyConfiguration: TransformerConfiguration = {
  var configuration = TransformerConfiguration.gpt(
    depth: 1, vocabularySize: 17, contextLength: 16)
  configuration.width = 32
  configuration.headCount = 2
  configuration.keyHeadCount = 2
  configuration.hiddenWidth = 64
  return configuration
}()

/// A text of a few motifs in random order: learnable, but not by heart at once.
let tinyText: [Int32] = {
  let motifs: [[Int32]] = [[1, 2, 3, 4], [5, 6, 7, 8, 9], [1, 10, 11], [12, 13, 14, 15, 16, 0]]
  var random = RandomSource(seed: 1, name: "text")
  return (0..<150).flatMap { _ in motifs[random.integer(in: 0..<motifs.count)] }
}()

func tinyPlan(
  steps: Int, seed: UInt64 = 1, precision: Precision = .float32,
  _ change: (inout TrainingPlan) -> Void = { _ in }
) -> TrainingPlan {
  var plan = TrainingPlan(
    tinyConfiguration, steps: steps, batch: 6, seed: seed, precision: precision)
  plan.embeddingRate = 0.05
  plan.headRate = 0.02
  change(&plan)
  return plan
}

func tinyRun(
  _ plan: TrainingPlan, _ configuration: TransformerConfiguration = tinyConfiguration,
  tokens: [Int32]
) throws -> TrainingRun {
  let rows = TextRows(tokens, length: configuration.contextLength, seed: plan.seed)
  return try TrainingRun(plan, configuration, rows: rows)
}
