import Tensors
import Testing

/// Products at extents where tiles and vectors end in odd places, in every transposition.
@Suite struct MatrixMultiplyTests {
  private static func draw(_ shape: Shape, _ seed: UInt64) -> Tensor {
    var random = RandomSource(seed: seed)
    return .uniform(shape, bound: 1, using: &random)
  }

  @Test(arguments: [1, 2, 15, 16, 17, 31, 65], [1, 3, 16, 33, 130])
  func agreesWithPlainLoops(rows: Int, inner: Int) {
    for columns in [1, 7, 16, 49] {
      for (left, right) in [(false, false), (false, true), (true, false), (true, true)] {
        let a = Self.draw(left ? [inner, rows] : [rows, inner], 1)
        let b = Self.draw(right ? [columns, inner] : [inner, columns], 2)
        let found = a.multiplied(by: b, transposeSelf: left, transposeOther: right)
        #expect(found.shape == [rows, columns])
        let (x, y, z) = (a.values, b.values, found.values)
        var largest = 0.0
        for i in 0..<rows {
          for j in 0..<columns {
            var sum = 0.0
            for k in 0..<inner {
              let p = x[left ? k * rows + i : i * inner + k]
              let q = y[right ? j * inner + k : k * columns + j]
              sum += Double(p) * Double(q)
            }
            largest = max(largest, abs(sum - Double(z[i * columns + j])))
          }
        }
        #expect(largest < 1e-5, "columns \(columns), transposed \(left), \(right)")
      }
    }
  }

  @Test func theSameProductGivesTheSameBytes() {
    let (a, b) = (Self.draw([67, 129], 1), Self.draw([43, 129], 2))
    for precision in [Precision.float32, .fastest] {
      precision.run {
        let first = a.linear(b).values
        for _ in 0..<3 { #expect(a.linear(b).values == first) }
      }
    }
  }

  @Test func sumsOfNothingAreZero() throws {
    // Buffers that held something else first: uninitialised memory must not show through.
    for _ in 0..<4 { _ = Tensor(repeating: .nan, shape: [3, 4]) }
    let (a, b) = (Tensor.zeros([3, 0]), Tensor.zeros([0, 4]))
    #expect(a.multiplied(by: b).values == [Float](repeating: 0, count: 12))
    let bias = Tensor([1, 2], shape: [2])
    #expect(Tensor.zeros([2, 0]).linear(.zeros([2, 0]), bias: bias).values == [1, 2, 1, 2])
    let weight = Tensor(repeating: 1, shape: [4, 3]).tracked()
    let gradients = Gradients()
    for _ in 0..<4 { _ = Tensor(repeating: .nan, shape: [4, 3]) }
    Tensor.zeros([0, 3]).linear(weight).backward(into: gradients)
    #expect(try #require(gradients[weight]).values == [Float](repeating: 0, count: 12))
  }

  /// A linear map of few rows and many, alone and by columns, whose result is added to others at once.
  @Test(arguments: [1, 3, 40, 300], [Precision.float32, .fastest])
  func addedAtOnce(rows: Int, precision: Precision) throws {
    var random = RandomSource(seed: 9)
    let values = [[rows, 48], [70, 48], [70], [rows, 70]].map {
      Tensor.normal($0, deviation: 1, using: &random)
    }
    let scale = Tensor.normal([rows, 70], deviation: 1, using: &random)
    func results(_ make: ([Tensor]) -> Tensor) throws -> [[Float]] {
      let (leaves, gradients) = (values.map { $0.tracked() }, Gradients())
      let out = precision.run { make(leaves) }
      (out * scale).sum().backward(into: gradients)
      return try [out.values, make(values).values, Tensor.sharingCores { make(values).values }]
        + leaves.map { try #require(gradients[$0]).values }
    }
    let atOnce = try results { $0[0].linear($0[1], bias: $0[2], addedTo: $0[3]) }
    let after = try results { $0[3] + $0[0].linear($0[1], bias: $0[2]) }
    for (found, expected) in zip(atOnce, after) {
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 2e-5 })
    }
    // A weight as a file stores it; what is added to stays as it is.
    let stored = values[1].bfloat16()
    let others = values[3]
    #expect(
      zip(
        values[0].linear(stored, addedTo: others).values,
        (others + values[0].linear(stored)).values
      ).allSatisfy { abs($0 - $1) < 2e-5 })
    #expect(others.values == values[3].values)
  }

  /// A bias learns where there is nothing else to learn from.
  @Test(arguments: [Precision.float32, .fastest])
  func aBiasHasAGradientWhereTheWeightIsEmpty(precision: Precision) throws {
    let (weight, bias) = (Tensor.zeros([2, 0]).tracked(), Tensor([1, 2], shape: [2]).tracked())
    let gradients = Gradients()
    precision.run { Tensor.zeros([3, 0]).linear(weight, bias: bias).sum() }
      .backward(into: gradients)
    #expect(try #require(gradients[bias]).values == [3, 3])
  }

  @Test func attentionOfNothingHasAGradient() throws {
    let query = Tensor.zeros([1, 0, 2, 8]).tracked()
    let key = Tensor(repeating: 1, shape: [1, 3, 2, 8]).tracked()
    let gradients = Gradients()
    query.attending(keys: key, values: key).sum().backward(into: gradients)
    #expect(try #require(gradients[key]).values.allSatisfy { $0 == 0 })
  }

  @Test func moreShapesThanTheCacheHoldsAreServed() {
    let b = Tensor(repeating: 1, shape: [1, 1])
    for rows in 1...1100 {
      #expect(Tensor(repeating: 2, shape: [rows, 1]).multiplied(by: b).values.last == 2)
    }
  }

  @Test func gradientOfADifferenceIgnoresWhatMemoryHeld() throws {
    for _ in 0..<8 { _ = Tensor(repeating: .nan, shape: [5]) }
    let leaf = Tensor(repeating: 1, shape: [5]).tracked()
    let gradients = Gradients()
    (Tensor.zeros([5]) - leaf).backward(into: gradients)
    #expect(try #require(gradients[leaf]).values == [-1, -1, -1, -1, -1])
  }
}
