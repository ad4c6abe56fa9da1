import Foundation
import Tensors
import Training

/// A normal distribution that is fitted to samples of the one before it, again and again, loses its variance at a rate that
/// can be worked out (2305.17493; the expectation is that of the logarithm of a chi-squared variable).
public struct RecursiveGaussian: Study {
  /// What the sum of squares is divided by, less than the samples: 1 is right.
  package var lost = 1

  public init() {}

  public let name = "recursive-gaussian"
  public let claim = Claim(
    "Training on your own samples collapses",
    words: "training on too much of your own stuff, you actually collapse", place: "004, 53:48",
    published: [
      "E[change of log variance] = psi((M - 1) / 2) - log((M - 1) / 2) a generation of M samples: -0.1152 at M = 10, -0.010135 at M = "
        + "100 (from the distribution of the sample variance; the recursion is that of Shumailov et al., 2305.17493)."
    ])
  public let setup = """
    The logarithm of the variance over generations, each fitted (with the unbiased variance) to M samples of the one before, over \
    many independent lines of descent; held against the expectation in closed form, within four standard errors.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    var findings: [Finding] = []
    var series: [LinePlot.Series] = []
    for (samples, published) in [(10, -0.1152), (100, -0.010135)] {
      let expected = Self.expectedChange(samples: samples)
      findings.append(
        Finding(
          "expected change at M = \(samples)", expected,
          .near(published, within: abs(published) * 5e-4)))
      let lines = setting.pick(20_000, quick: 2_000) / (samples / 10)
      let generations = 20
      var courses: [[Double]] = []
      for seed in setting.seeds {
        var random = RandomSource(seed: seed, name: "\(name) \(samples)")
        courses.append(
          course(samples: samples, lines: lines, generations: generations, &random))
      }
      let all = Double(lines * generations * setting.seeds.count)
      let error = (Self.trigamma(Double(samples - 1) / 2) / all).squareRoot()
      findings.append(
        Finding(
          "measured change at M = \(samples)", courses.map { $0.last! / Double(generations) },
          .near(expected, within: 4 * error)))
      series.append(
        .init(
          "\(samples) samples",
          (0...generations).map { generation in
            .init(
              Double(generation),
              courses.reduce(0) { $0 + $1[generation] } / Double(courses.count))
          }))
    }
    return StudyOutcome(
      findings,
      [
        .plot(
          LinePlot(
            "The variance that is left", xLabel: "generation", yLabel: "mean log variance", series))
      ])
  }

  /// The mean log variance after every generation, from 0.
  private func course(
    samples: Int, lines: Int, generations: Int, _ random: inout RandomSource
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: generations + 1)
    for _ in 0..<lines {
      var (mean, deviation) = (0.0, 1.0)
      for generation in 1...generations {
        let drawn = (0..<samples).map { _ in mean + deviation * Double(random.normal()) }
        mean = drawn.reduce(0, +) / Double(samples)
        let squares = drawn.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        deviation = (squares / Double(samples - lost)).squareRoot()
        sums[generation] += 2 * log(deviation)
      }
    }
    return sums.map { $0 / Double(lines) }
  }

  /// The mean of log(chi^2 / degrees) with M - 1 degrees of freedom.
  static func expectedChange(samples: Int) -> Double {
    let half = Double(samples - 1) / 2
    return digamma(half) - log(half)
  }

  /// By recurrence up to 10, and the asymptotic series from there (Abramowitz and Stegun, 6.3.18).
  private static func digamma(_ x: Double) -> Double {
    if x < 10 { return digamma(x + 1) - 1 / x }
    let square = 1 / (x * x)
    return log(x) - 1 / (2 * x) - square * (1.0 / 12 - square * (1.0 / 120 - square / 252))
  }

  /// Its derivative, the variance of the logarithm (6.4.12).
  private static func trigamma(_ x: Double) -> Double {
    if x < 10 { return trigamma(x + 1) + 1 / (x * x) }
    let square = 1 / (x * x)
    return 1 / x + square / 2 + square / x * (1.0 / 6 - square * (1.0 / 30 - square / 42))
  }
}
