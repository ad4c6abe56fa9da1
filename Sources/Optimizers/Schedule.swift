import Foundation

/// How the learning rate changes over a run, as a factor on each optimizer's own rate.
public struct Schedule: Sendable, Codable, Equatable {
  /// The way down after the plateau.
  public enum Decay: String, Sendable, Codable, CaseIterable { case linear, cosine }

  public var warmupSteps: Int
  /// The share of the run, at its end, over which the rate falls.
  public var decayShare: Double
  /// The factor at the end.
  public var floor: Double
  public var decay: Decay

  public init(
    warmupSteps: Int = 0, decayShare: Double = 0.4, floor: Double = 0, decay: Decay = .linear
  ) {
    self.warmupSteps = warmupSteps
    self.decayShare = decayShare
    self.floor = floor
    self.decay = decay
  }

  /// The factor at `step` (from 0) of `total`.
  public func factor(at step: Int, of total: Int) -> Float {
    if step < warmupSteps { return Float(step + 1) / Float(warmupSteps) }
    let decaySteps = max(decayShare * Double(total), 1)
    let left = min(Double(total - step) / decaySteps, 1)
    switch decay {
    case .linear: return Float(floor + (1 - floor) * left)
    case .cosine: return Float(floor + (1 - floor) * (1 - cos(left * .pi)) / 2)
    }
  }
}
