import Layers
import Synchronization
import Tensors
import Testing
import Training

@Suite struct ParallelGradientsTests {
  private let weight = Parameter(path: "w", value: Self.drawn([5, 6], "w"))
  private let bias = Parameter(path: "b", value: Self.drawn([5], "b"))

  private static func drawn(_ shape: Shape, _ name: String) -> Tensor {
    var random = RandomSource(seed: 3, name: name)
    return .normal(shape, deviation: 1, using: &random)
  }

  private func sum(
    _ pieces: Int, workers: Int, inPairs: Bool = false
  ) throws -> (loss: Double, w: [Float]?, b: [Float]?) {
    let (weight, bias) = (weight, bias)
    let (loss, gradients) = try ParallelGradients.sum(
      pieces: pieces, inPairs: inPairs, on: WorkerPool(count: workers)
    ) { piece in
      let x = Self.drawn([3, 6], "x \(piece)")
      return weight.project(x, bias: bias.value).activated(by: .tanh).sum()
    }
    return (loss, gradients[weight.value]?.values, gradients[bias.value]?.values)
  }

  @Test func oneWorkerAddsUpWhatThePiecesGive() throws {
    let gradients = Gradients()
    var loss = 0.0
    for piece in 0..<7 {
      let value = weight.project(Self.drawn([3, 6], "x \(piece)"), bias: bias.value)
        .activated(by: .tanh).sum()
      loss += Double(value.scalar)
      value.backward(into: gradients)
    }
    let found = try sum(7, workers: 1)
    #expect(found.loss == loss)
    #expect(found.w == gradients[weight.value]?.values)
    #expect(found.b == gradients[bias.value]?.values)
  }

  @Test(arguments: [2, 4, 8]) func addedInPairsSeveralWorkersGiveTheBytesOfOne(_ workers: Int)
    throws
  {
    let (one, several) = (
      try sum(16, workers: 1, inPairs: true), try sum(16, workers: workers, inPairs: true)
    )
    #expect(one.loss == several.loss && one.w == several.w && one.b == several.b)
    // Not so where one piece is added onto the other.
    #expect(try sum(16, workers: 1).w != one.w)
    // Any number is added up, also one that is no power of two.
    let (plain, paired) = (try sum(7, workers: 2), try sum(7, workers: 2, inPairs: true))
    #expect(zip(plain.w!, paired.w!).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test(arguments: [2, 3, 8])
  func severalWorkersAgreeWithOne(_ workers: Int) throws {
    for pieces in [1, 2, 7, 16] {
      let (one, several) = (try sum(pieces, workers: 1), try sum(pieces, workers: workers))
      #expect(abs(one.loss - several.loss) < 1e-5)
      for (a, b) in [(one.w, several.w), (one.b, several.b)] {
        let (a, b) = (try #require(a), try #require(b))
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 })
      }
    }
  }

  /// In a process of its own, as what is measured belongs to a whole process; so often that each comes last at times.
  @Test func whoComesLastLeavesNothingToCopy() async {
    await #expect(processExitsWith: .success) {
      let weight = Parameter(path: "w", value: Tensor(repeating: 1, shape: [5, 6]))
      for _ in 0..<5000 {
        Profile.start()
        _ = try ParallelGradients.sum(pieces: 2, on: WorkerPool(count: 2)) { _ in
          weight.project(Tensor(repeating: 1, shape: [3, 6])).sum()
        }
        let totals = Profile.stop()
        precondition(totals[Profile.Kind("sum of gradients")]?.calls == 1)
        precondition(totals[Profile.Kind(Profile.gradientCopy)] == nil)
      }
    }
  }

  @Test func theSameWorkersGiveTheSameBits() throws {
    let first = try sum(11, workers: 3)
    for _ in 0..<20 {
      let again = try sum(11, workers: 3)
      #expect(again.loss == first.loss && again.w == first.w && again.b == first.b)
    }
  }

  /// Gradients that are heard of early are those that are returned, bit for bit, each once; and most of them come while the
  /// last piece is still on its way back.
  @Test(arguments: [1, 3, 4], [false, true]) func finalGradientsAreHeardOf(
    workers: Int, inPairs: Bool
  ) throws {
    let (weight, bias) = (weight, bias)
    let idle = Parameter(path: "idle", value: Self.drawn([2], "idle"))
    let heard = Mutex<[(leaf: Leaf, values: [Float])]>([])
    let hear: GradientListener = { gradient, leaf in
      heard.withLock { $0.append((leaf, gradient.values)) }
    }
    let (_, gradients) = try ParallelGradients.sum(
      pieces: 7, inPairs: inPairs, on: WorkerPool(count: workers), whenFinal: hear
    ) { piece in
      let x = Self.drawn([3, 6], "x \(piece)")
      let y = weight.project(x, bias: bias.value).activated(by: .tanh).sum()
      // Only the first piece has it.
      return piece == 0 ? y + idle.value.sum() : y
    }
    let expected = try sum(7, workers: workers, inPairs: inPairs)
    let found = Dictionary(uniqueKeysWithValues: heard.withLock { $0.map { ($0.leaf, $0.values) } })
    #expect(found.count == 3 && Set(gradients.leaves) == Set(found.keys))
    #expect(found[weight.value.leaf!] == expected.w && found[bias.value.leaf!] == expected.b)
    #expect(found[idle.value.leaf!] == [1, 1])
    #expect(gradients[weight.value]?.values == expected.w)
  }

  @Test func aLastLayerIsHeardOfBeforeTheFirst() throws {
    let layers = (0..<4).map { Parameter(path: "\($0)", value: Self.drawn([6, 6], "layer \($0)")) }
    let heard = Mutex<[Leaf]>([])
    let hear: GradientListener = { _, leaf in heard.withLock { $0.append(leaf) } }
    _ = try ParallelGradients.sum(pieces: 4, on: WorkerPool(count: 2), whenFinal: hear) { piece in
      layers.reduce(Self.drawn([3, 6], "x \(piece)")) { $1.project($0).activated(by: .tanh) }.sum()
    }
    #expect(heard.withLock { $0 } == layers.reversed().map { $0.value.leaf! })
  }

  @Test func nothingGivesNothing() throws {
    let (loss, w, _) = try sum(0, workers: 2)
    #expect(loss == 0 && w == nil)
  }

  @Test func everyPieceIsTakenOnceInTheCallersPrecision() throws {
    let seen = Mutex<[Int]>([])
    let weight = weight
    try Precision.bfloat16.run {
      _ = try ParallelGradients.sum(pieces: 9, on: WorkerPool(count: 4)) { piece in
        #expect(Precision.current == .bfloat16)
        seen.withLock { $0.append(piece) }
        return weight.value.sum()
      }
    }
    #expect(seen.withLock { $0.sorted() } == Array(0..<9))
  }

  @Test func anErrorOfAPieceComesThrough() {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try ParallelGradients.sum(pieces: 5, on: WorkerPool(count: 2)) { piece in
        guard piece != 3 else { throw Broken() }
        return Tensor([1], shape: []).tracked()
      }
    }
  }
}
