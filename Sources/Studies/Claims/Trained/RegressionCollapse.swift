import Foundation
import Tensors
import Training

/// A regression that is fitted to its own answers, again and again: where they replace the data its error grows without end,
/// where they are added to the data it stays bounded (2404.01413).
public struct RegressionCollapse: Study {
  /// What the noise is multiplied by that answers are given with; 1 is right.
  package var wrongly = 1.0

  public init() {}

  public let name = "regression-collapse"
  public let claim = Claim(
    "Collapse comes of replacing data, not of adding to it",
    words:
      "What is a solution to model collapse? [...] training on too much of your own stuff, you actually collapse",
    place: "004, 53:48 and 57:46",
    published: [
      "d inputs, T examples, noise s: the squared error after n generations is s^2 d / (T - d - 1) n where each generation's answers replace the data, and at most s^2 d / "
        + "(T - d - 1) pi^2 / 6 where they are added (Gerstgrasser et al., 2404.01413, theorems 1 and 2; Dohmatob et al., 2402.07712)."
    ])
  public let setup = """
    Ten inputs, a hundred examples a generation, ten generations: inputs are drawn anew, answered by the regression of the generation \
    before with noise of deviation 1, and fitted by least squares in float64, alone or with everything before them. The slope of \
    the error over the generations is held against the formula within a tenth.
    """

  private let width = 10
  private let examples = 100
  private let generations = 10

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let lines = setting.pick(400, quick: 80)
    let each = Double(width) / Double(examples - width - 1)
    var (replaced, added) = ([[Double]](), [[Double]]())
    for seed in setting.seeds {
      var random = RandomSource(seed: seed, name: name)
      replaced.append(errors(lines, keepingAll: false, &random))
      added.append(errors(lines, keepingAll: true, &random))
    }
    func mean(_ courses: [[Double]], _ generation: Int) -> Double {
      courses.reduce(0) { $0 + $1[generation] } / Double(courses.count)
    }
    func series(_ name: String, _ value: (Int) -> Double) -> LinePlot.Series {
      .init(name, (0..<generations).map { .init(Double($0 + 1), value($0)) })
    }
    return StudyOutcome(
      [
        Finding(
          "slope of the error, replacing", replaced.map(slope), .near(each, within: 0.1 * each)),
        Finding(
          "error in the end, adding", added.map { $0[generations - 1] },
          .atMost(each * .pi * .pi / 6)),
        Finding(
          "error in the end, adding, by that of one generation",
          added.map { $0[generations - 1] / each }, .atLeast(1)),
      ],
      [
        .plot(
          LinePlot(
            "What is lost by learning from oneself", xLabel: "generation",
            yLabel: "squared error",
            [
              series("replacing") { mean(replaced, $0) }, series("adding") { mean(added, $0) },
              series("formula, replacing") { each * Double($0 + 1) },
              series("bound, adding") { _ in each * .pi * .pi / 6 },
            ]))
      ])
  }

  /// Of least squares through the origin.
  private func slope(_ errors: [Double]) -> Double {
    var (products, squares) = (0.0, 0.0)
    for (index, error) in errors.enumerated() {
      products += Double(index + 1) * error
      squares += Double((index + 1) * (index + 1))
    }
    return products / squares
  }

  /// The mean squared distance of the weights from the true ones, which are 0, after every generation.
  private func errors(
    _ lines: Int, keepingAll: Bool, _ random: inout RandomSource
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: generations)
    for _ in 0..<lines {
      var weights = [Double](repeating: 0, count: width)
      var squares = SmallMatrix(width, width) { _, _ in 0 }
      var products = [Double](repeating: 0, count: width)
      for generation in 0..<generations {
        if !keepingAll {
          squares = SmallMatrix(width, width) { _, _ in 0 }
          products = [Double](repeating: 0, count: width)
        }
        for _ in 0..<examples {
          let x = (0..<width).map { _ in Double(random.normal()) }
          let y =
            zip(x, weights).reduce(0) { $0 + $1.0 * $1.1 } + wrongly * Double(random.normal())
          for row in 0..<width {
            products[row] += x[row] * y
            for column in 0..<width { squares[row, column] += x[row] * x[column] }
          }
        }
        let inverse = squares.inverse
        weights = (0..<width).map { row in
          (0..<width).reduce(0) { $0 + inverse[row, $1] * products[$1] }
        }
        sums[generation] += weights.reduce(0) { $0 + $1 * $1 }
      }
    }
    return sums.map { $0 / Double(lines) }
  }
}
