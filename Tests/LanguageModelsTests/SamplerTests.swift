import Foundation
import LanguageModels
import Tensors
import Testing

@Suite struct SamplerTests {
  /// Probabilities in no particular order, as logits.
  private static let probabilities: [Float] = [0.05, 0.3, 0.02, 0.2, 0.08, 0.15, 0.01, 0.19]
  private static let logits = Tensor(probabilities.map { log($0) + 3 }, shape: [8])

  private func sampling(_ change: (inout Sampling) -> Void) -> Sampling {
    var sampling = Sampling()
    sampling.temperature = 1
    change(&sampling)
    return sampling
  }

  private func draws(_ count: Int, seed: UInt64 = 5, _ change: (inout Sampling) -> Void) -> [Int] {
    var sampler = Sampler(sampling(change), seed: seed)
    return (0..<count).map { _ in Int(sampler.next(Self.logits, after: [])) }
  }

  /// Pearson's statistic of draws against probabilities that sum to 1.
  private func chiSquare(_ draws: [Int], _ probabilities: [Double]) -> Double {
    var counts = [Double](repeating: 0, count: probabilities.count)
    for draw in draws { counts[draw] += 1 }
    return zip(counts, probabilities).reduce(0) { sum, pair in
      let expected = pair.1 * Double(draws.count)
      if expected == 0 { return pair.0 == 0 ? sum : .infinity }
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
  }

  @Test func temperatureZeroTakesTheMostLikely() {
    #expect(Set(draws(50) { $0.temperature = 0 }) == [1])
    #expect(Set(draws(50, seed: 6) { $0.temperature = 1e-30 }) == [1])
    var sampler = Sampler.greedy
    #expect(
      sampler.next(Tensor([1, 7, 7], shape: [1, 1, 3]), after: []) == 1, "the first of equals")
  }

  @Test func frequenciesAreProbabilities() {
    let probabilities = Self.probabilities.map(Double.init)
    // Seven degrees of freedom: 35 is exceeded once in 90,000.
    #expect(chiSquare(draws(20_000) { _ in }, probabilities) < 35)
    let powers = probabilities.map { pow($0, 1 / 0.5) }
    let sharpened = powers.map { $0 / powers.reduce(0, +) }
    #expect(chiSquare(draws(20_000) { $0.temperature = 0.5 }, sharpened) < 35)
    #expect(chiSquare(draws(20_000) { $0.temperature = 0.5 }, probabilities) > 1000)
    // What is kept keeps its proportions.
    let kept = [0, 0.3, 0, 0.2, 0, 0.15, 0, 0.19].map { $0 / 0.84 }
    #expect(chiSquare(draws(20_000) { $0.topK = 4 }, kept) < 35)
  }

  @Test(
    arguments: [
      (1, [1]), (2, [1, 3]), (3, [1, 3, 7]), (5, [1, 3, 4, 5, 7]), (8, [0, 1, 2, 3, 4, 5, 6, 7]),
      (100, [0, 1, 2, 3, 4, 5, 6, 7]),
    ] as [(Int, Set<Int>)])
  func topKKeepsTheMostLikely(_ count: Int, _ expected: Set<Int>) {
    #expect(Set(draws(3000) { $0.topK = count }) == expected)
  }

  @Test(
    arguments: [
      (0.0001, [1]), (0.29, [1]), (0.31, [1, 3]), (0.51, [1, 3, 7]), (0.7, [1, 3, 5, 7]),
      (0.9, [1, 3, 4, 5, 7]), (0.96, [0, 1, 3, 4, 5, 7]), (1, [0, 1, 2, 3, 4, 5, 6, 7]),
    ] as [(Float, Set<Int>)])
  func topPKeepsTheFewestThatReachIt(_ mass: Float, _ expected: Set<Int>) {
    #expect(Set(draws(3000) { $0.topP = mass }) == expected)
  }

  /// Of many tokens not all are sorted; the same ones stay in play.
  @Test(arguments: [
    Cut(topK: 0, topP: 0.9, minP: 0), .init(topK: 40, topP: 0.8, minP: 0),
    .init(topK: 3000, topP: 1, minP: 0), .init(topK: 0, topP: 0.7, minP: 0.01),
    .init(topK: 500, topP: 0.95, minP: 0.002), .init(topK: 0, topP: 0.9999, minP: 0),
  ])
  func manyTokens(_ cut: Cut) {
    var source = RandomSource(seed: 3, name: "many")
    let logits = Tensor.normal([20_000], deviation: 2, using: &source)
    var sampler = Sampler(
      sampling { ($0.topK, $0.topP, $0.minP) = (cut.topK, cut.topP, cut.minP) }, seed: 7)
    let drawn = (0..<300).map { _ in Int(sampler.next(logits, after: [])) }

    let weights = logits.values.map { exp(Double($0)) }
    var order = weights.indices.sorted { weights[$0] > weights[$1] }
    if cut.topK > 0 { order = Array(order.prefix(cut.topK)) }
    order = order.filter { weights[$0] >= Double(cut.minP) * weights[order[0]] }
    let total = order.reduce(0) { $0 + weights[$1] }
    var (sum, count) = (0.0, 0)
    while count < order.count && sum < Double(cut.topP) * total {
      sum += weights[order[count]]
      count += 1
    }
    let kept = Set(order.prefix(count))
    #expect(drawn.allSatisfy(kept.contains))
    // No more was dropped either: the less likely seven eighths are drawn as often as they should be.
    let rarer = Set(order.prefix(count).suffix(count - count / 8))
    let share = rarer.reduce(0) { $0 + weights[$1] } / sum
    let found = Double(drawn.count(where: rarer.contains)) / 300
    #expect(abs(found - share) < 4 * (share * (1 - share) / 300).squareRoot() + 0.01)
  }

  @Test(
    arguments: [
      (1, [1]), (0.65, [1, 3]), (0.6, [1, 3, 7]), (0.45, [1, 3, 5, 7]), (0.1, [0, 1, 3, 4, 5, 7]),
      (0, [0, 1, 2, 3, 4, 5, 6, 7]),
    ] as [(Float, Set<Int>)])
  func minPKeepsAShareOfTheMostLikely(_ share: Float, _ expected: Set<Int>) {
    #expect(Set(draws(3000) { $0.minP = share }) == expected)
  }

  @Test func limitsWorkTogether() {
    // Of the five most likely, those above a quarter of 0.3, up to 70% of their 0.92.
    let found = draws(3000) {
      $0.topK = 5
      $0.minP = 0.25
      $0.topP = 0.7
    }
    #expect(Set(found) == [1, 3, 7])
    // The temperature comes first: flattened, more tokens are within the share.
    #expect(
      Set(
        draws(3000) {
          $0.temperature = 2
          $0.minP = 0.65
        }) == [1, 3, 5, 7])
  }

  @Test func equalsAreKeptInTheirOrder() {
    var sampler = Sampler(sampling { $0.topK = 2 }, seed: 1)
    let logits = Tensor(repeating: 1, shape: [6])
    #expect(Set((0..<200).map { _ in sampler.next(logits, after: []) }) == [0, 1])
  }

  @Test func theSameSeedGivesTheSameDraws() {
    #expect(draws(200) { _ in } == draws(200) { _ in })
    #expect(draws(200) { _ in } != draws(200, seed: 6) { _ in })
  }

  @Test func repeatedTokensBecomeLessLikely() {
    let logits = Tensor([2, 1.9, -1, -1.1], shape: [4])
    func next(_ logits: Tensor, after tokens: [Int32], _ change: (inout Sampling) -> Void) -> Int32
    {
      var sampler = Sampler(
        sampling {
          $0.temperature = 0
          change(&$0)
        }, seed: 1)
      return sampler.next(logits, after: tokens)
    }
    #expect(next(logits, after: [0]) { _ in } == 0)
    #expect(next(logits, after: [0]) { $0.repetitionPenalty = 1.1 } == 1)
    #expect(next(logits, after: [0, 1]) { $0.repetitionPenalty = 1.1 } == 0)
    #expect(next(logits, after: [0, 0, 0, 1]) { $0.repetitionPenalty = 1.1 } == 0, "once each")
    // A negative logit becomes less likely by growing.
    let negative = Tensor([-1, -1.05], shape: [2])
    #expect(next(negative, after: [0]) { $0.repetitionPenalty = 1.1 } == 1)
    #expect(
      next(logits, after: [0, 3, 3]) {
        $0.repetitionPenalty = 1.1
        $0.repetitionWindow = 2
      } == 0, "outside the window")
    #expect(
      next(logits, after: [0, 3]) {
        $0.repetitionPenalty = 1.1
        $0.repetitionWindow = 2
      } == 1)
  }

  @Test func anImpossibleTokenIsNeverDrawn() throws {
    // A draw that is almost 1 is where rounding could run past the last token in play.
    let seed = try #require(
      (0..<4_000_000 as Range<UInt64>).first {
        var random = RandomSource(seed: $0, name: "sampling")
        return random.uniform() > 1 - 1e-6
      })
    for table in 0..<30 as Range<UInt64> {
      var random = RandomSource(seed: table, name: "logits")
      var scores = (0..<8192).map { _ in random.normal() * 2 }
      scores[0] = 8
      scores[8191] = -.infinity
      var sampler = Sampler(sampling { _ in }, seed: seed)
      #expect(sampler.next(Tensor(scores, shape: [8192]), after: []) != 8191)
    }
  }
}

/// What of the vocabulary stays in play.
struct Cut: Sendable {
  var topK: Int
  var topP, minP: Float
}
