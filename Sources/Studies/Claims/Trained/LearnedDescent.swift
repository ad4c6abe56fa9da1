import Layers
import Optimizers
import Tensors
import Training

/// A layer of linear attention that is trained on regressions in its context learns to do a step of gradient descent
/// (2212.07677).
public struct LearnedDescent: Study {
  package var task = RegressionTask()
  /// Training steps, and how many when it is to be quick.
  package var steps = (full: 5000, quick: 2500)

  public init() {}

  public let name = "learned-descent"
  public let claim = Claim(
    "Linear attention that learns regression learns gradient descent",
    words:
      "when they looked at the weights of that in context learning algorithm, they actually found some analogies to gradient descent "
      + "and mechanics", place: "004, 16:48",
    published: [
      "d = N = 10, x from U(-a, a), w from N(0, I): the best loss of one step of descent is d / 2 s (1 - N / (N + d - 0.2)) with s = a^2 / 3: 0.2062 at a = "
        + "0.5, with rate / N = 0.606 (von Oswald et al., 2212.07677; the published code draws x from U(-0.5, 0.5)). A trained layer's loss "
        + "and its sensitivity to the input are those of descent."
    ])
  public let setup = """
    One layer of linear attention (the engine's Hebbian memory between learned projections, width 11) reads ten examples and is asked about \
    an eleventh input. 5,000 steps of 2,048 new problems, AdamW 1e-3, gradients of length 1e-3 at most; measured on ten thousand \
    problems. Beside it a softmax head with the same projections, and the step of descent with the best rate.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    var losses: (linear: [Double], softmax: [Double]) = ([], [])
    var (coefficients, cosines) = ([Double](), [Double]())
    var curves: [[LinePlot.Point]] = []
    for seed in setting.seeds {
      let linear = try RegressionLayer(task, isSoftmax: false, seed: seed)
      curves.append(try linear.train(steps: steps, seed: seed, note: setting.note))
      let problems = task.problems(10_000, seed: seed, name: "examination")
      losses.linear.append(Double(linear.loss(problems).scalar) / 10_000)
      let found = linear.sensitivity(seed: seed)
      cosines.append(found.cosine)
      coefficients.append(found.coefficient)
      let softmax = try RegressionLayer(task, isSoftmax: true, seed: seed)
      _ = try softmax.train(steps: steps, seed: seed, note: setting.note)
      losses.softmax.append(Double(softmax.loss(problems).scalar) / 10_000)
    }
    return StudyOutcome(
      [
        Finding("loss", losses.linear, .near(task.optimum, within: 0.01 * task.optimum)),
        Finding(
          "rate / N", coefficients,
          .near(task.coefficient, within: 0.02 * task.coefficient)),
        Finding("cosine of the sensitivities", cosines, .atLeast(0.99)),
        Finding("loss of a softmax head", losses.softmax, .atLeast(1.02 * task.optimum)),
      ],
      [
        .plot(
          LinePlot(
            "A layer learns to descend", xLabel: "step", yLabel: "loss",
            zip(setting.seeds, curves).map { .init("seed \($0)", $1) }
              + [
                .init(
                  "one step of descent",
                  [.init(0, task.optimum), .init(Double(steps), task.optimum)])
              ]))
      ])
  }
}

/// Regressions without noise: examples of x, uniform in [-reach, reach], and y = w x with w of deviation 1.
package struct RegressionTask: Sendable {
  package var width = 10
  package var examples = 10
  package var reach: Float = 0.5

  package init() {}

  private var variance: Double { Double(reach * reach) / 3 }

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

/// e_q + P sum_i (W_V e_i) (W_K e_i . W_Q e_q), or with a softmax over i; what it answers is minus the last number.
private struct RegressionLayer: Sendable {
  private let key, query, value, output: Parameter
  private let store: ParameterStore
  private let isSoftmax: Bool
  private let task: RegressionTask

  init(_ task: RegressionTask, isSoftmax: Bool, seed: UInt64) throws {
    self.task = task
    self.isSoftmax = isSoftmax
    let scope = ParameterScope(seed: seed)
    let width = task.width + 1
    func matrix(_ name: String) throws -> Parameter {
      try scope.parameter(name, [width, width], .normal(deviation: isSoftmax ? 0.1 : 0.05))
    }
    (key, query) = (try matrix("key"), try matrix("query"))
    (value, output) = (try matrix("value"), try matrix("output"))
    store = scope.store
  }

  /// [problems].
  func answers(_ problems: RegressionProblems) -> Tensor {
    let (examples, queries) = (problems.examples, problems.queries)
    let (batch, count, width) = (examples.shape[0], examples.shape[1], examples.shape[2])
    let keys = examples.linear(key.effective)
    let values = examples.linear(value.effective)
    let asked = queries.linear(query.effective)
    let read: Tensor
    if isSoftmax {
      read = asked.multiplied(by: keys, transposeOther: true).softmax().multiplied(by: values)
    } else {
      let rows: Shape = [batch, count, 1, width]
      let one = Tensor(repeating: 1, shape: [batch, count, 1])
      var memory = LinearMemory(MemoryMatrices(.zeros([batch, width, 1, width])), rule: .hebbian)
      memory.write(
        MemorySteps(
          queries: keys.reshaped(rows), keys: keys.reshaped(rows), values: values.reshaped(rows),
          rate: one, keep: one))
      read = memory.read(asked.reshaped([batch, 1, 1, width])).reshaped([batch, 1, width])
    }
    let last = (queries + read.linear(output.effective)).sliced(axis: 2, width - 1..<width)
    return last.reshaped([batch]) * -1
  }

  /// Half the sum of squared errors.
  func loss(_ problems: RegressionProblems) -> Tensor {
    let error = answers(problems) - problems.answers
    return (error * error).sum() * 0.5
  }

  func train(
    steps: Int, seed: UInt64, note: (String) -> Void
  ) throws -> [LinePlot.Point] {
    let (batch, piece) = (2048, 256)
    var optimizer = AdamW(learningRate: 1e-3, beta2: 0.98)
    var curve: [LinePlot.Point] = []
    for step in 1...steps {
      let problems = task.problems(batch, seed: seed, name: "step \(step)")
      let (loss, gradients) = try ParallelGradients.sum(pieces: batch / piece) { index in
        self.loss(problems.part(index * piece..<(index + 1) * piece))
      }
      let squares = store.parameters.reduce(Float(0)) { sum, parameter in
        sum + (gradients[parameter.value].map { ($0 * $0).sum().scalar } ?? 0)
      }
      let length = squares.squareRoot() / Float(batch)
      try optimizer.update(
        store.parameters, along: gradients, rate: 1,
        gradientScale: min(1, 1e-3 / max(length, 1e-12)) / Float(batch))
      if step.isMultiple(of: max(1, steps / 50)) {
        curve.append(.init(Double(step), loss / Double(batch)))
      }
      if step.isMultiple(of: max(1, steps / 5)) {
        note("step \(step)/\(steps) | loss \(LinePlot.digits(loss / Double(batch)))")
      }
    }
    return curve
  }

  /// How the answer moves with the input, against sum_i y_i x_i, along which descent moves it: the cosine between both, and the
  /// factor (the rate by the number of examples), means over a hundred problems.
  func sensitivity(seed: UInt64) -> (cosine: Double, coefficient: Double) {
    let (d, n, count) = (task.width, task.examples, 100)
    let problems = task.problems(count, seed: seed, name: "sensitivity")
    let inputs = (0..<d).map { axis in
      // The answer is linear in the input: what it says of an axis is its slope along it.
      let queries = Tensor(
        (0..<count).flatMap { _ in (0...d).map { $0 == axis ? Float(1) : 0 } },
        shape: [count, 1, d + 1])
      var asked = problems
      asked.queries = queries
      return answers(asked).values
    }
    let rows = problems.examples.values
    var (cosine, coefficient) = (0.0, 0.0)
    for problem in 0..<count {
      var (dot, own, descent) = (0.0, 0.0, 0.0)
      for axis in 0..<d {
        let slope = Double(inputs[axis][problem])
        let wanted = (0..<n).reduce(0.0) { sum, example in
          let row = (problem * n + example) * (d + 1)
          return sum + Double(rows[row + d] * rows[row + axis])
        }
        dot += slope * wanted
        own += slope * slope
        descent += wanted * wanted
      }
      cosine += dot / (own * descent).squareRoot() / Double(count)
      coefficient += dot / descent / Double(count)
    }
    return (cosine, coefficient)
  }
}
