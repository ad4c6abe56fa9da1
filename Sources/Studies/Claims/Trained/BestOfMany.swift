import Foundation
import Layers
import Optimizers
import Tensors
import Training

/// The best of n by a learned measure: what is really wanted rises with n at first, then falls (2210.10760).
public struct BestOfMany: Study {
  /// Pairs that the measure is learned from.
  package var pairs = 2000

  public init() {}

  public let name = "best-of-many"
  public let claim = Claim(
    "Optimise a learned measure far enough and what it measures is lost",
    words:
      "You can't do this for too long. You do maybe 10 steps or 20 steps, maybe it will work, but you can't do 100 or 1000 [...] the model will find little cracks",
    place: "004, 47:11",
    published: [
      "The true reward of the best of n by a learned one is d (alpha - beta d) with d = sqrt(KL), KL = log n - (n - 1) / n (Gao et al., 2210.10760, section 3.1)."
    ])
  public let setup = """
    A candidate is 32 numbers drawn from N(0, 1). What is wanted is an ideal: four directions, a point on them two deviations out, and \
    the nearer the better. The measure, a network with a hidden layer, learns which of two candidates is better from 2,000 pairs. \
    Out of 100,000 candidates the expected true value of the best of n by the measure follows exactly for every n.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let candidates = setting.pick(100_000, quick: 40_000)
    let counts = (0...13).map { Int(pow(2, Double($0)).rounded()) } + [10_000]
    var (fits, falls, peaks, larger) = ([Double](), [Double](), [Double](), [Double]())
    var series: [LinePlotSeries] = []
    for seed in setting.seeds {
      let world = try PreferenceWorld(seed: seed)
      let measure = try world.learned(pairs: pairs, seed: seed)
      let golds = world.values(candidates, by: measure, seed: seed)
      let curve = counts.map { (distance(of: $0), expected(golds, bestOf: $0)) }
      let fit = fitted(curve)
      fits.append(fit.explained)
      let peak = curve.map(\.1).max() ?? 0
      peaks.append(peak)
      falls.append((peak - curve.last!.1) / peak)
      series.append(("seed \(seed)", curve))
      let better = try world.learned(pairs: 16 * pairs, seed: seed)
      larger.append(
        expected(world.values(candidates, by: better, seed: seed), bestOf: 10_000) - curve.last!.1)
      setting.note(
        "seed \(seed): peak \(LinePlot.digits(peak)), best of 10,000 \(LinePlot.digits(curve.last!.1))"
      )
    }
    return StudyOutcome(
      [
        Finding("true value gained at the peak (deviations)", peaks, .atLeast(0.2)),
        Finding("share of it lost again by the best of 10,000", falls, .atLeast(0.05)),
        Finding("variance that d (alpha - beta d) explains", fits, .atLeast(0.9)),
        Finding(
          "true value of the best of 10,000 gained by sixteen times the pairs", larger,
          .atLeast(0)),
      ],
      [
        .plot(
          .of(
            "Too much of a good measure", x: "sqrt(KL)", y: "true value, in deviations", series))
      ])
  }

  private func distance(of count: Int) -> Double {
    let n = Double(count)
    return max(0, log(n) - (n - 1) / n).squareRoot()
  }

  /// The mean true value of the best of n by the measure, of true values in ascending order of it.
  private func expected(_ golds: [Double], bestOf count: Int) -> Double {
    let n = Double(golds.count)
    return golds.enumerated().reduce(0) { sum, item in
      let share =
        pow(Double(item.offset + 1) / n, Double(count))
        - pow(Double(item.offset) / n, Double(count))
      return sum + item.element * share
    }
  }

  /// alpha and beta by least squares, and the share of the variance that they explain.
  private func fitted(
    _ curve: [(Double, Double)]
  ) -> (alpha: Double, beta: Double, explained: Double) {
    var (dd, ddd, dddd, yd, ydd) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for (d, y) in curve {
      dd += d * d
      ddd += d * d * d
      dddd += d * d * d * d
      yd += y * d
      ydd += y * d * d
    }
    let determinant = dd * dddd - ddd * ddd
    let alpha = (yd * dddd - ydd * ddd) / determinant
    let beta = -(dd * ydd - ddd * yd) / determinant
    let mean = curve.reduce(0) { $0 + $1.1 } / Double(curve.count)
    let (left, all) = curve.reduce(into: (0.0, 0.0)) { sum, point in
      let error = point.1 - point.0 * (alpha - beta * point.0)
      sum.0 += error * error
      sum.1 += (point.1 - mean) * (point.1 - mean)
    }
    return (alpha, beta, 1 - left / all)
  }
}

/// Candidates, what they are worth, and measures of it that are learned from comparisons.
private struct PreferenceWorld {
  private static let width = 32
  private let directions: Tensor
  private let ideal: [Float]

  init(seed: UInt64) throws {
    var random = RandomSource(seed: seed, name: "ideal")
    directions = .normal(
      [4, Self.width], deviation: 1 / Float(Self.width).squareRoot(), using: &random)
    let point = (0..<4).map { _ in random.normal() }
    let length = point.reduce(0) { $0 + $1 * $1 }.squareRoot()
    ideal = point.map { 2 * $0 / length }
  }

  private func golds(_ candidates: Tensor) -> [Float] {
    let places = candidates.linear(directions).values
    return (0..<candidates.shape[0]).map { row in
      -(0..<4).reduce(Float(0)) {
        let distance = places[4 * row + $1] - ideal[$1]
        return $0 + distance * distance
      }
    }
  }

  private func candidates(_ count: Int, _ random: inout RandomSource) -> Tensor {
    .normal([count, Self.width], deviation: 1, using: &random)
  }

  /// A network that says which of two is better, learned in twenty passes over so many pairs.
  func learned(pairs: Int, seed: UInt64) throws -> ValueNetwork {
    var random = RandomSource(seed: seed, name: "pairs \(pairs)")
    let (first, second) = (candidates(pairs, &random), candidates(pairs, &random))
    let (a, b) = (golds(first), golds(second))
    let labels = (0..<pairs).map { index in
      a[index] > b[index] ? Int32(0) : 1
    }
    let measure = try ValueNetwork([Self.width, 64, 1], sharpness: 1, seed: seed)
    var optimizer = AdamW(learningRate: 1e-3)
    for _ in 0..<20 {
      let order = Array(0..<pairs).shuffled(using: &random)
      for start in stride(from: 0, to: pairs, by: 100) {
        let rows = order[start..<min(start + 100, pairs)]
        let places = Tensor(indices: rows.map(Int32.init))
        let both = Tensor.concatenated(
          [measure(first.rows(at: places)), measure(second.rows(at: places))], axis: 1)
        let gradients = Gradients()
        both.crossEntropy(SparseTargets(labels: rows.map { labels[$0] })).sum()
          .backward(into: gradients)
        try optimizer.update(
          measure.parameters, along: gradients, rate: 1, gradientScale: 1 / Float(rows.count))
      }
    }
    return measure
  }

  /// True values, in deviations from their mean, in ascending order of the measure.
  func values(_ count: Int, by measure: ValueNetwork, seed: UInt64) -> [Double] {
    var random = RandomSource(seed: seed, name: "candidates")
    var (values, measures) = ([Double](), [Float]())
    for _ in 0..<count / 1000 {
      let rows = candidates(1000, &random)
      values += golds(rows).map(Double.init)
      measures += measure(rows).detached().values
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation =
      (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    return values.indices.sorted { measures[$0] < measures[$1] }
      .map { (values[$0] - mean) / deviation }
  }
}

/// Rows through hidden layers with ReLU to one number.
private struct ValueNetwork: Sendable {
  private let layers: [Linear]
  private let store: ParameterStore

  init(_ widths: [Int], sharpness: Float, seed: UInt64) throws {
    let scope = ParameterScope(seed: seed)
    layers = try (0..<widths.count - 1).map { index in
      try Linear(
        widths[index], widths[index + 1], hasBias: true,
        initializer: .normal(deviation: sharpness / Float(widths[index]).squareRoot()),
        in: scope / index)
    }
    store = scope.store
  }

  var parameters: [Parameter] { store.parameters }

  /// [rows, width] -> [rows, 1].
  func callAsFunction(_ x: Tensor) -> Tensor {
    layers.last!(layers.dropLast().reduce(x) { $1($0).activated(by: .relu) })
  }
}
