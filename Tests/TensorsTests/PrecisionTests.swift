import CKernels
import Tensors
import Testing

@Suite(.enabled(if: Precision.fastest == .bfloat16, "this processor has no bfloat16 products"))
struct PrecisionTests {
  private let x = Tensor([1, 1], shape: [1, 2])

  private func product(_ weight: Tensor) -> [Float] {
    Precision.bfloat16.run { x.linear(weight).values }
  }

  @Test func anUpdateIsSeenByTheNextProduct() {
    let weight = Tensor([1, 2], shape: [1, 2])
    #expect(product(weight) == [3])
    weight.update { $0[0] = 5 }
    #expect(product(weight) == [7])
    #expect(product(weight.tracked()) == [7])
  }

  @Test func aViewOfFewerRowsDoesNotStandForAll() {
    let weight = Tensor([1, 2, 3, 4], shape: [2, 2])
    #expect(product(weight.leading(1)) == [3])
    #expect(product(weight) == [3, 7])
    #expect(product(weight.leading(1)) == [3])
  }

  @Test func weightsStoredInBFloat16ServeBothPrecisions() throws {
    var random = RandomSource(seed: 2)
    let weight = Tensor.normal([5, 8], deviation: 1, using: &random).bfloat16()
    let rows = Tensor.normal([3, 8], deviation: 1, using: &random).bfloat16().float32()
    let expected = rows.linear(weight.float32())
    for precision in Precision.allCases {
      let gradients = Gradients()
      let leaf = rows.tracked()
      let found = precision.run { leaf.linear(weight) }
      for (a, b) in zip(found.values, expected.values) { #expect(abs(a - b) < 1e-5) }
      found.backward(into: gradients)
      let gradient = try #require(gradients[leaf])
      let sums = weight.float32().transposed().values
      for column in 0..<8 {
        let sum = sums[column * 5..<column * 5 + 5].reduce(0, +)
        #expect(abs(gradient.values[column] - sum) < 1e-5)
      }
    }
  }

  /// A frozen weight is kept in another layout than one that learns: the same numbers, in every number of rows, and new ones
  /// when it has changed.
  @Test(arguments: [3, 32, 75]) func frozenWeightsGiveWhatTrainedOnesGive(rows: Int) throws {
    var random = RandomSource(seed: 4)
    let rows = Tensor.normal([rows, 24], deviation: 1, using: &random)
    let bias = Tensor.normal([24], deviation: 1, using: &random)
    // Square, so that a weight and its transpose have one shape.
    let weight = Tensor.normal([24, 24], deviation: 1, using: &random)
    func results(_ weight: Tensor) throws -> [[Float]] {
      let (x, gradients) = (rows.tracked(), Gradients())
      let out = Precision.bfloat16.run { x.linear(weight, bias: bias) }
      (out * out).sum().backward(into: gradients)
      return try [out.values, #require(gradients[x]).values]
    }
    for _ in 0..<2 {
      for (found, expected) in zip(try results(weight), try results(weight.tracked())) {
        let largest = expected.map(abs).max()!
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 * largest })
      }
      weight.update { $0[1] += 3 }
    }
  }

  /// Whether numbers are the same but for some that were rounded the other way.
  private func isNearly(_ found: [[Float]], _ expected: [[Float]]) -> Bool {
    zip(found, expected).allSatisfy { found, expected in
      let largest = expected.map(abs).max()!
      return zip(found, expected).allSatisfy { abs($0 - $1) < 4e-3 * largest }
    }
  }

  /// What only products read may be rounded as soon as it is made: they round it anyway, so that hardly anything changes.
  @Test func whatIsMultipliedIsRoundedAtOnce() {
    var random = RandomSource(seed: 5)
    let (a, b) = (
      Tensor.normal([3, 5000], deviation: 2, using: &random),
      Tensor.normal([3, 5000], deviation: 2, using: &random)
    )
    let weight = Tensor.normal([4, 5000], deviation: 1, using: &random)
    let makers: [(Tensor, Tensor, Bool) -> Tensor] = [
      { gate, _, isMultiplied in gate.activated(by: .gelu, isMultiplied: isMultiplied) },
      { .swiGLU(gate: $0, up: $1, isMultiplied: $2) },
      { x, _, isMultiplied in x.rmsNormalized(epsilon: 1e-5, isMultiplied: isMultiplied) },
      { x, _, isMultiplied in
        let weight = Tensor(repeating: 1.5, shape: [5000])
        return x.layerNormalized(weight: weight, epsilon: 1e-5, isMultiplied: isMultiplied)
      },
    ]
    for make in makers {
      func results(_ isMultiplied: Bool) -> [[Float]] {
        let leaves = [a.tracked(), b.tracked(), weight.tracked()]
        let gradients = Gradients()
        let made = Precision.bfloat16.run { make(leaves[0], leaves[1], isMultiplied) }
        #expect(made.scalarType == (isMultiplied ? .bfloat16 : .float32))
        let out = Precision.bfloat16.run { made.linear(leaves[2]) }
        (out * out).sum().backward(into: gradients)
        return [out.values] + leaves.compactMap { gradients[$0]?.values }
      }
      let isSame = isNearly(results(true), results(false))
      #expect(isSame)
    }
    // A pass that does not learn keeps what it makes, and so does one in float32.
    #expect(Precision.bfloat16.run { makers[0](a, b, true) }.scalarType == .float32)
    #expect(makers[0](a.tracked(), b, true).scalarType == .float32)
  }

  /// The gradient of a linear map's result is only multiplied, and may be rounded as it is made; whoever else adds to it, before or
  /// after, finds it wide enough.
  @Test(arguments: [5, 70]) func gradientsOfLinearMapsAreRoundedAtOnce(rows: Int) throws {
    var random = RandomSource(seed: 6)
    let (x, weight, bias, scale) = (
      Tensor.normal([rows, 24], deviation: 1, using: &random),
      Tensor.normal([40, 24], deviation: 1, using: &random),
      Tensor.normal([40], deviation: 1, using: &random),
      Tensor.normal([rows, 40], deviation: 1, using: &random)
    )
    let targets = SparseTargets(labels: (0..<rows).map { Int32($0 % 40) })
    let readers: [(Tensor) -> Tensor] = [
      { ($0.activated(by: .gelu) * scale).sum() }, { $0.crossEntropy(targets).sum() },
    ]
    for reader in readers {
      func results(_ read: (Tensor) -> Tensor) throws -> [[Float]] {
        let leaves = [x.tracked(), weight.tracked(), bias.tracked()]
        let gradients = Gradients()
        let out = Precision.bfloat16.run { leaves[0].linear(leaves[1], bias: leaves[2]) }
        read(out).backward(into: gradients)
        return try leaves.map { try #require(gradients[$0]).values }
      }
      let alone = try results(reader)
      #expect(isNearly(try results { reader($0) + ($0 * 0).sum() }, alone))
      #expect(
        isNearly(
          try results { out in
            let nothing = (out * 0).sum()
            return reader(out) + nothing
          }, alone))
    }
  }

  /// Rounded in both passes, the backward one in the precision of the forward one whatever is in force by then.
  @Test func attentionRoundsWhatItMultiplies() throws {
    var random = RandomSource(seed: 3)
    let inputs = [[2, 40, 4, 32], [2, 40, 2, 32], [2, 40, 2, 32]].map {
      Tensor.normal($0, deviation: 1, using: &random)
    }
    let weights = Tensor.normal([2, 40, 4, 32], deviation: 1, using: &random)
    func results(_ forward: Precision, _ backward: Precision) throws -> [[Float]] {
      let leaves = inputs.map { $0.tracked() }
      let gradients = Gradients()
      let out = forward.run { leaves[0].attending(keys: leaves[1], values: leaves[2]) }
      backward.run { (out * weights).sum().backward(into: gradients) }
      return try [out.values] + leaves.map { try #require(gradients[$0]).values }
    }
    let (exact, rounded) = try (results(.float32, .float32), results(.bfloat16, .bfloat16))
    for (a, b) in zip(exact, rounded) {
      let largest = a.map(abs).max()!
      // Vector units without such products keep what is not rounded.
      let (isRounded, roundsAttention) = (a != b, String(cString: ck_vector_unit()) == "avx512bf16")
      #expect(isRounded == roundsAttention)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < 2e-2 * largest })
    }
    #expect(try results(.bfloat16, .float32) == rounded)
    #expect(try results(.float32, .bfloat16) == exact)
  }

  @Test func roundingIsToNearestEven() {
    let values: [Float] = [1, 1.00390625, 1.01171875, -1.002, .greatestFiniteMagnitude, -.infinity]
    let expected: [Float] = [1, 1, 1.015625, -1, .infinity, -.infinity]
    #expect(Tensor(values, shape: [6]).bfloat16().float32().values == expected)
    #expect(Tensor([.nan], shape: [1]).bfloat16().float32().values[0].isNaN)
  }

  @Test func onlyTheThreadThatAskedIsInBFloat16() {
    #expect(Precision.current == .float32)
    Precision.bfloat16.run {
      #expect(Precision.current == .bfloat16)
      Precision.float32.run { #expect(Precision.current == .float32) }
      #expect(Precision.current == .bfloat16)
    }
    #expect(Precision.current == .float32)
  }
}
