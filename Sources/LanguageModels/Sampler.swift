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

  /// The tokens that stay in play, most likely first where some do not, with unnormalised probabilities.
  private func candidates(_ scores: [Float]) -> [(token: Int, weight: Float)] {
    let highest = scores.max() ?? 0
    let scaled = Tensor(shape: [1, scores.count]) {
      for index in $0.indices { $0[index] = (scores[index] - highest) / sampling.temperature }
    }
    return scaled.softmax().withFloats { probabilities in
      let isFull = sampling.topK <= 0 && sampling.topP >= 1 && sampling.minP <= 0
      if isFull { return probabilities.indices.map { ($0, probabilities[$0]) } }
      var kept = likeliest(probabilities)
      kept.sort { $0.weight > $1.weight || ($0.weight == $1.weight && $0.token < $1.token) }
      if sampling.topK > 0 { kept.removeLast(max(kept.count - sampling.topK, 0)) }
      let least = sampling.minP * (kept.first?.weight ?? 0)
      kept.removeAll { $0.weight < least }
      guard sampling.topP < 1 else { return kept }
      let total = sampling.topK > 0 ? mass(kept) : mass(probabilities, from: least)
      var (sum, count) = (0.0, 0)
      while count < kept.count && (count == 0 || sum < Double(sampling.topP) * total) {
        sum += Double(kept[count].weight)
        count += 1
      }
      kept.removeLast(kept.count - count)
      return kept
    }
  }

  /// All tokens above some probability, low enough that no other one can stay in play: of a large vocabulary few are, and to
  /// sort all would take longer than many a model's pass.
  private func likeliest(_ probabilities: UnsafeBufferPointer<Float>) -> [(
    token: Int, weight: Float
  )] {
    let highest = probabilities.max() ?? 0
    let least = sampling.minP * highest
    let wanted = Double(sampling.topP) * mass(probabilities, from: least)
    var bound = highest / 64
    while true {
      let limit = max(bound, least)
      let kept = probabilities.indices.filter { probabilities[$0] >= limit }
        .map { (token: $0, weight: probabilities[$0]) }
      let isEnough = sampling.topK > 0 ? kept.count >= sampling.topK : mass(kept) >= wanted
      if isEnough || bound <= least || bound == 0 { return kept }
      bound /= 64
    }
  }

  private func mass(_ probabilities: UnsafeBufferPointer<Float>, from least: Float) -> Double {
    probabilities.reduce(0) { $1 >= least ? $0 + Double($1) : $0 }
  }

  private func mass(_ candidates: [(token: Int, weight: Float)]) -> Double {
    candidates.reduce(0) { $0 + Double($1.weight) }
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
