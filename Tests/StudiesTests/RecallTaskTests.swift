import Foundation
import Studies
import Tensors
import Testing

@Suite struct RecallTaskTests {
  private func examples(_ task: RecallTask, count: Int = 40) -> [RecallTask.Example] {
    var random = RandomSource(seed: 1, name: "recall")
    return (0..<count).map { _ in task.example(&random) }
  }

  /// Read by hand: the answer is what stood beside the key for the last time among the pairs.
  @Test(arguments: [0, 3, 8])
  func theAnswerIsWhatTheKeyWasGivenLast(_ overwritten: Int) {
    var task = RecallTask()
    task.overwritten = overwritten
    for example in examples(task) {
      #expect(example.tokens.count == task.length)
      #expect(example.questions.count == task.pairs - overwritten)
      #expect(example.questions.count { $0.isOverwritten } == overwritten)
      #expect(Set(example.questions.map(\.position)).count == example.questions.count)
      let pairs = (0..<task.pairs).map { (example.tokens[2 * $0], example.tokens[2 * $0 + 1]) }
      for question in example.questions {
        #expect(question.position >= 2 * task.pairs && question.position < task.length)
        let key = example.tokens[question.position]
        let values = pairs.filter { $0.0 == key }.map(\.1)
        #expect(values.last == question.answer)
        #expect(values.count == (question.isOverwritten ? 2 : 1))
      }
    }
  }

  @Test func shortGapsAreMoreFrequent() {
    let positions = examples(RecallTask(), count: 200).flatMap { $0.questions.map(\.position) }
    let middle = (32 + 128) / 2
    #expect(positions.count { $0 < middle } > 2 * positions.count { $0 >= middle })
  }

  @Test func whatDoesNotFitIsSaid() {
    #expect(RecallTask().problem == nil)
    var task = RecallTask()
    task.pairs = 64
    #expect(task.problem != nil)
    task = RecallTask()
    task.overwritten = 9
    #expect(task.problem != nil)
  }

  /// A task small enough that a minute's training in a second shows: attention answers, and knows nothing at first.
  @Test func aCoreLearnsToRecall() throws {
    var task = RecallTask()
    (task.vocabularySize, task.length, task.pairs) = (32, 16, 2)
    var plan = RecallBenchmark.Plan(.attention, task, seed: 1)
    (plan.width, plan.steps, plan.batch) = (32, 300, 32)
    let outcome = try RecallBenchmark(plan).run()
    #expect(outcome.accuracy > 0.8)
    #expect(outcome.highestLoss <= log(32) + 0.05)
    #expect(outcome.stateBytes == 16 * (2 * 2 * 32 + 2 * 2 * 32) * 4)
    #expect(try RecallBenchmark(plan).run().accuracy == outcome.accuracy)
  }
}
