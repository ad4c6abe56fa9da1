import Layers
import Tensors
import Testing

/// What holds of every layer that carries a sequence in a state of fixed size.
@Suite struct RecurrentLayerTests {
  static let width = 12

  /// Every layer under its name, with periods that no length divides.
  static let layers:
    [(name: String, make: @Sendable (ParameterScope) throws -> any RecurrentLayer)] = {
      let linear: [(String, LinearMemoryForm)] = [
        ("hebbian", .hebbian), ("gated hebbian", .gatedHebbian), ("delta", .delta),
        ("gated delta", .gatedDelta),
      ]
      var layers: [(String, @Sendable (ParameterScope) throws -> any RecurrentLayer)] = linear.map {
        name, form in
        (name, { try LinearMemoryLayer(form, width: width, heads: 2, in: $0) })
      }
      for depth in 1...2 {
        for period in [1, 5, 16] {
          layers.append(
            (
              "titans of depth \(depth), period \(period)",
              {
                try TitansLayer(
                  .init(depth: depth, period: period), width: width, heads: 2, in: $0)
              }
            ))
          for modifiesItself in [true, false] {
            layers.append(
              (
                "self-modifying \(modifiesItself), depth \(depth), period \(period)",
                {
                  try SelfModifyingLayer(
                    .init(depth: depth, period: period, modifiesItself: modifiesItself),
                    width: width, heads: 2, in: $0)
                }
              ))
          }
        }
      }
      return layers
    }()

  private func layer(_ index: Int) throws -> (layer: any RecurrentLayer, store: ParameterStore) {
    let scope = ParameterScope(seed: 3)
    let layer = try Self.layers[index].make(scope)
    // Weights of a layer that learned something: nothing is 0, and inner networks are not linear.
    for parameter in scope.store.parameters {
      var random = RandomSource(seed: 4, name: parameter.path)
      parameter.replace(
        with: parameter.value + .normal(parameter.shape, deviation: 0.2, using: &random))
    }
    return (layer, scope.store)
  }

  private func rows(_ time: Int, seed: UInt64) -> Tensor {
    var random = RandomSource(seed: seed, name: "rows")
    return .normal([2, time, Self.width], deviation: 1, using: &random)
  }

  /// Without AVX-512, oneDNN adds in another order where there are fewer rows.
  private static let leeway: Float = Precision.fastest == .bfloat16 ? 1 : 3

  private func distance(_ a: Tensor, _ b: Tensor) -> Float {
    zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: layers.indices)
  func readInPartsItGivesWhatItGivesAsAWhole(_ index: Int) throws {
    let (layer, _) = try layer(index)
    let x = rows(37, seed: 1)
    let whole = layer(x)
    for cuts in [Array(0...37), [0, 1, 3, 17, 36, 37], [0, 20, 37]] {
      var state = layer.initialState(batch: 2)
      let parts = zip(cuts, cuts.dropFirst()).map {
        layer(x.sliced(axis: 1, $0..<$1), continuing: &state)
      }
      #expect(distance(.concatenated(parts, axis: 1), whole) <= 1e-5 * Self.leeway)
      #expect(state.step == 37)
    }
  }

  @Test(arguments: layers.indices)
  func whatComesLaterChangesNothing(_ index: Int) throws {
    let (layer, _) = try layer(index)
    let (x, other) = (rows(23, seed: 1), rows(23, seed: 2))
    let changed = Tensor.concatenated(
      [x.sliced(axis: 1, 0..<11), other.sliced(axis: 1, 11..<23)], axis: 1)
    let (before, after) = (layer(x), layer(changed))
    #expect(before.sliced(axis: 1, 0..<11).values == after.sliced(axis: 1, 0..<11).values)
    #expect(before.values != after.values)
  }

  @Test(arguments: layers.indices)
  func sequencesOfABatchDoNotSeeEachOther(_ index: Int) throws {
    let (layer, _) = try layer(index)
    let x = rows(19, seed: 1)
    let alone = layer(x.sliced(axis: 0, 1..<2))
    #expect(distance(alone, layer(x).sliced(axis: 0, 1..<2)) <= 1e-6 * Self.leeway)
  }

  /// Memories that answer with more than they were asked do not lengthen what they learn next.
  @Test(arguments: [1, 2], [1, 16])
  func whatModifiesItselfStaysBounded(depth: Int, period: Int) throws {
    let scope = ParameterScope(seed: 3)
    let layer = try SelfModifyingLayer(
      .init(depth: depth, period: period), width: Self.width, heads: 2, in: scope)
    for parameter in scope.store.parameters where parameter.path.hasSuffix("last") {
      let (heads, width) = (parameter.shape[1], parameter.shape[2])
      parameter.replace(
        with: Tensor(shape: parameter.shape) { floats in
          floats.initialize(repeating: 0)
          for index in 0..<heads * width {
            floats[index % width * heads * width + index] = 10
          }
        })
    }
    var state = layer.initialState(batch: 2)
    _ = layer(rows(500, seed: 1), continuing: &state)
    let largest = state.tensors.flatMap(\.values).map(abs).max() ?? 0
    #expect(largest < 200, "\(largest)")
  }

  /// Along a random direction through all parameters and the rows.
  @Test(arguments: layers.indices)
  func theGradientIsThatOfFiniteDifferences(_ index: Int) throws {
    let (layer, store) = try layer(index)
    let x = rows(7, seed: 1).tracked()
    let weights = rows(7, seed: 5)
    let gradients = Gradients()
    (layer(x) * weights).sum().backward(into: gradients)
    let leaves: [(value: Tensor, place: (Tensor) -> Void)] = store.parameters.map { parameter in
      (parameter.value, { parameter.replace(with: $0) })
    }
    for (number, leaf) in leaves.enumerated() {
      var random = RandomSource(seed: 6, name: "\(number)")
      let direction = Tensor.normal(leaf.value.shape, deviation: 1, using: &random)
      let gradient = try #require(
        gradients[leaf.value], "nothing flows to \(store.parameters[number].path)")
      let expected = Double((gradient * direction).sum().scalar)
      // Richardson's extrapolation: what is left of the error is of the fourth order.
      func difference(_ step: Float) -> Double {
        func value(_ sign: Float) -> Double {
          leaf.place(leaf.value.detached() + direction * (sign * step))
          return zip(layer(x.detached()).values, weights.values)
            .reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        return (value(1) - value(-1)) / Double(2 * step)
      }
      let found = (4 * difference(0.01) - difference(0.02)) / 3
      leaf.place(leaf.value)
      let scale = max(abs(expected), Double(gradient.values.map(abs).max() ?? 0), 0.1)
      #expect(
        abs(found - expected) <= 0.01 * scale,
        "\(store.parameters[number].path): \(found) for \(expected)")
    }
  }
}
