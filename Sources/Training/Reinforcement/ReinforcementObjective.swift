import Foundation

/// What an update minimises, token by token, and its slope: PPO's clipped objective (1707.06347).
public struct ReinforcementObjective: Sendable, Codable, Equatable {
  /// A token may become at most so much less or more likely than when it was drawn before it stops
  /// counting. More room upward keeps rare tokens in play (DAPO, 2503.14476).
  public var clipLow, clipHigh: Double
  /// The weight of the divergence from the reference, the core as it was before; 0 needs no reference.
  public var referenceWeight: Double
  /// The weight of the distributions' entropy, which is added; 0 does without.
  public var entropyWeight: Double

  public init(
    clipLow: Double = 0.2, clipHigh: Double = 0.28, referenceWeight: Double = 0,
    entropyWeight: Double = 0
  ) {
    self.clipLow = clipLow
    self.clipHigh = clipHigh
    self.referenceWeight = referenceWeight
    self.entropyWeight = entropyWeight
  }

  /// What one token contributes.
  public struct Term: Sendable, Equatable {
    public var loss: Double
    /// The derivative of the loss by the token's log-probability.
    public var slope: Double
    public var isClipped: Bool
    /// The estimate e^d - d - 1 of the divergence, with d the reference's log-probability less the
    /// model's: unbiased and never negative (Schulman 2020, "k3"); 0 without a reference.
    public var divergence: Double
  }

  /// A token's term from its log-probabilities now, when it was drawn, and by the reference.
  public func term(
    logProbability: Double, drawnAt old: Double, reference: Double?, advantage: Double
  ) -> Term {
    let ratio = exp(logProbability - old)
    let clipped = min(max(ratio, 1 - clipLow), 1 + clipHigh)
    // The smaller gain counts: beyond the clip there is nothing more to be had, but all to be lost.
    let isClipped = clipped * advantage < ratio * advantage
    var term = Term(
      loss: -(isClipped ? clipped : ratio) * advantage,
      slope: isClipped ? 0 : -ratio * advantage, isClipped: isClipped, divergence: 0)
    if let reference, referenceWeight > 0 {
      let difference = reference - logProbability
      term.divergence = exp(difference) - difference - 1
      term.loss += referenceWeight * term.divergence
      term.slope += referenceWeight * (1 - exp(difference))
    }
    return term
  }
}
