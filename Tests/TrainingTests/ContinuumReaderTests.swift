import LanguageModels
import Layers
import Tensors
import Testing
import Training

/// A core whose blocks go on learning while it reads.
@Suite struct ContinuumReaderTests {
  private func model(blocks: Int = 3) throws -> Transformer {
    var configuration = tinyConfiguration
    configuration.layerCount = blocks
    let model = try Transformer(configuration, in: ParameterScope(seed: 3))
    // Blocks begin as the identity: a core that has learned something is none.
    for parameter in model.parameters.parameters {
      var random = RandomSource(seed: 5, name: parameter.path)
      parameter.replace(
        with: parameter.value + .normal(parameter.shape, deviation: 0.1, using: &random))
    }
    return model
  }

  private func weights(_ model: Transformer) -> [String: [Float]] {
    Dictionary(
      uniqueKeysWithValues: model.parameters.parameters.map { ($0.path, $0.value.values) })
  }

  /// What is foreseen with the context in front of it, and nothing learned.
  @Test func atARateOfNothingItIsTheSameCoreToTheBit() throws {
    let (core, model) = (try model(), try model())
    let reader = ContinuumReader(model, .init(periods: [4, 8], rate: 0, chunk: 4))
    let tokens = Array(tinyText.prefix(16))
    let losses = try reader.read(tokens)
    #expect(weights(model) == weights(core))
    let hidden = core.hidden(Tensor(indices: Array(tokens.dropLast()), shape: [1, 15]))
    let expected = core.losses(hidden, SparseTargets(labels: Array(tokens.dropFirst()))).values
    #expect(losses.count == expected.count)
    for (one, other) in zip(losses, expected) { #expect(abs(one - other) < 1e-5) }
  }

  @Test func itForeseesBetterWhatItHasLearned() throws {
    let tokens = Array(tinyText.prefix(600))
    func mean(_ rate: Float) throws -> Float {
      let reader = ContinuumReader(
        try model(), .init(periods: [8, 16, 32], rate: rate, chunk: 8))
      return try reader.read(tokens).suffix(200).reduce(0, +) / 200
    }
    #expect(try mean(0.3) < mean(0) - 0.2)
  }

  /// The uppermost block is the fastest, and each moves once in its period.
  @Test func everyLevelMovesAtItsPace() throws {
    let model = try model()
    let reader = ContinuumReader(model, .init(periods: [4, 8, 16], rate: 0.1, chunk: 4))
    var moves = [Int](repeating: 0, count: 3)
    for start in stride(from: 0, to: 16, by: 4) {
      let before = weights(model)
      _ = try reader.read(Array(tinyText[start..<start + 4]))
      let after = weights(model)
      for block in 0..<3 {
        let path = "blocks.\(block).feedForward.up.weight"
        if before[path] != after[path] { moves[block] += 1 }
      }
      #expect(before["embedding.weight"] == after["embedding.weight"])
    }
    #expect(moves == [1, 2, 4])
  }

  /// What only this context needed is gone with it; the slowest level keeps what it has learned.
  @Test func aContextEnds() throws {
    let (model, core) = (try model(), try model())
    let reader = ContinuumReader(model, .init(periods: [4, 8], rate: 0.1, chunk: 4))
    _ = try reader.read(Array(tinyText.prefix(32)))
    let learned = weights(model)
    reader.endContext()
    let (after, before) = (weights(model), weights(core))
    let (fast, slow) = ("blocks.2.feedForward.up.weight", "blocks.0.feedForward.up.weight")
    #expect(learned[fast] != before[fast] && after[fast] == before[fast])
    #expect(learned[slow] != before[slow] && after[slow] == learned[slow])
  }

  /// With a carry, the fast levels begin the next context on the way to where they ended.
  @Test func theSlowestLevelLearnsWhatTheOthersBeginAs() throws {
    let (model, core) = (try model(), try model())
    let reader = ContinuumReader(model, .init(periods: [4, 8], rate: 0.1, chunk: 4, carry: 0.5))
    _ = try reader.read(Array(tinyText.prefix(32)))
    let path = "blocks.2.feedForward.up.weight"
    let (first, last) = (try #require(weights(core)[path]), try #require(weights(model)[path]))
    reader.endContext()
    let begun = try #require(weights(model)[path])
    for index in first.indices {
      #expect(abs(begun[index] - (first[index] + last[index]) / 2) < 1e-6)
    }
  }
}
