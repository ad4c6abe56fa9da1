import Layers
import Tensors
import Testing

@Suite struct ParameterTests {
  private func draw(_ shape: Shape, _ name: String) -> Tensor {
    var random = RandomSource(seed: 4, name: name)
    return .normal(shape, deviation: 1, using: &random)
  }

  private func adapted() -> (Parameter, LowRank) {
    let parameter = Parameter(path: "w", value: draw([7, 5], "w"))
    let lowRank = LowRank(
      down: Parameter(path: "w.down", value: draw([2, 5], "down")),
      up: Parameter(path: "w.up", value: draw([7, 2], "up")), scale: 0.5)
    parameter.reparameterization = lowRank
    return (parameter, lowRank)
  }

  private func expectClose(_ found: Tensor?, _ expected: Tensor?) throws {
    let (found, expected) = (try #require(found), try #require(expected))
    #expect(found.shape == expected.shape)
    for (a, b) in zip(found.values, expected.values) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func lowRankProjectsAsItsEffectiveWeightDoes() throws {
    let (parameter, _) = adapted()
    let (x, bias) = (draw([3, 4, 5], "x"), draw([7], "bias"))
    try expectClose(parameter.project(x), x.linear(parameter.effective))
    try expectClose(
      parameter.project(x, bias: bias), x.linear(parameter.effective, bias: bias))
  }

  @Test func lowRankGivesTheSameGradientsBothWays() throws {
    let (parameter, lowRank) = adapted()
    let x = draw([3, 5], "x").tracked()
    let weights = draw([3, 7], "r")
    let (projected, effective) = (Gradients(), Gradients())
    (parameter.project(x) * weights).backward(into: projected)
    (x.linear(parameter.effective) * weights).backward(into: effective)
    for leaf in [x, parameter.value, lowRank.down.value, lowRank.up.value] {
      try expectClose(projected[leaf], effective[leaf])
    }
  }

  @Test func lowRankWithZeroUpChangesNothing() throws {
    let (parameter, lowRank) = adapted()
    lowRank.up.replace(with: .zeros([7, 2]))
    #expect(parameter.effective.values == parameter.value.values)
  }

  @Test func aFrozenParameterCollectsNoGradient() throws {
    let (parameter, lowRank) = adapted()
    parameter.isTrainable = false
    let gradients = Gradients()
    parameter.project(draw([3, 5], "x")).backward(into: gradients)
    #expect(gradients[parameter.value] == nil)
    #expect(gradients[lowRank.down.value] != nil && gradients[lowRank.up.value] != nil)

    for parameter in lowRank.parameters { parameter.isTrainable = false }
    #expect(!parameter.project(draw([3, 5], "x")).isTracked)

    parameter.isTrainable = true
    parameter.project(draw([3, 5], "x")).backward(into: gradients)
    #expect(gradients[parameter.value] != nil)
  }

  @Test func freezingByPathCountsWhatIsTrained() throws {
    let scope = ParameterScope(seed: 1)
    let first = try (scope / "a").parameter("weight", [2, 3], .constant(1))
    let second = try (scope / "b").parameter("weight", [4, 5], .constant(1))
    scope.store.setTrainable { $0.hasPrefix("b.") }
    #expect(!first.isTrainable && second.isTrainable)
    #expect(scope.store.trainable.map(\.path) == ["b.weight"])
    #expect(scope.store.trainableCount == 20 && scope.store.count == 26)

    second.reparameterization = LowRank(
      down: Parameter(path: "b.down", value: .zeros([1, 5])),
      up: Parameter(path: "b.up", value: .zeros([4, 1])), scale: 1)
    scope.store.setTrainable { _ in false }
    #expect(scope.store.trainable.map(\.path) == ["b.down", "b.up"])
    #expect(scope.store.trainableCount == 9)
  }

  @Test func replacingKeepsTrainability() {
    let frozen = Parameter(path: "p", value: .zeros([2]), isTrainable: false)
    frozen.replace(with: Tensor([1, 2], shape: [2]).tracked())
    #expect(!frozen.isTrainable && frozen.value.values == [1, 2])
    frozen.isTrainable = true
    frozen.replace(with: Tensor([3, 4], shape: [2]))
    #expect(frozen.isTrainable && frozen.value.values == [3, 4])
  }

  private func change(rank: Int, seed: UInt64, isTrainable: Bool = false) -> LowRank {
    var random = RandomSource(seed: seed, name: "change")
    return LowRank(
      down: Parameter(
        path: "down", value: .normal([rank, 6], deviation: 1, using: &random),
        isTrainable: isTrainable),
      up: Parameter(
        path: "up", value: .normal([5, rank], deviation: 1, using: &random),
        isTrainable: isTrainable), scale: 1, activation: .reluSquared)
  }

  @Test func frozenChangesAreOneWithoutADifference() {
    let (first, second) = (change(rank: 3, seed: 1), change(rank: 4, seed: 2))
    var joined = first
    joined.write(second)
    #expect(joined.down.shape == [7, 6] && joined.up.shape == [5, 7])
    var random = RandomSource(seed: 3)
    let x = Tensor.normal([8, 6], deviation: 1, using: &random)
    let base = Tensor.normal([5, 6], deviation: 1, using: &random)
    let apart = StackedChanges([first, second]).project(x, through: base, bias: nil).values
    let together = StackedChanges([joined]).project(x, through: base, bias: nil).values
    for (one, other) in zip(apart, together) { #expect(abs(one - other) < 1e-3 * max(abs(one), 1)) }
  }

  @Test func whatIsTrainedOrOfAnotherFormStaysApart() {
    let frozen = change(rank: 3, seed: 1)
    #expect(frozen.accepts(change(rank: 3, seed: 2)))
    #expect(!frozen.accepts(change(rank: 3, seed: 2, isTrainable: true)))
    let linear = LowRank(down: frozen.down, up: frozen.up, scale: 1)
    #expect(!frozen.accepts(linear))
  }

  /// What calls up next to nothing is what is let go.
  @Test func theStrongestKeysAreKept() {
    let all = change(rank: 6, seed: 1)
    let weak: [Float] = [1, 0.01, 1, 1, 0.01, 1]
    all.up.replace(
      with: Tensor(
        all.up.value.values.enumerated().map { $1 * weak[$0 % 6] }, shape: all.up.shape))
    let kept = all.keeping(strongest: 4)
    let rows = Tensor(indices: [0, 2, 3, 5])
    #expect(kept.down.value.values == all.down.value.rows(at: rows).values)
    #expect(
      kept.up.value.values == all.up.value.transposed().rows(at: rows).transposed().values)
  }
}
