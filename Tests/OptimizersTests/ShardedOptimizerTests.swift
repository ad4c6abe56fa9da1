import Layers
import Optimizers
import Ranks
import Tensors
import TestSupport
import Testing

/// Ranks that have gradients of their own rows, against one process that has all of them.
@Suite struct ShardedOptimizerTests {
  private static let shapes: [(String, Shape)] = [
    ("blocks.0.up", [6, 4]), ("blocks.0.down", [4, 6]), ("blocks.1.up", [6, 4]),
    ("embedding", [9, 4]), ("norm", [4]), ("scalar", []), ("still", [3]),
  ]

  private static func parameters() -> [Parameter] { shapes.map { parameter($0.0, $0.1) } }

  private static func optimizer() -> OptimizerGroups {
    OptimizerGroups([
      .init("matrices", Muon(learningRate: 0.1)) { $0.path.hasPrefix("blocks.") },
      .init("slow", PeriodicOptimizer(AdamW(learningRate: 0.2), period: 2)) {
        $0.path == "embedding"
      },
      .init("rest", AdamW(learningRate: 0.3, weightDecay: 0.1)),
    ])
  }

  /// The gradients of `parts` ranks of `count`, added up. Nothing flows to one that is still, and to one matrix from the
  /// first rank only.
  private static func gradients(
    of parts: Range<Int>, _ parameters: [Parameter], step: Int
  ) -> Gradients {
    let all = Gradients()
    for part in parts {
      for parameter in parameters where parameter.path != "still" {
        guard part == 0 || parameter.path != "blocks.1.up" else { continue }
        let slope = drawn(parameter.shape, "\(parameter.path) at \(step) of \(part)")
        (parameter.value * slope).sum().backward(into: all)
      }
    }
    return all
  }

  /// With `early`, the optimizer hears of the gradients of some parameters before the step.
  private static func update(
    _ optimizer: inout some Optimizer, _ parameters: [Parameter], step: Int, of parts: Range<Int>,
    early: Bool = false
  ) throws {
    let listener = early ? optimizer.beginStep(parameters) : nil
    let gradients = gradients(of: parts, parameters, step: step)
    for parameter in parameters.reversed() where parameter.path != "embedding" {
      if let gradient = gradients[parameter.value] { listener?(gradient, parameter.value.leaf!) }
    }
    try optimizer.update(
      parameters, along: gradients, rate: 1 / Float(step + 1), gradientScale: 0.5)
  }

  private struct Outcome: Sendable {
    var values: [[Float]]
    var state: [(name: String, shape: Shape)]
    var restored: [[Float]]
  }

  @Test(arguments: [1, 2, 3, 4], [Precision.float32, .bfloat16])
  func stepsAreThoseOfOneProcess(count: Int, precision: Precision) throws {
    let expected = Self.parameters()
    var whole = Self.optimizer()
    for step in 0..<5 { try Self.update(&whole, expected, step: step, of: 0..<count) }
    let full = whole.state.map { ($0.name, $0.tensor.owned()) }
    let later = expected.map { $0.value.owned() }
    for step in 5..<7 { try Self.update(&whole, expected, step: step, of: 0..<count) }
    let outcomes = try ThreadRanks.run(count) { ranks in
      let parameters = Self.parameters()
      var sharded = ShardedOptimizer(Self.optimizer(), among: ranks, precision: precision)
      for step in 0..<7 {
        try Self.update(&sharded, parameters, step: step, of: ranks.rank..<ranks.rank + 1)
      }
      // From what one process has saved after five steps.
      let resumed = Self.parameters()
      for (parameter, value) in zip(resumed, later) { parameter.replace(with: value.owned()) }
      var second = ShardedOptimizer(Self.optimizer(), among: ranks, precision: precision)
      try second.restore(saved(full), for: resumed)
      for step in 5..<7 {
        try Self.update(
          &second, resumed, step: step, of: ranks.rank..<ranks.rank + 1, early: true)
      }
      return Outcome(
        values: parameters.map(\.value.values),
        state: sharded.state.map { ($0.name, $0.tensor.shape) },
        restored: resumed.map(\.value.values))
    }
    let tolerance: Float = precision == .float32 ? 1e-5 : 2e-2
    for outcome in outcomes {
      // All ranks end with the same parameters, to the byte.
      #expect(outcome.values == outcomes[0].values)
      for found in [outcome.values, outcome.restored] {
        for (found, parameter) in zip(found, expected) {
          for (a, b) in zip(found, parameter.value.values) {
            #expect(abs(a - b) < tolerance, "\(parameter.path)")
          }
        }
      }
    }
    // Every element's state is kept once.
    let kept = outcomes.flatMap(\.state).filter { !$0.name.hasSuffix(".step") }
    let all = whole.state.filter { !$0.name.hasSuffix(".step") }
    #expect(kept.reduce(0) { $0 + $1.shape.count } == all.reduce(0) { $0 + $1.tensor.count })
  }

  /// Portions of which most travel before the step.
  @Test func gradientsThatComeEarlyGiveTheSameBytes() throws {
    @Sendable func parameters() -> [Parameter] {
      (0..<6).map { parameter("\($0)", [512, 1024]) }
    }
    let outcomes = try ThreadRanks.run(2) { ranks in
      try [false, true].map { early in
        let parameters = parameters()
        var optimizer = ShardedOptimizer(AdamW(learningRate: 0.1), among: ranks)
        let listener = early ? optimizer.beginStep(parameters) : nil
        let gradients = Gradients()
        for parameter in parameters.reversed() {
          let slope = drawn(parameter.shape, "\(parameter.path) of \(ranks.rank)")
          (parameter.value * slope).sum().backward(into: gradients)
          listener?(gradients[parameter.value]!, parameter.value.leaf!)
        }
        try optimizer.update(parameters, along: gradients, rate: 1, gradientScale: 1)
        return parameters.map(\.value.values)
      }
    }
    #expect(outcomes.joined().allSatisfy { $0 == outcomes[0][0] })
  }

  @Test func rowsOfStateAreNamed() throws {
    let rows = try ThreadRanks.run(2) { ranks in
      let parameters = Self.parameters()
      var sharded = ShardedOptimizer(Self.optimizer(), among: ranks)
      try Self.update(&sharded, parameters, step: 0, of: ranks.rank..<ranks.rank + 1)
      return sharded.state.map { name, _ in
        (
          name,
          sharded.rows(ofState: name, for: parameters).map {
            [$0.rows.lowerBound, $0.rows.upperBound, $0.of]
          }
        )
      }
    }
    #expect(rows[0].first { $0.0 == "rest/adamw.first.norm" }?.1 == [0, 2, 4])
    #expect(rows[1].first { $0.0 == "rest/adamw.first.norm" }?.1 == [2, 4, 4])
    #expect(rows[1].first { $0.0 == "slow/periodic.sum.embedding" }?.1 == [4, 9, 9])
    let matrices = rows.map { $0.map(\.0).filter { $0.hasPrefix("matrices/") } }
    #expect(Set(matrices[0]).isDisjoint(with: matrices[1]) && matrices.joined().count == 3)
    #expect(rows.joined().filter { $0.0.hasPrefix("matrices/") }.allSatisfy { $0.1 == nil })
  }
}
