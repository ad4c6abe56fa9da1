import Foundation
import Layers
import Optimizers
import Tensors
import Testing

@Suite struct AdamWTests {
  /// Loshchilov and Hutter's algorithm 2, in double precision, one parameter.
  private struct Reference {
    var value: [Double]
    var first, second: [Double]
    var step = 0

    init(_ value: [Double]) {
      self.value = value
      first = value.map { _ in 0 }
      second = first
    }

    mutating func update(
      _ gradient: [Double], rate: Double, beta1: Double, beta2: Double, epsilon: Double,
      decay: Double
    ) {
      step += 1
      for i in value.indices {
        first[i] = beta1 * first[i] + (1 - beta1) * gradient[i]
        second[i] = beta2 * second[i] + (1 - beta2) * gradient[i] * gradient[i]
        let mean = first[i] / (1 - pow(beta1, Double(step)))
        let size = (second[i] / (1 - pow(beta2, Double(step)))).squareRoot()
        value[i] -= rate * decay * value[i] + rate * mean / (size + epsilon)
      }
    }
  }

  @Test(arguments: [0, 0.3] as [Float], [1, 0.125] as [Float])
  func twentyStepsAsInDoublePrecision(_ weightDecay: Float, _ gradientScale: Float) throws {
    // 37 elements: whole vectors and a rest.
    let parameters = [parameter("matrix", [5, 7]), parameter("vector", [37])]
    var references = parameters.map { Reference(doubles($0.value)) }
    var optimizer = AdamW(
      learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: weightDecay)
    for step in 0..<20 {
      let rate = 1 - Float(step) / 40
      let slopes = parameters.map { ($0, slope($0, step: step)) }
      try optimizer.update(
        parameters, along: gradients(slopes), rate: rate, gradientScale: gradientScale)
      for (index, slope) in slopes.enumerated() {
        references[index].update(
          doubles(slope.1).map { $0 * Double(gradientScale) }, rate: Double(Float(0.01) * rate),
          beta1: Double(Float(0.8)), beta2: Double(Float(0.95)), epsilon: 1e-6,
          decay: Double(weightDecay))
      }
      for (parameter, reference) in zip(parameters, references) {
        #expect(error(of: parameter.value, against: reference.value) < 2e-6, "step \(step)")
      }
    }
    let moved = zip(doubles(drawn([37], "vector")), references[1].value).map { abs($0 - $1) }
    #expect(moved.min()! > 1e-5)
  }

  @Test func theFirstStepIsTheRateAgainstTheSign() throws {
    let parameter = Parameter(path: "p", value: .zeros([3]))
    var optimizer = AdamW(learningRate: 0.5, epsilon: 0)
    let slope = Tensor([1000, -0.001, 2], shape: [3])
    try optimizer.update(
      [parameter], along: gradients([(parameter, slope)]), rate: 1, gradientScale: 1)
    for (value, expected) in zip(parameter.value.values, [-0.5, 0.5, -0.5] as [Float]) {
      #expect(abs(value - expected) < 1e-5)
    }
  }

  @Test func aParameterWithoutAGradientStaysAsItIs() throws {
    let (moved, still) = (parameter("moved", [4]), parameter("still", [4]))
    let before = still.value.values
    var optimizer = AdamW(learningRate: 0.1, weightDecay: 0.5)
    try optimizer.update(
      [moved, still], along: gradients([(moved, slope(moved, step: 0))]), rate: 1,
      gradientScale: 1)
    #expect(still.value.values == before)
    #expect(
      optimizer.state.map(\.name) == ["adamw.step", "adamw.first.moved", "adamw.second.moved"])
  }

  @Test func malformedStateIsNamed() throws {
    let parameter = parameter("p", [2, 3])
    var optimizer = AdamW(learningRate: 0.1)
    try optimizer.update(
      [parameter], along: gradients([(parameter, slope(parameter, step: 0))]), rate: 1,
      gradientScale: 1)
    let sound = saved(optimizer.state)

    func message(_ name: String, _ tensor: Tensor?) throws -> String {
      var state = sound
      state[name] = tensor
      var restored = AdamW(learningRate: 0.1)
      let error = try #require(throws: OptimizerError.self) {
        try restored.restore(state, for: [parameter])
      }
      return "\(error)"
    }
    let step = "adamw.step"
    let steps: [Tensor?] = [
      nil, .zeros([1]), .zeros([2, 1]), Tensor([0, -1], shape: [2]), Tensor([0.5, 0], shape: [2]),
      Tensor([.nan, 0], shape: [2]), Tensor([.infinity, 0], shape: [2]),
      Tensor([0x1p22, 0], shape: [2]),
    ]
    for tensor in steps { #expect(try message(step, tensor).contains("'\(step)'")) }
    for name in ["adamw.first.p", "adamw.second.p"] {
      for tensor in [nil, .zeros([3, 2]), .zeros([6]), .zeros([1]), .zeros([200, 3])] as [Tensor?] {
        let text = try message(name, tensor)
        #expect(text.contains("run.safetensors") && text.contains("'\(name)'"))
      }
    }
    #expect(try message("adamw.first.other", .zeros([2, 3])).contains("adamw.first.other"))
    var restored = AdamW(learningRate: 0.1)
    try restored.restore(sound, for: [parameter])
  }

  @Test func longRunsKeepTheirStepCount() throws {
    // 2^24 + 1 is no float: the count is stored in two.
    for count in [0, 1, 0xfffff, 0x100000, 1 << 24 + 1, 0x1_0000_0001] {
      let state = TensorDictionary([
        ("adamw.step", Tensor([Float(count >> 20), Float(count & 0xfffff)], shape: [2]))
      ])
      var optimizer = AdamW(learningRate: 0.1)
      try optimizer.restore(state, for: [])
      #expect(optimizer.state[0].tensor.values == state["adamw.step"]!.values)
    }
  }
}
