import Tensors
import Testing

@Suite struct StoredTensorTests {
  private static let types: [ScalarType] = [.float16, .int8Blocks, .int4Blocks]

  private func random(_ shape: Shape, _ name: String) -> Tensor {
    var random = RandomSource(seed: 7, name: name)
    return .normal(shape, deviation: 1, using: &random)
  }

  private func expectClose(_ found: Tensor, _ expected: Tensor, within share: Float) {
    let size = expected.values.map(abs).max() ?? 0
    for (one, other) in zip(found.values, expected.values) {
      #expect(abs(one - other) <= share * size)
    }
  }

  /// A few rows go through kernels, many through panels: both are products with the numbers that are stored.
  @Test(arguments: types, [1, 8, 9, 40]) func productsAreThoseOfTheWidenedWeight(
    _ type: ScalarType, rows: Int
  ) {
    let weight = random([50, 64], "weight").narrowed(to: type)
    #expect(weight.isStored)
    let x = random([rows, 64], "x")
    expectClose(x.linear(weight), x.linear(weight.float32()), within: 0.02)
  }

  /// Rows that were rounded before are widened where a stored weight asks for it.
  @Test(arguments: types, [1, 40]) func roundedRowsAreTakenAsTheyAre(_ type: ScalarType, rows: Int)
  {
    let weight = random([50, 64], "weight").narrowed(to: type)
    let x = random([rows, 64], "x").bfloat16()
    #expect(x.linear(weight).values == x.float32().linear(weight).values)
  }

  @Test(arguments: types) func gradientsFlowThroughIt(_ type: ScalarType) {
    let weight = random([50, 64], "weight").narrowed(to: type)
    func gradient(_ weight: Tensor) -> Tensor {
      let x = random([5, 64], "x").tracked()
      let gradients = Gradients()
      (x.linear(weight) * random([5, 50], "seed")).sum().backward(into: gradients)
      return gradients[x]!
    }
    expectClose(gradient(weight), gradient(weight.float32()), within: 0.02)
  }

  @Test(arguments: types) func rowsAreWidenedOneByOne(_ type: ScalarType) {
    let table = random([50, 64], "table").narrowed(to: type)
    let rows = Tensor(indices: [3, 49, 3])
    #expect(table.rows(at: rows).values == table.float32().rows(at: rows).values)
  }

  @Test func aCopyCanBeChanged() {
    let stored = random([4, 32], "stored").narrowed(to: .int8Blocks)
    let own = stored.owned()
    #expect(!own.isStored && own.scalarType == .float32 && own.values == stored.float32().values)
  }
}
