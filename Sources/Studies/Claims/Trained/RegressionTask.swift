import Tensors

/// Regressions without noise: examples of x, uniform in [-reach, reach], and y = w x with w of deviation 1 (2212.07677).
package struct RegressionTask: Sendable {
  package var width = 10
  package var examples = 10
  package var reach: Float = 0.5

  package init() {}

  /// Of a number of x.
  var variance: Double { Double(reach * reach) / 3 }

  /// The rate of the best single step of descent from 0, by the number of examples.
  var coefficient: Double { 1 / (variance * (Double(examples + width) - 0.2)) }

  /// Half the mean squared error after that step.
  var optimum: Double {
    Double(width) / 2 * variance
      * (1 - Double(examples) / (Double(examples + width) - 0.2))
  }

  func problems(_ count: Int, seed: UInt64, name: String) -> RegressionProblems {
    var random = RandomSource(seed: seed, name: name)
    var rows: (examples: [Float], queries: [Float], answers: [Float]) = ([], [], [])
    rows.examples.reserveCapacity(count * examples * (width + 1))
    for _ in 0..<count {
      let weights = (0..<width).map { _ in random.normal() }
      func row() -> (x: [Float], y: Float) {
        let x = (0..<width).map { _ in reach * (2 * random.uniform() - 1) }
        return (x, zip(x, weights).reduce(0) { $0 + $1.0 * $1.1 })
      }
      for _ in 0..<examples {
        let (x, y) = row()
        rows.examples += x
        rows.examples.append(y)
      }
      let (x, y) = row()
      rows.queries += x + [0]
      rows.answers.append(y)
    }
    return RegressionProblems(
      examples: Tensor(rows.examples, shape: [count, examples, width + 1]),
      queries: Tensor(rows.queries, shape: [count, 1, width + 1]),
      answers: Tensor(rows.answers, shape: [count]))
  }
}

/// Examples (x, y), and an input whose y is asked for.
struct RegressionProblems {
  /// [problems, examples, width + 1] and [problems, 1, width + 1], y of the latter being 0.
  var examples, queries: Tensor
  /// [problems].
  var answers: Tensor

  func part(_ range: Range<Int>) -> RegressionProblems {
    RegressionProblems(
      examples: examples.sliced(axis: 0, range), queries: queries.sliced(axis: 0, range),
      answers: answers.sliced(axis: 0, range))
  }
}
