import Foundation
import LanguageModels
import Layers
import Optimizers
import Ranks
import Tensors

/// What a training run is asked to do, apart from what it reads.
public struct TrainingPlan: Sendable, Codable, Equatable {
  public var steps: Int
  /// Rows per step.
  public var batch: Int
  /// Rows that a worker carries at once.
  public var microbatch = 4
  public var schedule: Schedule
  public var seed: UInt64
  public var precision: Precision
  /// After how many steps each level of the feed-forward blocks changes; nil where all change with every step.
  public var levelPeriods: [Int]?
  /// In how many steps, the first ones, attention sees everything and indexers learn from it; nil where there are none.
  public var denseSteps: Int?
  /// The type in which processes that train together exchange gradients; nil for float32.
  public var exchange: Precision?
  /// Learning rates of the matrices (Muon), the embedding and the head (AdamW).
  public var matrixRate, embeddingRate, headRate: Float

  /// nanochat's rates, scaled with width as there; they were tuned at width 768 and half a million tokens a step.
  ///
  /// Steps of a few thousand tokens want a fraction of them: see ``scaleRates(by:)``.
  public init(
    _ configuration: TransformerConfiguration, steps: Int, batch: Int, seed: UInt64,
    precision: Precision = .fastest
  ) {
    let scale = (Float(configuration.width) / 768).squareRoot()
    self.steps = steps
    self.batch = batch
    schedule = Schedule(warmupSteps: min(20, steps / 10), decayShare: 0.5, floor: 0)
    self.seed = seed
    self.precision = precision
    levelPeriods = configuration.continuum?.periods
    denseSteps = configuration.indexer.map { _ in steps / 3 }
    matrixRate = 0.02
    embeddingRate = 0.2 / scale
    headRate = 0.004 / scale
  }

  /// Multiplies all rates.
  public mutating func scaleRates(by factor: Float) {
    matrixRate *= factor
    embeddingRate *= factor
    headRate *= factor
  }

  /// ``optimizer``, its state divided among `ranks` where there are several.
  public func optimizer(among ranks: any RankGroup) -> any Optimizer {
    guard ranks.count > 1 else { return optimizer }
    return ShardedOptimizer(optimizer, among: ranks, precision: exchange ?? .float32)
  }

  /// Muon for the matrices inside the blocks, AdamW for the rest (nanochat's division).
  public var optimizer: OptimizerGroups {
    func adamW(_ rate: Float) -> AdamW {
      AdamW(learningRate: rate, beta1: 0.8, beta2: 0.95, epsilon: 1e-10)
    }
    let slowLevels = (levelPeriods ?? []).enumerated().filter { $0.element > 1 }.map {
      level, period in
      OptimizerGroups.Group(
        "level \(level)", PeriodicOptimizer(Muon(learningRate: matrixRate), period: period)
      ) { $0.shape.rank == 2 && ContinuumMemory.level(ofPath: $0.path) == level }
    }
    return OptimizerGroups(
      slowLevels + [
        .init("matrices", Muon(learningRate: matrixRate)) {
          $0.path.hasPrefix("blocks.") && !$0.path.contains(".gates.")
            && ($0.shape.rank == 2 || NeuralMemory.Beginning.holds($0))
        },
        .init("embedding", adamW(embeddingRate)) { $0.path.hasPrefix("embedding.") },
        .init("rest", adamW(headRate)),
      ])
  }
}
