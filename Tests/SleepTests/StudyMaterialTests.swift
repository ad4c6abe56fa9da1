import Sleep
import Tensors
import Testing

@Suite struct StudyMaterialTests {
  private let belief = SparseTargets(
    ids: Tensor(indices: [7, 3, 4, 5], shape: [2, 2]),
    weights: Tensor([0.6, 0.2, 0.5, 0.1], shape: [2, 2]))

  /// Token 7 is among the likely ones, token 9 is not: only there the text stands for the tail.
  @Test func textStandsForTheTailOfTheBelief() {
    let material = StudyMaterial(tokens: [1, 7, 9], belief: belief, teacherShare: 0.5)
    let (inputs, targets) = StudyMaterial.batch([(material, 0)], length: 2)
    #expect(inputs.withIndices(Array.init) == [1, 7])
    #expect(targets.ids.withIndices(Array.init) == [7, 7, 3, 9, 4, 5])
    #expect(targets.weights.values == [0.5, 0.3, 0.1, 1, 0.25, 0.05])
  }

  @Test func scaleMultipliesEveryWeight() {
    let material = StudyMaterial(tokens: [1, 7, 9], belief: belief, teacherShare: 1, scale: 2)
    let (_, targets) = StudyMaterial.batch([(material, 0)], length: 2)
    #expect(targets.weights.values == [0, 1.2, 0.4, 2, 1, 0.2])
  }

  /// Of a question only the answer is learned, and what fills up its row is not.
  @Test func shorterRowsAreFilledUpWithNothingToLearn() {
    let question = StudyMaterial(
      tokens: [1, 2, 7, 9], learnedFrom: 2, belief: belief, teacherShare: 0.5)
    let longer = StudyMaterial(tokens: [1, 7, 9], belief: belief, teacherShare: 0.5)
    let (inputs, targets) = StudyMaterial.batch([(question, 0), (longer, 0)], length: 4)
    #expect(inputs.withIndices(Array.init) == [1, 2, 7, 0, 1, 7, 0, 0])
    let weights = targets.weights.values
    #expect(Array(weights[..<12]) == [0, 0, 0, 0.5, 0.3, 0.1, 1, 0.25, 0.05, 0, 0, 0])
    #expect(weights[18...].allSatisfy { $0 == 0 })
    #expect(Array(targets.ids.withIndices(Array.init)[3..<9]) == [7, 7, 3, 9, 4, 5])
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
      let (_, targets) = StudyMaterial.batch([(material, 0)], length: 1)
      for (id, weight) in zip(targets.ids.withIndices(Array.init), targets.weights.values) {
        mean[Int(id)] += Double(weight) / Double(draws)
      }
    }
    for (estimate, truth) in zip(mean, distribution) {
      #expect(abs(estimate - Double(truth)) < 0.01)
    }
  }
}
