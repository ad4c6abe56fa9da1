import Checkpoints
import Corpora
import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite struct DistillationTests {
  /// A model that has read the tiny text, the same for all tests.
  private func teacher() throws -> Transformer {
    let folder = try TemporaryFolder()
    let run = try tinyRun(tinyPlan(steps: 60), tokens: tinyText)
    _ = try run.run(checkpoint: folder / "teacher") { _ in }
    return run.model
  }

  private func distillation(
    _ plan: TrainingPlan, _ teacher: Transformer, tokens: [Int32] = tinyText, share: Float = 0.5
  ) throws -> TrainingRun {
    let rows = TextRows(tokens, length: tinyConfiguration.contextLength, seed: plan.seed)
    return TrainingRun(
      plan, model: try Transformer(tinyConfiguration, in: ParameterScope(seed: plan.seed)),
      origin: "nothing", rows: rows,
      targets: DistillationTargets(teacher, teacherShare: share, beliefSize: 17))
  }

  @Test func theTextStandsForWhatTheBeliefLeavesOut() {
    let belief = SparseTargets(
      ids: Tensor(indices: [4, 2, 4, 2, 4, 2], shape: [3, 2]),
      weights: Tensor([0.5, 0.25, 0.5, 0.25, 0.5, 0.25], shape: [3, 2]))
    let targets = DistillationTargets.blend(
      labels: [2, 7, 7], weights: [1, 1, 0.5], belief, teacherShare: 0.5)
    #expect(targets.ids.withIndices(Array.init) == [2, 4, 2, 7, 4, 2, 7, 4, 2])
    let expected: [Float] = [0.5, 0.25, 0.125, 1, 0.25, 0.125, 0.5, 0.125, 0.0625]
    #expect(targets.weights.values == expected)
  }

  @Test(arguments: [0, 0.3, 1] as [Float])
  func targetsWeighOneWhenTheTextIsAsTheTeacherBelieves(_ share: Float) {
    var random = RandomSource(seed: 1, name: "logits")
    let logits = Tensor.normal([1, 12], deviation: 2, using: &random)
    let all = logits.topProbabilities(12, normalized: false)
    let some = logits.topProbabilities(3, normalized: false)
    var mean: Float = 0
    for (label, probability) in zip(all.ids.withIndices(Array.init), all.weights.values) {
      let targets = DistillationTargets.blend(
        labels: [label], weights: [1], some, teacherShare: share)
      mean += probability * targets.weights.values.reduce(0, +)
    }
    #expect(abs(mean - 1) < 1e-5)
  }

  @Test func aStudentLearnsFromTheTeacherAloneWhatTheTextDoesNotSay() throws {
    var random = RandomSource(seed: 3, name: "noise")
    // Nothing can be learned from these labels: all tokens are equally likely.
    let noise = (0..<2000).map { _ in Int32(random.integer(in: 0..<17)) }
    let folder = try TemporaryFolder()
    let held = Array(tinyText.prefix(200))
    func bits(_ run: TrainingRun, _ name: String) throws -> Double {
      #expect(try run.run(checkpoint: folder / name) { _ in })
      return try BitsPerByte.measure(run.model, held, bytes: 199, window: 16)
    }
    let plan = tinyPlan(steps: 60)
    let distilled = try bits(distillation(plan, teacher(), tokens: noise, share: 1), "distilled")
    let plain = try bits(tinyRun(plan, tokens: noise), "plain")
    #expect(plain > 0.95 * log2(17))
    #expect(distilled < 0.8 * log2(17))
  }

  @Test func aStoppedRunEndsInTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let teacher = try teacher()
    let plan = tinyPlan(steps: 6)
    func run(_ name: String, share: Float = 0.5, upTo end: Int = .max) throws -> Bool {
      var step = 0
      return try distillation(plan, teacher, share: share).run(
        checkpoint: folder / name,
        isInterrupted: {
          step += 1
          return step >= end
        }, report: { _ in })
    }
    #expect(try run("whole"))
    #expect(try !run("parts", upTo: 2))
    #expect(throws: TrainingError.self) { try run("parts", share: 0.6) }
    #expect(try run("parts"))
    #expect(try Data(contentsOf: folder / "parts") == Data(contentsOf: folder / "whole"))
  }

  @Test func theTeacherIsFrozenAndAPlainRunSaysNothingOfTargets() throws {
    let folder = try TemporaryFolder()
    let teacher = try teacher()
    let before = teacher.parameters.digest
    let plan = tinyPlan(steps: 2)
    let run = try distillation(plan, teacher)
    _ = try run.run(checkpoint: folder / "distilled") { _ in }
    #expect(teacher.parameters.digest == before && teacher.parameters.trainable.isEmpty)
    let plain = try tinyRun(plan, tokens: tinyText)
    _ = try plain.run(checkpoint: folder / "plain") { _ in }
    let rows = TextRows(tinyText, length: 16, seed: plan.seed)
    func fingerprint(_ name: String) throws -> String {
      try #require(SafetensorsFile(folder / name).metadata["fingerprint"])
    }
    #expect(try fingerprint("plain").hasSuffix("from nothing on \(rows.fingerprint)"))
    #expect(try fingerprint("distilled").hasSuffix("likeliest of the teacher \(before)"))
  }
}
