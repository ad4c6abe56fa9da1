/// A way to learn one task after another.
public enum TaskLearner: String, Sendable, Codable, CaseIterable {
  /// All levels at every step, at ``TaskPace/rate``.
  case adam
  /// The same at ``TaskPace/continuumRate``.
  case adamAtContinuumRate = "adam-at-continuum-rate"
  /// The continuum memory system (2512.24695): a level moves once in its period, along the sum of its gradients, at the
  /// continuum's rate.
  case continuum
  /// Every level at every step, at the continuum's rate divided by the level's period: as far as it could move in the
  /// continuum.
  case matchedRates = "matched-rates"
  /// Periods, and rates divided by them.
  case slowContinuum = "slow-continuum"
  /// Elastic weight consolidation (1612.00796).
  case elastic
  /// As many examples of earlier tasks in every step, from the hundredth or the twentieth part of them, or from all: what
  /// would be kept if everything could be kept.
  case replay1 = "replay-1"
  case replay5 = "replay-5"
  case replayAll = "replay-all"

  public var title: String {
    switch self {
    case .adam: "Adam"
    case .adamAtContinuumRate: "Adam at the continuum's rate"
    case .continuum: "continuum"
    case .matchedRates: "no periods, but rates divided by them"
    case .slowContinuum: "periods, and rates divided by them"
    case .elastic: "elastic weight consolidation"
    case .replay1: "replay of 1%"
    case .replay5: "replay of 5%"
    case .replayAll: "replay of everything"
    }
  }

  var hasPeriods: Bool { self == .continuum || self == .slowContinuum }

  /// Adam's rate at a level of `period` steps.
  func rate(_ pace: TaskPace, period: Int) -> Float {
    switch self {
    case .adam, .elastic, .replay1, .replay5, .replayAll: pace.rate
    case .adamAtContinuumRate, .continuum: pace.continuumRate
    case .matchedRates, .slowContinuum: pace.continuumRate / Float(period)
    }
  }

  /// Of a task's examples, how many are kept for later.
  var replayedShare: Double {
    switch self {
    case .replay1: 0.01
    case .replay5: 0.05
    case .replayAll: 1
    default: 0
    }
  }
}

/// How fast tasks are learned.
public struct TaskPace: Sendable, Codable, Equatable {
  /// How often a task's examples are gone through, and how many make a step.
  public var epochs, batch: Int
  /// Adam's, and that of the continuum and of what is held against it.
  public var rate, continuumRate: Float
  /// After how many steps each level moves.
  public var periods: [Int]
  /// How much the elastic penalty weighs.
  public var elasticity: Float

  public init(
    epochs: Int, batch: Int, rate: Float, continuumRate: Float, periods: [Int],
    elasticity: Float = 100
  ) {
    self.epochs = epochs
    self.batch = batch
    self.rate = rate
    self.continuumRate = continuumRate
    self.periods = periods
    self.elasticity = elasticity
  }
}
