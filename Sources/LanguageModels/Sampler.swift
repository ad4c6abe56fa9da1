import Foundation
import Tensors

/// How the next token is drawn from the logits.
public struct Sampling: Sendable, Codable, Equatable {
  /// 0 takes the most likely token.
  public var temperature: Float = 0.8
  /// Keep only this many of the most likely tokens; 0 keeps all.
  public var topK = 0
  /// Keep the most likely tokens up to this total probability (1904.09751); 1 keeps all.
  public var topP: Float = 1
  /// Drop tokens less likely than this share of the most likely one (2407.01082); 0 keeps all.
  public var minP: Float = 0
  /// Divides (or multiplies, when negative) the logits of recent tokens (1909.05858); 1 leaves them.
  public var repetitionPenalty: Float = 1
  /// How many recent tokens the penalty looks at.
  public var repetitionWindow = 64

  public init() {}
}

/// Draws tokens by ``Sampling`` from a seeded stream.
public struct Sampler: Sendable {
  public var sampling: Sampling
  private var random: RandomSource

  public init(_ sampling: Sampling, seed: UInt64) {
    self.sampling = sampling
    random = RandomSource(seed: seed, name: "sampling")
  }

  /// The next token, given one row of logits and the tokens so far.
  ///
  /// Tokens in `masked` are never drawn; ids beyond the logits may be among them.
  ///
  /// - Precondition: not every token is masked.
  public mutating func next(
    _ logits: Tensor, after tokens: [Int32], masked: [Int32] = []
  ) -> Int32 {
    var scores = logits.values
    if sampling.repetitionPenalty != 1 {
      for token in Set(tokens.suffix(sampling.repetitionWindow)) {
        let score = scores[Int(token)]
        scores[Int(token)] =
          score > 0 ? score / sampling.repetitionPenalty : score * sampling.repetitionPenalty
      }
    }
    for token in masked where scores.indices.contains(Int(token)) {
      scores[Int(token)] = -.infinity
    }
    guard sampling.temperature > 0 else {
      return Int32(Tensor(scores, shape: [scores.count]).argmax()[0])
    }
    // Where rounding leaves nothing else, the last candidate is drawn: it must not be a masked one.
    let candidates = candidates(scores).filter { masked.isEmpty || $0.weight > 0 }
    return draw(from: candidates)
  }

  /// The tokens that stay in play, most likely first, with unnormalised probabilities.
  private func candidates(_ scores: [Float]) -> [(token: Int, weight: Float)] {
    let highest = scores.max() ?? 0
    let isFull = sampling.topK <= 0 && sampling.topP >= 1 && sampling.minP <= 0
    var kept = scores.indices.map {
      (token: $0, weight: exp((scores[$0] - highest) / sampling.temperature))
    }
    guard !isFull else { return kept }
    kept.sort { $0.weight > $1.weight || ($0.weight == $1.weight && $0.token < $1.token) }
    if sampling.topK > 0 { kept.removeLast(max(kept.count - sampling.topK, 0)) }
    if sampling.minP > 0 { kept.removeAll { $0.weight < sampling.minP } }
    if sampling.topP < 1 {
      let total = kept.reduce(0) { $0 + $1.weight }
      var mass: Float = 0
      let end = kept.firstIndex {
        mass += $0.weight
        return mass >= sampling.topP * total
      }
      if let end { kept.removeLast(kept.count - end - 1) }
    }
    return kept
  }

  private mutating func draw(from candidates: [(token: Int, weight: Float)]) -> Int32 {
    // In float32, rounding could leave more than all weights together take away.
    var left = Double(random.uniform()) * candidates.reduce(0) { $0 + Double($1.weight) }
    for (token, weight) in candidates {
      left -= Double(weight)
      if left < 0 { return Int32(token) }
    }
    return Int32(candidates.last?.token ?? 0)
  }
}
