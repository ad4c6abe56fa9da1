import Corpora
import Foundation
import Layers
import Optimizers
import Tensors
import Training

/// The network that read zip codes in 1989, and what 33 years of tricks do for it.
public struct LeCun1989: Study {
  /// How many of the full number of passes, for tests.
  package var passShare = 1.0
  /// Turns labels into others, for tests.
  package var labelShift = 0

  public init() {}

  public let name = "lecun-1989"
  public let claim = Claim(
    "Time travel to 1989: algorithms alone more than halve the error",
    words:
      "if I time travel by algorithms to 33 years, I could adjust with Jan LaCoon data in 1989 and I could basically have the learning half the "
      + "error. But to get further gains, I had to add a lot more data.", place: "004, 26:05",
    published: [
      "9,760 parameters, 7,291 digits to learn and 2,007 to test, 23 passes of descent: 102 misses (LeCun et al. 1989, Neural Computation 1(4)).",
      "On as many digits of MNIST: 82 misses; with AdamW 72; with shifted images 43; with dropout and ReLU 32 (Karpathy 2022, Deep Neural Nets: 33 years ago and 33 "
        + "years from now). Met within 2 sqrt(misses).",
    ])
  public let setup = """
    The four layers of the paper (12 planes of 5 x 5, 12 planes of 5 x 5 that each see 8 of those, 30 units, 10 outputs; every unit a bias of its \
    own; tanh) on 16 x 16 pixels from -1 to 1, one image a step. Base: squared error, descent at 0.03, 23 passes. Then, each on top \
    of the one before: softmax and AdamW from 3e-4 to 1e-4 in 46 passes; images shifted by up to a pixel, 60 passes; ReLU and a \
    dropout of a quarter before the third layer, 80 passes. With --data a folder that holds images/mnist or images/usps; without it \
    on digits drawn by the program, of which there are no published figures. The quick form does the base alone, in 5 passes.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let source = try DigitSource(setting.data)
    let recipes = setting.isQuick ? [Recipe.all[0]] : Recipe.all
    let jobs = setting.seeds.flatMap { seed in recipes.map { (seed: seed, recipe: $0) } }
    // The longest first, so that no worker is left alone with one.
    let order = jobs.indices.sorted { jobs[$0].recipe.passes > jobs[$1].recipe.passes }
    let ran = try WorkerPool.shared.map(order.count) { index in
      let job = jobs[order[index]]
      let passes = setting.isQuick ? 5 : job.recipe.passes
      let found = try misses(
        of: job.recipe, passes: max(1, Int(Double(passes) * passShare)), source, seed: job.seed)
      setting.note("seed \(job.seed), \(job.recipe.title): \(found) misses")
      return (index: order[index], misses: Double(found))
    }
    var counts = [Double](repeating: 0, count: jobs.count)
    for result in ran { counts[result.index] = result.misses }
    let findings = recipes.indices.map { index in
      let found = setting.seeds.indices.map { counts[$0 * recipes.count + index] }
      return Finding(
        "misses, \(recipes[index].title)", found,
        source.expectation(recipes[index].published, isQuick: setting.isQuick))
    }
    return StudyOutcome(
      findings,
      [
        .paragraph(
          "The digits are \(source.title): \(source.trainingCount) to learn, \(source.testCount) to test."
        )
      ])
  }

  private func misses(
    of recipe: Recipe, passes: Int, _ source: DigitSource, seed: UInt64
  ) throws -> Int {
    let (training, test) = source.drawn(seed: seed)
    let network = try DigitNetwork(recipe, seed: seed)
    var random = RandomSource(seed: seed, name: "order and shifts")
    var optimizer: any Optimizer =
      recipe.isModern
      ? AdamW(learningRate: 3e-4, beta1: 0.9, beta2: 0.999, weightDecay: 0.01)
      : SGD(learningRate: 0.03)
    let steps = passes * training.count
    for step in 0..<steps {
      let index = step % training.count
      let shift =
        recipe.isShifted
        ? (random.integer(in: -1..<2), random.integer(in: -1..<2)) : (0, 0)
      let gradients = Gradients()
      let label = (training.labels[index] + labelShift * (index % 10)) % 10
      network.loss(training.image(index, shift: shift), label, &random).backward(into: gradients)
      // To a third of the rate over the whole course.
      let rate = recipe.isModern ? 1 - 2 / 3 * Float(step) / Float(steps) : 1
      try optimizer.update(network.parameters, along: gradients, rate: rate, gradientScale: 1)
    }
    return (0..<test.count).count {
      network.answer(test.image($0, shift: (0, 0))) != test.labels[$0]
    }
  }
}

/// What is changed of the network of 1989 and of its training.
private struct Recipe: Sendable {
  var title: String
  var passes: Int
  /// Misses of a reproduction.
  var published: Double
  /// Softmax and cross-entropy, AdamW.
  var isModern = false
  var isShifted = false
  /// Dropout, and ReLU in tanh's place.
  var isRegular = false

  static let all = [
    Recipe(title: "as in 1989", passes: 23, published: 82),
    Recipe(title: "AdamW", passes: 46, published: 72, isModern: true),
    Recipe(title: "and shifts", passes: 60, published: 43, isModern: true, isShifted: true),
    Recipe(
      title: "and dropout, ReLU", passes: 80, published: 32, isModern: true, isShifted: true,
      isRegular: true),
  ]
}

/// Images of 16 x 16 with what each shows.
struct SmallDigits: Sendable {
  static let side = 16
  /// From -1 to 1, image by image.
  var pixels: [Float]
  var labels: [Int]

  var count: Int { labels.count }

  /// An image with two rows and columns of -1 around it, [1, 1, 20, 20]; what a shift drives out comes in on the other side.
  func image(_ index: Int, shift: (x: Int, y: Int)) -> Tensor {
    let side = Self.side
    return Tensor(shape: [1, 1, side + 4, side + 4]) { floats in
      floats.update(repeating: -1)
      for y in 0..<side {
        for x in 0..<side {
          let from = (y - shift.y + side) % side * side + (x - shift.x + side) % side
          floats[(y + 2) * (side + 4) + x + 2] = pixels[index * side * side + from]
        }
      }
    }
  }
}

/// LeCun's layers: H1 12 x 8 x 8, H2 12 x 4 x 4, H3 30, output 10.
private struct DigitNetwork: Sendable {
  private let first, firstBias, second, secondBias, third, thirdBias, output, outputBias: Parameter
  private let store: ParameterStore
  private let recipe: Recipe

  init(_ recipe: Recipe, seed: UInt64) throws {
    let scope = ParameterScope(seed: seed)
    func weights(_ name: String, _ shape: Shape, fanIn: Int) throws -> Parameter {
      try scope.parameter(name, shape, .uniform(bound: 2.4 / Float(fanIn).squareRoot()))
    }
    func biases(_ name: String, _ count: Int, _ value: Float = 0) throws -> Parameter {
      try scope.parameter(name, [count], .constant(value))
    }
    first = try weights("h1", [12, 1, 5, 5], fanIn: 25)
    firstBias = try biases("h1.bias", 12 * 64)
    second = try weights("h2", [12, 8, 5, 5], fanIn: 200)
    secondBias = try biases("h2.bias", 12 * 16)
    third = try weights("h3", [30, 192], fanIn: 192)
    thirdBias = try biases("h3.bias", 30)
    output = try weights("output", [10, 30], fanIn: 30)
    // Nine of ten targets are -1.
    outputBias = try biases("output.bias", 10, recipe.isModern ? 0 : -1)
    store = scope.store
    self.recipe = recipe
  }

  var parameters: [Parameter] { store.parameters }

  func loss(_ image: Tensor, _ label: Int, _ random: inout RandomSource) -> Tensor {
    var kept: Tensor?
    if recipe.isRegular {
      kept = Tensor((0..<192).map { _ in random.uniform() < 0.25 ? 0 : 4 / 3 }, shape: [1, 192])
    }
    let outputs = outputs(image, keeping: kept)
    if recipe.isModern {
      return outputs.crossEntropy(SparseTargets(labels: [Int32(label)]))
    }
    let wanted = Tensor((0..<10).map { $0 == label ? 1 : -1 }, shape: [1, 10])
    let error = outputs.activated(by: .tanh) - wanted
    return (error * error).mean()
  }

  func answer(_ image: Tensor) -> Int { outputs(image, keeping: nil).detached().argmax()[0] }

  /// [1, 10], before the last tanh.
  private func outputs(_ image: Tensor, keeping kept: Tensor?) -> Tensor {
    let activation = recipe.isRegular ? Activation.relu : .tanh
    let h1 = image.convolved(with: first.effective, .init(stride: 2)).reshaped([1, 12 * 64])
      .addingRow(firstBias.effective).activated(by: activation)
    // Each group of four planes sees eight of the twelve.
    let planes = h1.reshaped([1, 12, 8, 8]).framed(by: 2, -1)
    func seen(_ range: Range<Int>) -> Tensor { planes.sliced(axis: 1, range) }
    let inputs = [
      seen(0..<8), seen(4..<12), .concatenated([seen(0..<4), seen(8..<12)], axis: 1),
    ]
    let kernels = second.effective
    let h2 = Tensor.concatenated(
      inputs.enumerated().map { group, input in
        input.convolved(
          with: kernels.sliced(axis: 0, 4 * group..<4 * group + 4), .init(stride: 2))
      }, axis: 1
    ).reshaped([1, 192]).addingRow(secondBias.effective).activated(by: activation)
    let h3 = (kept.map { h2 * $0 } ?? h2).linear(third.effective, bias: thirdBias.effective)
      .activated(by: activation)
    return h3.linear(output.effective, bias: outputBias.effective)
  }
}

extension Tensor {
  /// Images [1, planes, side, side] with a frame of `value` around each plane.
  fileprivate func framed(by width: Int, _ value: Float) -> Tensor {
    let (planes, side) = (shape[1], shape[2])
    let beside = Tensor(repeating: value, shape: [1, planes, side, width])
    let above = Tensor(repeating: value, shape: [1, planes, width, side + 2 * width])
    return .concatenated(
      [above, .concatenated([beside, self, beside], axis: 3), above], axis: 2)
  }
}
