import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing
import Training

/// A core that becomes one which attends to a few tokens only.
@Suite struct SparseTrainingTests {
  private let configuration: TransformerConfiguration = {
    var configuration = tinyConfiguration
    configuration.indexer = .init(heads: 2, kept: 4)
    return configuration
  }()

  private func distance(_ model: Transformer) -> Float {
    let tokens = Tensor(indices: Array(tinyText.prefix(64)), shape: [4, 16])
    return model.hidden(tokens, teachingIndexers: true).lessons.reduce(0) { $0 + $1.scalar }
  }

  /// While attention sees everything, the indexer alone learns, and comes near to what attention attends to.
  @Test func theIndexerLearnsFromAttention() throws {
    let folder = try TemporaryFolder()
    let model = try Transformer(configuration, in: ParameterScope(seed: 3))
    for parameter in model.parameters.parameters where parameter.path.contains(".attention.") {
      parameter.replace(with: parameter.value * 3)
    }
    model.parameters.setTrainable { $0.contains(".indexer.") }
    let others = { model.parameters.parameters.filter { !$0.isTrainable }.map(\.value.values) }
    let (before, weights) = (distance(model), others())
    var plan = tinyPlan(steps: 60)
    plan.denseSteps = 60
    let rows = TextRows(tinyText, length: 16, repeatShare: 0, seed: 1)
    _ = try TrainingRun(plan, model: model, origin: "nothing", rows: rows)
      .run(checkpoint: folder / "run.safetensors") { _ in }
    #expect(distance(model) < 0.7 * before)
    #expect(others() == weights)
  }

  /// What the indexer has to learn moves nothing else.
  @Test func attentionLearnsNothingFromTheLesson() throws {
    let model = try Transformer(configuration, in: ParameterScope(seed: 3))
    let tokens = Tensor(indices: Array(tinyText.prefix(64)), shape: [4, 16])
    for isDense in [true, false] {
      let lessons = model.hidden(tokens, teachingIndexers: isDense).lessons
      #expect(lessons.count == 1)
      let gradients = Gradients()
      lessons[0].backward(into: gradients)
      for parameter in model.parameters.parameters {
        #expect((gradients[parameter.value] != nil) == parameter.path.contains(".indexer."))
      }
    }
  }

  @Test func aSparseCoreLearnsItsText() throws {
    let folder = try TemporaryFolder()
    let run = try tinyRun(
      tinyPlan(steps: 60) { $0.denseSteps = 20 }, configuration, tokens: tinyText)
    var losses: [Double] = []
    _ = try run.run(checkpoint: folder / "run.safetensors") { losses.append($0.loss) }
    #expect(losses.last! < losses[0] - 1)
  }
}
