import LanguageModels
import Layers
import Tensors
import Testing
import Training

/// The levels of a continuum move once in their periods, as a training plan steps them.
@Suite struct LevelTests {
  @Test func everyLevelMovesAtItsPace() throws {
    var configuration = CoreArchitecture.hopeAttention.configuration(
      depth: 1, vocabularySize: 32, contextLength: 8)
    configuration.continuum = .init(periods: [1, 2, 3])
    let model = try Transformer(configuration, in: ParameterScope(seed: 1))
    var optimizer = TrainingPlan(configuration, steps: 6, batch: 1, seed: 1).optimizer
    var moves = [Int](repeating: 0, count: 3)
    func levels() -> [[Float]] {
      (0..<3).map { level in
        model.parameters.parameters.filter { ContinuumMemory.level(ofPath: $0.path) == level }
          .flatMap(\.value.values)
      }
    }
    for step in 0..<6 {
      let before = levels()
      let gradients = Gradients()
      for parameter in model.parameters.trainable {
        var random = RandomSource(seed: 2, name: "\(step) \(parameter.path)")
        gradients.insert(
          .normal(parameter.shape, deviation: 1, using: &random), for: parameter.value)
      }
      try optimizer.update(
        model.parameters.trainable, along: gradients, rate: 1, gradientScale: 1)
      for (level, (old, new)) in zip(before, levels()).enumerated() where old != new {
        moves[level] += 1
      }
    }
    #expect(moves == [6, 3, 2])
  }

  @Test func pathsSayTheirLevels() {
    #expect(ContinuumMemory.level(ofPath: "blocks.0.feedForward.levels.2.up.weight") == 2)
    #expect(ContinuumMemory.level(ofPath: "blocks.0.feedForward.up.weight") == nil)
  }

  /// What each architecture is trained from is sound, survives its description, and is of about the same size.
  @Test func architecturesAreOfOneSize() throws {
    let sizes = try CoreArchitecture.allCases.map { architecture in
      let configuration = architecture.configuration(
        depth: 4, vocabularySize: 512, contextLength: 64, convolutionTaps: 4)
      #expect(configuration.problem == nil)
      return Double(
        try Transformer(configuration, in: ParameterScope(seed: 1)).parameters.count)
    }
    #expect(sizes.max()! / sizes.min()! < 1.2)
  }
}
