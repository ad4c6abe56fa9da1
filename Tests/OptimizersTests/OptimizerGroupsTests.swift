import Layers
import Optimizers
import Tensors
import Testing

@Suite struct OptimizerGroupsTests {
  private let parameters = [
    parameter("blocks.0.up", [6, 4]), parameter("embedding", [9, 4]), parameter("norm", [4]),
  ]

  private func groups() -> OptimizerGroups {
    OptimizerGroups([
      .init("matrices", Muon(learningRate: 0.1)) { $0.path.hasPrefix("blocks.") },
      .init("tables", AdamW(learningRate: 0.2)) { $0.shape.rank == 2 },
      .init("rest", AdamW(learningRate: 0.3, weightDecay: 0.1)),
    ])
  }

  private func step(_ step: Int, _ optimizer: inout OptimizerGroups, _ parameters: [Parameter])
    throws
  {
    let slopes = parameters.map { ($0, slope($0, step: step)) }
    try optimizer.update(
      parameters, along: gradients(slopes), rate: 1 / Float(step + 1), gradientScale: 0.5)
  }

  @Test func theFirstClaimCounts() throws {
    var optimizer = groups()
    try step(0, &optimizer, parameters)
    #expect(
      optimizer.state.map(\.name) == [
        "matrices/muon.momentum.blocks.0.up", "tables/adamw.step",
        "tables/adamw.first.embedding", "tables/adamw.second.embedding", "rest/adamw.step",
        "rest/adamw.first.norm", "rest/adamw.second.norm",
      ])
    // Each moved at its own optimizer's rate: AdamW's first step is the rate itself.
    for (index, rate) in [(1, 0.2), (2, 0.3)] as [(Int, Float)] {
      let start = drawn(parameters[index].shape, parameters[index].path).values
      for (before, after) in zip(start, parameters[index].value.values) {
        let kept = index == 2 ? before * (1 - 0.3 * 0.1) : before
        #expect(abs(abs(after - kept) - rate) < 1e-4)
      }
    }
  }

  @Test func restoredStateGoesOnBitForBit() throws {
    var whole = groups()
    for index in 0..<8 { try step(index, &whole, parameters) }

    let others = parameters.map { parameter($0.path, $0.shape) }
    var first = groups()
    for index in 0..<3 { try step(index, &first, others) }
    let state = saved(first.state)
    let copies = others.map { Parameter(path: $0.path, value: $0.value.owned()) }
    // What happens to the first one afterwards is its own affair.
    try step(99, &first, others)
    var second = groups()
    try second.restore(state, for: copies)
    for index in 3..<8 { try step(index, &second, copies) }
    for (a, b) in zip(parameters, copies) {
      #expect(a.value.values.map(\.bitPattern) == b.value.values.map(\.bitPattern), "\(a.path)")
    }
    #expect(
      whole.state.map { $0.tensor.values } == second.state.map { $0.tensor.values })
  }

  @Test func stateThatBelongsToNobodyIsNamed() throws {
    var optimizer = groups()
    try step(0, &optimizer, parameters)
    let sound = saved(optimizer.state)
    let strangers = ["other/adamw.step", "norm", "rest/adamw.first.embedding"]
    for name in strangers {
      var state = sound
      state[name] = .zeros([9, 4])
      var restored = groups()
      let error = try #require(throws: OptimizerError.self) {
        try restored.restore(state, for: parameters)
      }
      #expect("\(error)".contains("'\(name.replacing("rest/", with: ""))'"))
    }
    for name in sound.tensorNames where name.contains("adamw") {
      var state = sound
      state[name] = nil
      var restored = groups()
      #expect(throws: OptimizerError.self) { try restored.restore(state, for: parameters) }
    }
  }
}
