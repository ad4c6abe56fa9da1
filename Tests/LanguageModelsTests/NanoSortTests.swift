import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing

/// Every activation of a real network against those of the program that trained it, within 1e-4.
@Suite(.enabled(if: SharedData.isPresent))
struct NanoSortTests {
  private let oracle: NanoSort
  private static let tolerance: Float = 1e-4

  init() throws { oracle = try NanoSort() }

  private func expect(
    _ found: Tensor, is name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try oracle.partial(name)
    #expect(
      distance(found, expected) < Self.tolerance, "\(name)", sourceLocation: sourceLocation)
  }

  @Test func everyLayerOfTheModel() throws {
    var trace: [(String, Tensor)] = []
    let hidden = try oracle.model.hidden(oracle.tokens) { trace.append(($0, $1)) }
    let names = [
      "embedding": "x", "blocks.0": "block0", "blocks.1": "block1", "blocks.2": "block2",
      "finalNormalization": "ln_f",
    ]
    #expect(
      trace.map(\.0) == ["embedding", "blocks.0", "blocks.1", "blocks.2", "finalNormalization"])
    for (name, tensor) in trace { try expect(tensor, is: try #require(names[name])) }
    let logits = oracle.model.logits(hidden)
    try expect(logits, is: "lm_head")
    try expect(logits.softmax(), is: "probs")
  }

  @Test func everyStepOfTheFirstBlock() throws {
    func parameter(_ path: String) throws -> Tensor {
      try #require(oracle.model.parameters[path]).effective
    }
    func normalized(_ x: Tensor, _ path: String) throws -> Tensor {
      try x.layerNormalized(
        weight: parameter("blocks.0.\(path).weight"), bias: parameter("blocks.0.\(path).bias"),
        epsilon: 1e-5)
    }
    func mapped(_ x: Tensor, _ path: String) throws -> Tensor {
      try x.linear(
        parameter("blocks.0.\(path).weight"), bias: parameter("blocks.0.\(path).bias"))
    }
    let tokens = try oracle.tokens
    let embedded = try parameter("embedding.weight").rows(at: tokens)
    try expect(embedded, is: "tok_emb")
    let positions = try parameter("positions.weight")
    #expect(try positions.values == oracle.partial("pos_emb").values)

    let x = try oracle.partial("x")
    let first = try normalized(x, "attentionNormalization")
    try expect(first, is: "ln1")
    let parts = try ["query", "key", "value"].map { try mapped(first, "attention.\($0)") }
    try expect(.concatenated(parts, axis: 2), is: "qkv")
    let heads = parts.map { $0.reshaped([3, 11, 3, 16]) }
    for (name, tensor) in zip(["q", "k", "v"], heads) {
      #expect(try distance(tensor, oracle.partialByTime(name)) < Self.tolerance, "\(name)")
    }
    let mixed = heads[0].attending(keys: heads[1], values: heads[2]).reshaped(x.shape)
    try expect(mixed, is: "y")
    let projected = try mapped(mixed, "attention.output")
    try expect(projected, is: "yProj")
    let attended = x + projected
    try expect(attended, is: "attnResid")

    let second = try normalized(attended, "feedForwardNormalization")
    try expect(second, is: "ln2")
    let up = try mapped(second, "feedForward.up")
    try expect(up, is: "fc")
    let active = up.activated(by: .gelu)
    try expect(active, is: "gelu")
    let down = try mapped(active, "feedForward.down")
    try expect(down, is: "mlp")
    try expect(attended + down, is: "mlpResid")
  }

  @Test func attentionWeightsOfTheFirstBlock() throws {
    // With values that are the axes of time, the output of attention is its weights.
    let (queries, keys) = (try oracle.partialByTime("q"), try oracle.partialByTime("k"))
    let axes = Tensor(shape: keys.shape) { floats in
      floats.initialize(repeating: 0)
      for step in 0..<11 * 3 * 3 { floats[step * 16 + step / 3 % 11] = 1 }
    }
    let weights = queries.attending(keys: keys, values: axes).sliced(axis: 3, 0..<11)
    #expect(try distance(weights, oracle.partialByTime("attSm")) < Self.tolerance)
  }

  @Test func theCachedModelSortsSixLetters() throws {
    for (letters, sorted) in [
      ([2, 0, 1, 1, 2, 0], [0, 0, 1, 1, 2, 2]), ([1, 2, 0, 0, 0, 1], [0, 0, 0, 1, 1, 2]),
    ] as [([Int32], [Int32])] {
      let cache = WorkingMemory(oracle.model.configuration)
      var next = letters
      var written: [Int32] = []
      while written.count < 6 {
        let logits = oracle.model.nextLogits(oracle.model.hidden(row(next), cache: cache))
        next = [Int32(logits.argmax()[0])]
        written += next
      }
      #expect(written == sorted)
    }
  }
}
