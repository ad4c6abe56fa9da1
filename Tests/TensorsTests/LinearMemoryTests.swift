import Tensors
import Testing

@Suite struct LinearMemoryTests {
  private struct Stream {
    var queries, keys, values, rate, keep, inertia: Tensor
    var matrices: MemoryMatrices

    init(time: Int, seed: UInt64) {
      var random = RandomSource(seed: seed, name: "linear memory")
      queries = .uniform([2, time, 3, 8], bound: 1, using: &random)
      keys = .uniform([2, time, 3, 8], bound: 0.5, using: &random)
      values = .uniform([2, time, 3, 5], bound: 1, using: &random)
      rate = .uniform([2, time, 3], bound: 0.5, using: &random).shifted(by: 0.5)
      keep = .uniform([2, time, 3], bound: 0.1, using: &random).shifted(by: 0.9)
      inertia = .uniform([2, time, 3], bound: 0.2, using: &random).shifted(by: 0.3)
      matrices = MemoryMatrices(
        .uniform([2, 8, 3, 5], bound: 1, using: &random),
        momentum: .uniform([2, 8, 3, 5], bound: 0.3, using: &random))
    }

    func run(_ range: Range<Int>, from matrices: MemoryMatrices, _ rule: MemoryRule) -> (
      read: Tensor, matrices: MemoryMatrices
    ) {
      func part(_ tensor: Tensor) -> Tensor { tensor.sliced(axis: 1, range) }
      return Tensor.linearMemory(
        MemorySteps(
          queries: part(queries), keys: part(keys), values: part(values), rate: part(rate),
          keep: part(keep), inertia: matrices.momentum.map { _ in part(inertia) }),
        from: matrices, rule: rule)
    }
  }

  /// A conversation that is read token by token knows what one that is read at once does.
  @Test(arguments: MemoryRule.allCases, [false, true])
  func partsAreAsTheWhole(_ rule: MemoryRule, moves: Bool) {
    var stream = Stream(time: 37, seed: 1)
    if !moves { stream.matrices.momentum = nil }
    let whole = stream.run(0..<37, from: stream.matrices, rule)
    var matrices = stream.matrices
    var reads: [Tensor] = []
    for range in [0..<1, 1..<2, 2..<19, 19..<37] {
      let part = stream.run(range, from: matrices, rule)
      matrices = part.matrices
      reads.append(part.read)
    }
    #expect(Tensor.concatenated(reads, axis: 1).values == whole.read.values)
    #expect(matrices.memory.values == whole.matrices.memory.values)
    #expect(matrices.momentum?.values == whole.matrices.momentum?.values)
  }

  @Test(arguments: MemoryRule.allCases)
  func nothingIsReadOfWhatComesLater(_ rule: MemoryRule) {
    let stream = Stream(time: 20, seed: 2)
    var changed = stream
    let other = Stream(time: 20, seed: 3)
    func replacingEnd(_ path: WritableKeyPath<Stream, Tensor>) {
      changed[keyPath: path] = .concatenated(
        [
          stream[keyPath: path].sliced(axis: 1, 0..<11),
          other[keyPath: path].sliced(axis: 1, 11..<20),
        ], axis: 1)
    }
    for path in [\Stream.queries, \.keys, \.values, \.rate, \.keep, \.inertia] {
      replacingEnd(path)
    }
    let (before, after) = (
      stream.run(0..<20, from: stream.matrices, rule).read,
      changed.run(0..<20, from: stream.matrices, rule).read
    )
    #expect(before.sliced(axis: 1, 0..<11).values == after.sliced(axis: 1, 0..<11).values)
    #expect(before.values != after.values)
  }

  /// With keys of length 1, a rate of 1 and nothing forgotten, the delta rule reads what was written last, and Hebb's the
  /// sum of all.
  @Test func whatIsWrittenTwiceIsReplacedOrAdded() {
    let keys = Tensor([0.6, 0.8, 0.6, 0.8], shape: [1, 2, 1, 2])
    let values = Tensor([3, 5], shape: [1, 2, 1, 1])
    let ones = Tensor(repeating: 1, shape: [1, 2, 1])
    func last(_ rule: MemoryRule) -> Float {
      Tensor.linearMemory(
        MemorySteps(queries: keys, keys: keys, values: values, rate: ones, keep: ones),
        from: MemoryMatrices(.zeros([1, 2, 1, 1])), rule: rule
      ).read.values[1]
    }
    #expect(abs(last(.delta) - 5) < 1e-5)
    #expect(abs(last(.hebbian) - 8) < 1e-5)
  }
}

extension Tensor {
  fileprivate func shifted(by amount: Float) -> Tensor {
    self + Tensor(repeating: amount, shape: shape)
  }
}
