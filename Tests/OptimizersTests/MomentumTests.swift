import Layers
import Optimizers
import Tensors
import Testing

/// What the momenta of nested learning have in common, and where one is another.
@Suite struct MomentumTests {
  private func normal(_ shape: Shape, _ name: String) -> Tensor {
    var random = RandomSource(seed: 1, name: name)
    return .normal(shape, deviation: 1, using: &random)
  }

  /// Where `optimizer` leads from one weight along the same five gradients.
  private func path(_ optimizer: some Optimizer, _ shape: Shape = [6, 4]) throws -> [Float] {
    var optimizer = optimizer
    let parameter = Parameter(path: "w", value: normal(shape, "weight"))
    for step in 0..<5 {
      let gradients = Gradients()
      gradients.insert(normal(shape, "gradient \(step)"), for: parameter.value)
      try optimizer.update([parameter], along: gradients, rate: 0.5, gradientScale: 2)
    }
    return parameter.value.values
  }

  private func distance(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// <W, g> + |W - W_t|^2 / (2 rate) is least where the step ends: its gradient there is nothing.
  @Test func aStepOfDescentMinimisesItsLinearModel() throws {
    let parameter = Parameter(path: "w", value: normal([3, 5], "weight"))
    let (before, gradient) = (parameter.value.values, normal([3, 5], "gradient"))
    let gradients = Gradients()
    gradients.insert(gradient, for: parameter.value)
    var descent = SGD(learningRate: 0.1)
    descent.update([parameter], along: gradients, rate: 1, gradientScale: 1)
    for (index, after) in parameter.value.values.enumerated() {
      #expect(abs(gradient.values[index] + (after - before[index]) / 0.1) < 1e-5)
    }
  }

  @Test func withoutMemoryMomentumIsDescent() throws {
    let descent = try path(SGD(learningRate: 0.1))
    #expect(
      distance(try path(MomentumOptimizer(HebbianMomentum(decay: 0), learningRate: 0.1)), descent)
        < 1e-6)
  }

  @Test func withAPeriodOfOneALevelIsDescentToTheBit() throws {
    #expect(
      try path(PeriodicOptimizer(SGD(learningRate: 0.1), period: 1))
        == path(SGD(learningRate: 0.1)))
  }

  /// Between its steps a level stays what it is; then it goes along the sum.
  @Test func aLevelMovesOnceInAPeriod() throws {
    var optimizer = PeriodicOptimizer(SGD(learningRate: 0.1), period: 3)
    let parameter = Parameter(path: "w", value: normal([2, 2], "weight"))
    let before = parameter.value.values
    var sum = Tensor.zeros([2, 2])
    for step in 0..<3 {
      #expect(parameter.value.values == before)
      let gradients = Gradients()
      gradients.insert(normal([2, 2], "gradient \(step)"), for: parameter.value)
      sum = sum + normal([2, 2], "gradient \(step)")
      try optimizer.update([parameter], along: gradients, rate: 1, gradientScale: 1)
    }
    let expected = zip(before, sum.values).map { $0 - 0.1 * $1 }
    #expect(distance(parameter.value.values, expected) < 1e-6)
  }

  @Test func withNothingErasedDeltaMomentumIsMomentum() throws {
    let momentum = try path(MomentumOptimizer(HebbianMomentum(), learningRate: 0.1))
    #expect(
      distance(try path(MomentumOptimizer(DeltaMomentum(erase: 0), learningRate: 0.1)), momentum)
        < 1e-6)
    #expect(
      distance(try path(MomentumOptimizer(DeltaMomentum(), learningRate: 0.1)), momentum) > 1e-2)
  }

  /// A gradient that comes again and again along one direction is remembered once, not as often as it came.
  @Test func deltaMomentumReplacesWhatLiesAlongTheGradient() {
    let gradient = Tensor([3, 4], shape: [1, 2])
    var replaced = Momentum(DeltaMomentum(decay: 1, erase: 1), for: [1, 2])
    var added = Momentum(HebbianMomentum(decay: 1), for: [1, 2])
    for _ in 0..<50 {
      replaced.write(gradient)
      added.write(gradient)
    }
    #expect(distance(replaced.read(gradient).values, [3, 4]) < 1e-4)
    #expect(distance(added.read(gradient).values, [150, 200]) < 1e-2)
  }

  /// The orthogonal factor of a momentum without memory is U V^T of the gradient, as a step of Shampoo without accumulation is.
  @Test func aNonlinearOutputIsMuon() throws {
    let nonlinear = try path(
      MomentumOptimizer(NonlinearMomentum(decay: 0), learningRate: 0.1))
    #expect(distance(nonlinear, try path(Muon(learningRate: 0.1, momentum: 0))) < 1e-5)
  }

  @Test(arguments: [[6, 4], [5], [2, 3, 2]])
  func stepsOfTwoTimescalesAreOfOneSize(_ extents: [Int]) {
    let rule = MultiTimescaleMomentum(period: 2)
    let shape = Shape(extents)
    var momentum = Momentum(rule, for: shape)
    for (index, scale) in ([1e-3, 1, 1e3, 10, 1] as [Float]).enumerated() {
      let gradient = normal(shape, "\(index)") * scale
      momentum.write(gradient)
      let step = momentum.read(gradient)
      let size = (step.values.reduce(0) { $0 + $1 * $1 } / Float(step.count)).squareRoot()
      #expect(abs(size - rule.size) < 1e-4)
    }
  }

  /// What comes again and again is expected: the network's answer grows towards it, and is gone in advance.
  @Test func aDeepMomentumLearnsWhatComesAgain() {
    let gradient = normal([3, 8], "gradient")
    var momentum = Momentum(DeepMomentum(decay: 1, rate: 1), for: [3, 8])
    for _ in 0..<400 { momentum.write(gradient) }
    #expect(distance(momentum.read(gradient).values, (gradient * 2).values) < 0.1)
    // Of another gradient it expects less.
    let other = normal([3, 8], "other")
    #expect(distance(momentum.read(other).values, (other * 2).values) > 0.5)
  }

  /// Interrupted and taken up again, every rule goes where it would have gone.
  @Test func statesAreTakenUp() throws {
    func check(_ make: () -> some Optimizer) throws {
      let shape: Shape = [6, 4]
      func go(_ optimizer: inout some Optimizer, _ parameter: Parameter, _ steps: Range<Int>) throws
      {
        for step in steps {
          let gradients = Gradients()
          gradients.insert(normal(shape, "gradient \(step)"), for: parameter.value)
          try optimizer.update([parameter], along: gradients, rate: 1, gradientScale: 1)
        }
      }
      let (whole, halved) = (
        Parameter(path: "w", value: normal(shape, "weight")),
        Parameter(path: "w", value: normal(shape, "weight"))
      )
      var (first, before, after) = (make(), make(), make())
      try go(&first, whole, 0..<7)
      try go(&before, halved, 0..<3)
      var saved = TensorDictionary()
      for (name, tensor) in before.state { saved[name] = tensor }
      try after.restore(saved, for: [halved])
      try go(&after, halved, 3..<7)
      #expect(whole.value.values == halved.value.values)
      saved["stranger"] = .zeros([1])
      #expect(throws: (any Error).self) { try after.restore(saved, for: [halved]) }
    }
    try check { SGD(learningRate: 0.1) }
    try check { MomentumOptimizer(HebbianMomentum(), learningRate: 0.1) }
    try check { MomentumOptimizer(DeltaMomentum(), learningRate: 0.1) }
    try check { MomentumOptimizer(DeepMomentum(), learningRate: 0.1) }
    try check { MomentumOptimizer(NonlinearMomentum(), learningRate: 0.1) }
    try check { MomentumOptimizer(MultiTimescaleMomentum(period: 2), learningRate: 0.1) }
    try check {
      PeriodicOptimizer(
        MomentumOptimizer(HebbianMomentum(), learningRate: 0.1), period: 2)
    }
  }
}
