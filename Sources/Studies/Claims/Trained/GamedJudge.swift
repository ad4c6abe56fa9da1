import Foundation
import Layers
import Optimizers
import Tensors
import Training

/// A judge that was trained to tell text from noise, and a writer that is rewarded by it: the writer learns what the judge overlooks.
public struct GamedJudge: Study {
  /// Steps of practice a round.
  package var steps = 600

  public init() {}

  public let name = "gamed-judge"
  public let claim = Claim(
    "A learned judge is gamed, and gamed again when it is patched",
    words:
      "they're gameable. And if you're reinforcement learning with respect to them, you will find adversarial examples for your LLM judges, almost guaranteed. "
      + "[...] every time you do this, you get a new LLM and it still has adversarial examples. There's infinity adversarial examples and I think "
      + "probably if you iterate this a few times, it'll probably be harder and harder to find",
    place: "004, 47:02 and 49:20",
    published: [
      "Nobody has published figures for these words; that optimising a learned reward drives it away from the true one is measured in Gao et al., 2210.10760."
    ])
  public let setup = """
    The judge (a perceptron on twelve letters) learns to tell pieces of English novels from letters drawn by their frequency. The writer is a table \
    of twelve distributions over letters, at first those frequencies; REINFORCE, 64 strings a step, is paid by the frozen judge. What is \
    really wanted is the share of letters that stand in words of the novels. When the judge is fooled (0.95 on average), what the writer \
    wrote is added to its examples as noise and it learns on; the writer goes on from where it started. Five rounds.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let rounds = setting.pick(5, quick: 3)
    let letters = try StudyText.letters(setting.pick(600_000, quick: 200_000))
    let texts = LetterStrings(letters)
    var (fooled, judged, truths, honest) = ([Double](), [Double](), [Double](), [Double]())
    var (discernment, gaps) = ([Double](), [[Double]]())
    var (courses, found): ([LinePlotSeries], [[ReportTable.Cell]]) = ([], [])
    for seed in setting.seeds {
      var random = RandomSource(seed: seed, name: name)
      let judge = try Judge(seed: seed)
      var patches: [[UInt8]] = []
      honest.append(mean(texts.real(500, &random).map(texts.truth)))
      var gap: [Double] = []
      for round in 0..<rounds {
        try judge.learn(
          texts, patches: patches, steps: round == 0 ? 1500 : 500, seed: seed &+ UInt64(round))
        let discerned = judge.accuracy(texts, &random)
        let practice = practice(judge, texts, &random)
        let last = practice.last!
        gap.append(Double(practice.first { $0.judged >= 0.95 }?.step ?? steps))
        patches += practice.strings.prefix(400)
        let best = StudyText.string(practice.strings[0])
        found.append([
          .init("\(seed)"), .init("\(round + 1)"), .init("\"\(best)\""),
          .init(ReportNumber.fixed(last.judged, 3)), .init(ReportNumber.fixed(last.truth, 3)),
          .init(ReportNumber.fixed(discerned, 3)), .init("\(Int(gap[round]))"),
        ])
        setting.note("seed \(seed), round \(round + 1): \"\(best)\"")
        if round == 0 {
          judged.append(last.judged)
          truths.append(last.truth)
          discernment.append(discerned)
          if courses.isEmpty {
            courses = [
              ("judge", practice.course.map { (Double($0.step), $0.judged) }),
              ("truth", practice.course.map { (Double($0.step), $0.truth) }),
            ]
          }
        }
      }
      gaps.append(gap)
      fooled.append(Double(gap.count { $0 < Double(steps) }) / Double(rounds))
    }
    return StudyOutcome(
      [
        Finding("share that the judge tells apart", discernment, .atLeast(0.9)),
        Finding("reward of the judge after practice", judged, .atLeast(0.95)),
        Finding(
          "true reward after practice, by that of real text", zip(truths, honest).map { $0 / $1 },
          .atMost(0.5)),
        Finding("rounds in which the judge is fooled", fooled, .atLeast(0.99)),
        Finding("steps until it is, first round", gaps.map { $0[0] }),
        Finding("steps until it is, last round", gaps.map { $0[rounds - 1] }),
      ],
      [
        .plot(.of("Judge and truth part", x: "step", y: "reward", courses)),
        .table(
          ReportTable(
            "what the writer found",
            [
              .text("seed"), .text("round"), .text("a string"), .number("judge"), .number("truth"),
              .number("told apart"), .number("steps to 0.95"),
            ], rows: found)),
      ])
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }

  private struct Practice {
    var course: [(step: Int, judged: Double, truth: Double)] = []
    var strings: [[UInt8]] = []

    var last: (step: Int, judged: Double, truth: Double)? { course.last }
    func first(_ isIt: ((step: Int, judged: Double, truth: Double)) -> Bool) -> (
      step: Int, judged: Double, truth: Double
    )? { course.first(where: isIt) }
  }

  /// REINFORCE on the table of distributions, with the mean reward as baseline.
  private func practice(
    _ judge: Judge, _ texts: LetterStrings, _ random: inout RandomSource
  ) -> Practice {
    let (length, symbols, batch) = (LetterStrings.length, StudyText.symbolCount, 64)
    var logits = (0..<length).flatMap { _ in texts.frequencies.map { log(max($0, 1e-6)) } }
    var practice = Practice()
    for step in 1...steps {
      let chances = Tensor(logits, shape: [length, symbols]).softmax().values
      let strings = (0..<batch).map { _ in
        (0..<length).map { place in
          texts.drawn(chances[place * symbols..<(place + 1) * symbols], &random)
        }
      }
      let rewards = judge.rewards(strings)
      let baseline = mean(rewards)
      practice.course.append((step, baseline, mean(strings.map(texts.truth))))
      practice.strings = strings
      for (string, reward) in zip(strings, rewards) {
        let push = Float(reward - baseline) * 20 / Float(batch)
        for place in 0..<length {
          for letter in 0..<symbols {
            let index = place * symbols + letter
            logits[index] += push * ((Int(string[place]) == letter ? 1 : 0) - chances[index])
          }
        }
      }
    }
    return practice
  }
}

/// Strings of twelve letters: of the novels, and by their letters' frequencies; and what counts as English in them.
private struct LetterStrings {
  static let length = 12
  private let letters: [UInt8]
  private let words: Set<[UInt8]>
  let frequencies: [Float]

  init(_ letters: [UInt8]) {
    self.letters = letters
    var counts: [[UInt8]: Int] = [:]
    for word in letters.split(separator: 0) { counts[Array(word), default: 0] += 1 }
    words = Set(counts.filter { $0.value >= 3 && ($0.key.count > 1 || $0.key == [1]) }.keys)
    var frequencies = [Float](repeating: 0, count: StudyText.symbolCount)
    for letter in letters { frequencies[Int(letter)] += 1 / Float(letters.count) }
    self.frequencies = frequencies
  }

  func real(_ count: Int, _ random: inout RandomSource) -> [[UInt8]] {
    (0..<count).map { _ in
      let place = random.integer(in: 0..<letters.count - Self.length)
      return Array(letters[place..<place + Self.length])
    }
  }

  func noise(_ count: Int, _ random: inout RandomSource) -> [[UInt8]] {
    (0..<count).map { _ in
      (0..<Self.length).map { _ in drawn(frequencies[...], &random) }
    }
  }

  func drawn(_ chances: ArraySlice<Float>, _ random: inout RandomSource) -> UInt8 {
    var left = random.uniform()
    for (letter, chance) in chances.enumerated() {
      left -= chance
      if left < 0 { return UInt8(letter) }
    }
    return UInt8(chances.count - 1)
  }

  /// The share of letters that stand in words; the first and the last word of a string may be cut, and count if they could be.
  func truth(_ string: [UInt8]) -> Double {
    let pieces = string.split(separator: 0, omittingEmptySubsequences: false)
    let inner = pieces.count > 2 ? pieces[1..<pieces.count - 1] : []
    let right = inner.reduce(0) { $0 + (words.contains(Array($1)) ? $1.count + 1 : 0) }
    let all = inner.reduce(0) { $0 + $1.count + 1 }
    return all == 0 ? 0 : Double(right) / Double(all)
  }
}

/// Twelve letters, each one of 27, through a hidden layer: how sure it is that they are text.
private struct Judge: Sendable {
  private let hidden, output: Linear
  private let store: ParameterStore

  init(seed: UInt64) throws {
    let scope = ParameterScope(seed: seed)
    hidden = try Linear(
      LetterStrings.length * StudyText.symbolCount, 128, hasBias: true, in: scope / "hidden")
    output = try Linear(128, 2, hasBias: true, in: scope / "output")
    store = scope.store
  }

  /// Text against noise and patches, half and half.
  func learn(
    _ texts: LetterStrings, patches: [[UInt8]], steps: Int, seed: UInt64
  ) throws {
    var random = RandomSource(seed: seed, name: "judge")
    var optimizer = AdamW(learningRate: 2e-3, weightDecay: 0.01)
    for _ in 0..<steps {
      var noise = texts.noise(patches.isEmpty ? 128 : 64, &random)
      while noise.count < 128 { noise.append(patches[random.integer(in: 0..<patches.count)]) }
      let gradients = Gradients()
      let labels = [Int32](repeating: 1, count: 128) + [Int32](repeating: 0, count: 128)
      logits(texts.real(128, &random) + noise).crossEntropy(SparseTargets(labels: labels)).sum()
        .backward(into: gradients)
      try optimizer.update(
        store.parameters, along: gradients, rate: 1, gradientScale: 1 / 256)
    }
  }

  func rewards(_ strings: [[UInt8]]) -> [Double] {
    let chances = logits(strings).detached().softmax().values
    return strings.indices.map { Double(chances[2 * $0 + 1]) }
  }

  /// Of new text and new noise.
  func accuracy(_ texts: LetterStrings, _ random: inout RandomSource) -> Double {
    let real = rewards(texts.real(500, &random)).count { $0 > 0.5 }
    let noise = rewards(texts.noise(500, &random)).count { $0 <= 0.5 }
    return Double(real + noise) / 1000
  }

  private func logits(_ strings: [[UInt8]]) -> Tensor {
    let symbols = StudyText.symbolCount
    let width = LetterStrings.length * symbols
    let rows = Tensor(shape: [strings.count, width]) { floats in
      floats.update(repeating: 0)
      for (row, string) in strings.enumerated() {
        for (place, letter) in string.enumerated() {
          floats[row * width + place * symbols + Int(letter)] = 1
        }
      }
    }
    return output(hidden(rows).activated(by: .relu))
  }
}
