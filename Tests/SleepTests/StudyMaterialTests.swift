import LanguageModels
import Sleep
import Tensors
import TestSupport
import Testing

@Suite struct StudyMaterialTests {
  private let belief = SparseTargets(
    ids: Tensor(indices: [7, 3, 4, 5], shape: [2, 2]),
    weights: Tensor([0.6, 0.2, 0.5, 0.1], shape: [2, 2]))

  /// Token 7 is among the likely ones, token 9 is not: only there the text stands for the tail.
  @Test func textStandsForTheTailOfTheBelief() {
    let material = StudyMaterial(tokens: [1, 7, 9], belief: belief, teacherShare: 0.5)
    let batch = StudyMaterial.batch([(material, 0)], length: 2)
    #expect(batch.inputs.withIndices(Array.init) == [1, 7])
    #expect(batch.rows.withIndices(Array.init) == [0, 1])
    #expect(batch.targets.ids.withIndices(Array.init) == [7, 7, 3, 9, 4, 5])
    #expect(batch.targets.weights.values == [0.5, 0.3, 0.1, 1, 0.25, 0.05])
  }

  @Test func scaleMultipliesEveryWeight() {
    let material = StudyMaterial(tokens: [1, 7, 9], belief: belief, teacherShare: 1, scale: 2)
    let batch = StudyMaterial.batch([(material, 0)], length: 2)
    #expect(batch.targets.weights.values == [0, 1.2, 0.4, 2, 1, 0.2])
  }

  /// Of a question only the answer is learned, and what fills up its row is not.
  @Test func onlyWhatIsLearnedHasATarget() {
    let question = StudyMaterial(
      tokens: [1, 2, 7, 9], learnedFrom: 2, belief: belief, teacherShare: 0.5)
    let longer = StudyMaterial(tokens: [1, 7, 9], belief: belief, teacherShare: 0.5)
    let batch = StudyMaterial.batch([(question, 0), (longer, 0)], length: 4)
    #expect(batch.inputs.withIndices(Array.init) == [1, 2, 7, 0, 1, 7, 0, 0])
    #expect(batch.rows.withIndices(Array.init) == [1, 2, 4, 5])
    #expect(
      batch.targets.ids.withIndices(Array.init) == [7, 7, 3, 9, 4, 5, 7, 7, 3, 9, 4, 5])
    #expect(batch.targets.weights.values == [Float]([0.5, 0.3, 0.1, 1, 0.25, 0.05]).twice)
  }

  /// What has been read below a memory is continued as if it were read from the beginning, filled up or not.
  @Test func whatHasBeenReadIsNotReadAgain() throws {
    let model = try TinyCore(in: TemporaryFolder()).model
    let materials = [
      StudyMaterial(tokens: [1, 2, 7, 9], learnedFrom: 2, belief: belief, teacherShare: 0.5),
      StudyMaterial(tokens: [1, 7, 9], belief: belief, teacherShare: 0.5),
    ]
    let whole = StudyMaterial.batch(materials.map { ($0, 0) }, length: 5)
    #expect(whole.stream == nil)
    let block = model.configuration.layerCount
    let read = try StudyMaterial.read(materials, by: model, before: block)
    let batch = StudyMaterial.batch(read.map { ($0, 0) }, length: 5)
    let stream = try #require(batch.stream)
    func learned(_ hidden: Tensor) -> [Float] {
      hidden.reshaped([10, model.configuration.width]).rows(at: batch.rows).values
    }
    let found = learned(model.hidden(continuing: stream, from: block))
    #expect(found.contains { abs($0) > 0.1 })
    #expect(zip(found, learned(model.hidden(whole.inputs))).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  /// The first token of a text that follows on another is foreseen by nothing.
  @Test func textsThatAreJoinedDoNotForeseeEachOther() {
    let text = StudyMaterial(tokens: [1, 7, 9], belief: belief, teacherShare: 0.5)
    let batch = StudyMaterial.batch(
      [(StudyMaterial(joining: [text, text]), 0)], length: 5)
    #expect(batch.rows.withIndices(Array.init) == [0, 1, 3, 4])
  }

  /// Over draws from the teacher's own distribution the weights average to that distribution.
  @Test func estimateOfTheTailIsUnbiased() {
    let distribution: [Float] = [0.4, 0.3, 0.15, 0.1, 0.05]
    var random = RandomSource(seed: 5)
    var mean = [Double](repeating: 0, count: distribution.count)
    let draws = 20_000
    let belief = SparseTargets(
      ids: Tensor(indices: [0, 1], shape: [1, 2]), weights: Tensor([0.4, 0.3], shape: [1, 2]))
    for _ in 0..<draws {
      var left = random.uniform()
      let token = distribution.firstIndex {
        left -= $0
        return left < 0
      }
      let material = StudyMaterial(
        tokens: [0, Int32(token ?? 4)], belief: belief, teacherShare: 1)
      let targets = StudyMaterial.batch([(material, 0)], length: 1).targets
      for (id, weight) in zip(targets.ids.withIndices(Array.init), targets.weights.values) {
        mean[Int(id)] += Double(weight) / Double(draws)
      }
    }
    for (estimate, truth) in zip(mean, distribution) {
      #expect(abs(estimate - Double(truth)) < 0.01)
    }
  }
}

extension Array {
  fileprivate var twice: [Element] { self + self }
}
