import Layers
import Tensors
import Training

/// Linear attention with weights written by hand does gradient descent on the examples in its context (2212.07677).
///
/// A token is an example (x, y) in one row. Keys and queries are its x, values P W_V (x, y), and what a row reads is added to it:
/// y_j <- y_j - (eta / N) sum_i (y_i - W0 x_i) (x_i . x_j), which is what a step of descent on the mean squared error changes in
/// what W says of x_j. A row (x, 0) that nobody reads then holds minus the change of the answer to x.
public struct InContextDescent: Study {
  /// What the rate in the weights is multiplied by; 1 is right.
  package var wrongly: Float = 1

  public init() {}

  public let name = "in-context-descent"
  public let claim = Claim(
    "In-context learning can be gradient descent",
    words:
      "they actually hard coded the weights of the neural network to do gradient descent through attention and all the "
      + "internals of the neural network", place: "004, 16:58",
    published: [
      "One layer of linear self-attention is one step of gradient descent, K layers are K steps, exactly (von Oswald et al., "
        + "2212.07677, proposition 1); with the examples turned along it is GD++ (appendix A.10)."
    ])
  public let setup = """
    Random problems: 1 to 20 inputs, 1 to 3 outputs, 1 to 40 examples, random weights to begin with, a random rate, 1 to 5 layers. \
    The layers are the engine's Hebbian memories with their rates at 1, which is linear attention; what they say of unseen \
    inputs is held against descent in float64. One softmax head in their place is the control.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    var (descent, turning, softmax) = ([Double](), [Double](), [Double]())
    for seed in setting.seeds {
      var random = RandomSource(seed: seed, name: name)
      var largest = (descent: 0.0, turning: 0.0)
      var sum = 0.0
      let count = setting.pick(200, quick: 50)
      for _ in 0..<count {
        let problem = Problem(&random)
        let wanted = problem.descended(turning: 0)
        largest.descent = max(
          largest.descent, Self.distance(layers(problem, turning: 0), wanted))
        // Examples' lengths squared are at most their width: what they have in common shrinks.
        let gamma = 1 / Double(problem.inputs.count * problem.query.count)
        largest.turning = max(
          largest.turning,
          Self.distance(layers(problem, turning: gamma), problem.descended(turning: gamma)))
        sum += Self.distance(layers(problem, turning: 0, softmax: true), wanted)
      }
      descent.append(largest.descent)
      turning.append(largest.turning)
      softmax.append(sum / Double(count))
    }
    return StudyOutcome([
      Finding("largest difference from descent", descent, .atMost(1e-5)),
      Finding("largest difference from GD++", turning, .atMost(1e-5)),
      Finding("mean difference of a softmax head", softmax, .atLeast(0.01)),
    ])
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// What the layers say of the unseen input.
  private func layers(_ problem: Problem, turning gamma: Double, softmax: Bool = false) -> [Double]
  {
    let (d, outputs, count) = (problem.query.count, problem.start.count, problem.inputs.count)
    let width = d + outputs
    var tokens = zip(problem.inputs, problem.targets).map {
      $0.map(Float.init) + $1.map(Float.init)
    }
    tokens.append(problem.query.map(Float.init) + Array(repeating: 0, count: outputs))
    let rate = Float(problem.rate / Double(count)) * wrongly
    for _ in 0..<problem.steps {
      func rows(_ tokens: some Sequence<[Float]>, _ row: ([Float]) -> [Float]) -> Tensor {
        let values = tokens.flatMap(row)
        return Tensor(values, shape: [1, values.count / width, 1, width])
      }
      let asked: ([Float]) -> [Float] = { $0.prefix(d) + Array(repeating: 0, count: outputs) }
      let keys = rows(tokens.dropLast(), asked)
      let values = rows(tokens.dropLast()) { token in
        token.prefix(d).map { -Float(gamma) * $0 }
          + (0..<outputs).map { output in
            let said = (0..<d).reduce(Float(0)) {
              $0 + Float(problem.start[output][$1]) * token[$1]
            }
            return rate * (said - token[d + output])
          }
      }
      let queries = rows(tokens, asked)
      let read: Tensor
      if softmax {
        // As much as linear attention adds up: a mean of `count` values, `count` times.
        let scores = queries.reshaped([count + 1, width]).multiplied(
          by: keys.reshaped([count, width]), transposeOther: true)
        read = scores.softmax().multiplied(by: values.reshaped([count, width])) * Float(count)
      } else {
        let one = Tensor(repeating: 1, shape: [1, count, 1])
        var memory = LinearMemory(
          MemoryMatrices(.zeros([1, width, 1, width])), rule: .hebbian)
        memory.write(MemorySteps(queries: keys, keys: keys, values: values, rate: one, keep: one))
        read = memory.read(queries)
      }
      let added = read.values
      for index in tokens.indices {
        for place in 0..<width { tokens[index][place] += added[index * width + place] }
      }
    }
    return (0..<outputs).map { problem.answer(of: $0) - Double(tokens[count][d + $0]) }
  }
}

/// A linear regression, and where descent on it begins.
private struct Problem {
  var inputs, targets: [[Double]]
  var query: [Double]
  /// [outputs][inputs].
  var start: [[Double]]
  var rate: Double
  var steps: Int

  init(_ random: inout RandomSource) {
    let d = random.integer(in: 1..<21)
    let outputs = random.integer(in: 1..<4)
    func row(_ count: Int) -> [Double] {
      (0..<count).map { _ in 2 * Double(random.uniform()) - 1 }
    }
    let count = random.integer(in: 1..<41)
    inputs = (0..<count).map { _ in row(d) }
    targets = (0..<count).map { _ in row(outputs) }
    query = row(d)
    start = (0..<outputs).map { _ in row(d) }
    // The mean square of an input's length is d / 3: at most as fast as descent converges.
    rate = 3 / Double(d) * Double(0.1 + 0.9 * random.uniform())
    steps = random.integer(in: 1..<6)
  }

  /// What the weights at the start say of the query.
  func answer(of output: Int) -> Double {
    zip(start[output], query).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// What the weights say of the query after all steps of descent. With `turning`, inputs lose at every step what they have in
  /// common with the examples, as in GD++, and the answer is the sum of what the steps said.
  func descended(turning gamma: Double) -> [Double] {
    var (inputs, query) = (inputs, query)
    var errors = zip(inputs, targets).map { input, target in
      target.indices.map { output in
        target[output] - zip(start[output], input).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
    var answers = start.indices.map(answer(of:))
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    for _ in 0..<steps {
      // The step's change of W is rate / N times the sum of error x^T.
      func change(of input: [Double], _ output: Int) -> Double {
        inputs.indices.reduce(0) { $0 + errors[$1][output] * dot(inputs[$1], input) } * rate
          / Double(inputs.count)
      }
      func turned(_ input: [Double]) -> [Double] {
        inputs.reduce(input) { left, example in
          let share = gamma * dot(example, input)
          return zip(left, example).map { $0 - share * $1 }
        }
      }
      for output in answers.indices { answers[output] += change(of: query, output) }
      let turnedInputs = gamma == 0 ? inputs : inputs.map(turned)
      errors = inputs.indices.map { index in
        answers.indices.map { output in
          // What the weights at the start say turns as well.
          let moved = zip(turnedInputs[index], inputs[index]).map { $0 - $1 }
          return errors[index][output] - change(of: inputs[index], output)
            - dot(start[output], moved)
        }
      }
      query = gamma == 0 ? query : turned(query)
      inputs = turnedInputs
    }
    return answers
  }
}
