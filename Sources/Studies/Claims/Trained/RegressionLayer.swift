import Layers
import Optimizers
import Tensors
import Training

/// One layer that a row passes once or more: e_j <- e_j + P sum_i (W_V e_i) (W_K e_i . W_Q e_j) over the examples i, or with a
/// softmax over i. The query is no example; what is answered is minus its last number.
struct RegressionLayer: Sendable {
  private let key, query, value, output: Parameter
  private let store: ParameterStore
  private let task: RegressionTask
  private let passes: Int
  private let isSoftmax: Bool

  /// Weights drawn at random.
  init(_ task: RegressionTask, passes: Int = 1, isSoftmax: Bool = false, seed: UInt64) throws {
    let deviation: Float = isSoftmax ? 0.1 : 0.05
    try self.init(task, passes: passes, isSoftmax: isSoftmax, .normal(deviation: deviation), seed)
  }

  /// A linear layer with these products.
  init(_ task: RegressionTask, passes: Int = 1, _ products: Products) throws {
    try self.init(task, passes: passes, isSoftmax: false, .constant(0), 0)
    let width = task.width + 1
    let one = Tensor(
      (0..<width * width).map { $0 % (width + 1) == 0 ? Float(1) : 0 }, shape: [width, width])
    key.replace(with: one)
    query.replace(with: products.keyQuery)
    value.replace(with: products.outputValue)
    output.replace(with: one)
  }

  private init(
    _ task: RegressionTask, passes: Int, isSoftmax: Bool, _ initializer: Initializer, _ seed: UInt64
  ) throws {
    (self.task, self.passes, self.isSoftmax) = (task, passes, isSoftmax)
    let scope = ParameterScope(seed: seed)
    let width = task.width + 1
    func matrix(_ name: String) throws -> Parameter {
      try scope.parameter(name, [width, width], initializer)
    }
    (key, query) = (try matrix("key"), try matrix("query"))
    (value, output) = (try matrix("value"), try matrix("output"))
    store = scope.store
  }

  /// [problems].
  func answers(_ problems: RegressionProblems) -> Tensor {
    let (count, width) = (task.examples, task.width + 1)
    var rows = Tensor.concatenated([problems.examples, problems.queries], axis: 1)
    for pass in 1...passes {
      let examples = rows.sliced(axis: 1, 0..<count)
      // What is asked for at the end is the query alone.
      if pass == passes { rows = rows.sliced(axis: 1, count..<count + 1) }
      rows = rows + read(rows, from: examples).linear(output.effective)
    }
    return rows.sliced(axis: 2, width - 1..<width).reshaped([rows.shape[0]]) * -1
  }

  /// What rows of [problems, rows, width] read of the examples.
  private func read(_ rows: Tensor, from examples: Tensor) -> Tensor {
    let (batch, count, width) = (examples.shape[0], examples.shape[1], examples.shape[2])
    let keys = examples.linear(key.effective)
    let values = examples.linear(value.effective)
    let asked = rows.linear(query.effective)
    if isSoftmax {
      return asked.multiplied(by: keys, transposeOther: true).softmax().multiplied(by: values)
    }
    let one = Tensor(repeating: 1, shape: [batch, count, 1])
    var memory = LinearMemory(MemoryMatrices(.zeros([batch, width, 1, width])), rule: .hebbian)
    let heads: Shape = [batch, count, 1, width]
    memory.write(
      MemorySteps(
        queries: keys.reshaped(heads), keys: keys.reshaped(heads), values: values.reshaped(heads),
        rate: one, keep: one))
    return memory.read(asked.reshaped([batch, rows.shape[1], 1, width])).reshaped(rows.shape)
  }

  /// Half the sum of squared errors.
  func loss(_ problems: RegressionProblems) -> Tensor {
    let error = answers(problems) - problems.answers
    return (error * error).sum() * 0.5
  }

  /// Trains on `steps` batches of new problems, and returns the losses on the way; the rate stays, or falls to 0 in the second half.
  func train(
    steps: Int, batch: Int = 2048, rateFalls: Bool = false, seed: UInt64, note: (String) -> Void
  ) throws -> [LinePlot.Point] {
    let piece = batch / 8
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
        store.parameters, along: gradients,
        rate: rateFalls ? min(1, 2 * Float(steps - step) / Float(steps)) : 1,
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

extension RegressionLayer {
  /// What a linear layer does depends on no more than two products of its matrices, [width, width] each.
  struct Products {
    /// W_K^T W_Q and P W_V.
    var keyQuery, outputValue: Tensor

    /// A step of descent at this rate (already divided by the number of examples), which takes `turning` times what the
    /// examples have in common off the inputs (GD++, 2212.07677).
    static func descent(_ task: RegressionTask, rate: Double, turning: Double = 0) -> Products {
      let width = task.width + 1
      func diagonal(_ x: Double, _ y: Double) -> Tensor {
        Tensor(
          (0..<width * width).map {
            $0 % (width + 1) == 0 ? Float($0 == width * width - 1 ? y : x) : 0
          }, shape: [width, width])
      }
      return Products(keyQuery: diagonal(1, 0), outputValue: diagonal(-turning, -rate))
    }

    /// The same layer with keys and queries whose x count as much as they are: the mean of that diagonal is 1.
    func normalized(_ task: RegressionTask) -> Products {
      let scale = Self.meanOfX(keyQuery, task)
      return Products(
        keyQuery: keyQuery * Float(1 / scale), outputValue: outputValue * Float(scale))
    }

    /// Of normalized products: what they take off the inputs, as in ``descent(_:rate:turning:)``.
    func turning(_ task: RegressionTask) -> Double { -Self.meanOfX(outputValue, task) }

    private static func meanOfX(_ matrix: Tensor, _ task: RegressionTask) -> Double {
      let (values, width) = (matrix.values, task.width + 1)
      return (0..<task.width).reduce(0) { $0 + Double(values[$1 * (width + 1)]) }
        / Double(task.width)
    }

    func mixed(with other: Products, share: Float) -> Products {
      Products(
        keyQuery: keyQuery * (1 - share) + other.keyQuery * share,
        outputValue: outputValue * (1 - share) + other.outputValue * share)
    }
  }

  /// The loss of the layer half way between this one and one of these products, by the mean of the losses of both.
  func lossHalfway(to other: Products, _ problems: RegressionProblems) throws -> Double {
    let own = products.normalized(task)
    let losses = try [0, 0.5, 1].map { (share: Float) in
      try Double(
        RegressionLayer(task, passes: passes, own.mixed(with: other, share: share))
          .loss(problems).scalar)
    }
    return 2 * losses[1] / (losses[0] + losses[2])
  }

  var products: Products {
    Products(
      keyQuery: key.value.detached().transposed().multiplied(by: query.value.detached()),
      outputValue: output.value.detached().multiplied(by: value.value.detached()))
  }
}
