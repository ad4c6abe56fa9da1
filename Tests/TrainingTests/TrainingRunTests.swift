import Checkpoints
import Files
import Foundation
import LanguageModels
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

@Suite struct TrainingRunTests {
  /// Runs `plan` to `end`, or to its own end; returns the losses of the steps it did.
  @discardableResult
  private func run(
    _ plan: TrainingPlan, _ checkpoint: URL, upTo end: Int = .max, saveInterval: Double = 120,
    tokens: [Int32] = tinyText
  ) throws -> (isComplete: Bool, losses: [Double]) {
    let run = try tinyRun(plan, tokens: tokens)
    var losses: [Double] = []
    var step = 0
    let isComplete = try run.run(
      checkpoint: checkpoint, saveInterval: saveInterval,
      isInterrupted: {
        step += 1
        return step >= end
      }, report: { losses.append($0.loss) })
    #expect(step == losses.count)
    return (isComplete, losses)
  }

  @Test func theModelLearnsTheText() throws {
    let folder = try TemporaryFolder()
    let plan = tinyPlan(steps: 60)
    let run = try tinyRun(plan, tokens: tinyText)
    var lines: [TrainingRun.StepReport] = []
    let held = Array(tinyText.prefix(120))
    let evaluation = TrainingRun.Evaluation(every: 25) { model in
      ["bits": try BitsPerByte.measure(model, held, bytes: 120, window: 16)]
    }
    let isComplete = try run.run(checkpoint: folder / "run", evaluation: evaluation) {
      lines.append($0)
    }
    #expect(isComplete && lines.map(\.step) == Array(1...60))
    // The head starts almost at zero: at first every token is as likely as every other.
    #expect(abs(lines[0].loss - log(17)) < 0.05)
    #expect(lines[59].loss < 0.5 * lines[0].loss)
    #expect(lines.filter { $0.measures != nil }.map(\.step) == [25, 50, 60])
    let bits = try #require(lines[59].measures?["bits"])
    let earlier = try #require(lines[24].measures?["bits"])
    #expect(bits < 0.5 * log2(17) && bits < earlier)
    #expect(lines.allSatisfy { $0.tokensPerSecond > 0 && $0.steps == 60 })
    #expect(lines.map(\.rate) == (0..<60).map { plan.schedule.factor(at: $0, of: 60) })
    // The evaluation is of the model as it stands after the run.
    let again = try BitsPerByte.measure(run.model, held, bytes: 120, window: 16)
    #expect(again == bits)
  }

  @Test(arguments: Set([Precision.float32, .fastest]))
  func aStoppedRunEndsInTheSameBytes(_ precision: Precision) throws {
    let folder = try TemporaryFolder()
    let plan = tinyPlan(steps: 12, precision: precision)
    let whole = try run(plan, folder / "whole")
    #expect(whole.isComplete && whole.losses.count == 12)
    for stops in [[5], [1, 1, 1], [11]] {
      let checkpoint = folder / "parts"
      try? FileManager.default.removeItem(at: checkpoint)
      var losses: [Double] = []
      for stop in stops {
        let part = try run(plan, checkpoint, upTo: stop)
        #expect(!part.isComplete && part.losses.count == stop)
        losses += part.losses
      }
      let rest = try run(plan, checkpoint)
      #expect(rest.isComplete && losses + rest.losses == whole.losses)
      #expect(try Data(contentsOf: checkpoint) == Data(contentsOf: folder / "whole"))
    }
    // A complete run has nothing to do, and its model is there.
    let done = try tinyRun(plan, tokens: tinyText)
    #expect(try done.run(checkpoint: folder / "whole") { _ in Issue.record("a step was done") })
    let file = try SafetensorsFile(folder / "whole")
    for parameter in done.model.parameters.parameters {
      let saved = try file.tensor(named: "parameter/" + parameter.path)
      #expect(parameter.value.values == saved?.values)
    }
  }

  @Test func anInterruptionInTheLastStepIsNone() throws {
    let folder = try TemporaryFolder()
    #expect(try run(tinyPlan(steps: 3), folder / "run", upTo: 3).isComplete)
  }

  @Test func aKilledRunGoesOnWhereItLastSaved() async throws {
    let folder = try TemporaryFolder()
    try run(tinyPlan(steps: 9), folder / "whole")
    let checkpoint = folder / "killed"
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = checkpoint.path as String] in
      let run = try tinyRun(tinyPlan(steps: 9), tokens: tinyText)
      _ = try run.run(checkpoint: URL(fileURLWithPath: path), saveInterval: 0) { line in
        if line.step == 4 { kill(getpid(), SIGKILL) }
      }
    }
    let rest = try run(tinyPlan(steps: 9), checkpoint)
    // The fourth step was reported and not yet saved: it is done again.
    #expect(rest.losses.count == 6)
    #expect(try Data(contentsOf: checkpoint) == Data(contentsOf: folder / "whole"))
  }

  @Test func aFullDiskLeavesTheLastCheckpoint() async throws {
    let folder = try TemporaryFolder()
    let checkpoint = folder / "run"
    try run(tinyPlan(steps: 9), checkpoint, upTo: 4)
    let before = try Data(contentsOf: checkpoint)
    await #expect(processExitsWith: .success) { [path = checkpoint.path as String] in
      let run = try tinyRun(tinyPlan(steps: 9), tokens: tinyText)
      limitFileSize(to: 4096)
      let error = try #require(throws: FileSystemError.self) {
        try run.run(checkpoint: URL(fileURLWithPath: path)) { _ in }
      }
      #expect(error.path == path)
    }
    #expect(try Data(contentsOf: checkpoint) == before)
    #expect(try folder.names() == ["run"])
  }

  @Test func anEvaluationThatIsCutOffIsMadeAgain() throws {
    struct Stop: Error {}
    let folder = try TemporaryFolder()
    func run(_ measure: @escaping @Sendable () throws -> Void) throws -> [Int] {
      var measured: [Int] = []
      let run = try tinyRun(tinyPlan(steps: 4), tokens: tinyText)
      let evaluation = TrainingRun.Evaluation(every: 2) { _ in
        try measure()
        return ["one": 1]
      }
      _ = try run.run(checkpoint: folder / "run", saveInterval: 0, evaluation: evaluation) {
        if $0.measures != nil { measured.append($0.step) }
      }
      return measured
    }
    #expect(throws: Stop.self) { try run { throw Stop() } }
    #expect(try SafetensorsFile(folder / "run").metadata["step"] == "1")
    #expect(try run {} == [2, 4])
  }

  @Test func aCheckpointOfAnotherRunIsRefused() throws {
    let folder = try TemporaryFolder()
    let checkpoint = folder / "run"
    try run(tinyPlan(steps: 4), checkpoint, upTo: 2)
    let before = try Data(contentsOf: checkpoint)
    let others = [
      tinyPlan(steps: 5), tinyPlan(steps: 4, seed: 2), tinyPlan(steps: 4) { $0.batch = 7 },
      tinyPlan(steps: 4) { $0.matrixRate = 0.03 },
    ]
    for plan in others {
      let error = try #require(throws: TrainingError.self) { try run(plan, checkpoint) }
      guard case .otherRun(let file, let expected, let found) = error else {
        Issue.record("\(error)")
        continue
      }
      #expect(file == checkpoint.path && expected != found)
      #expect("\(error)".hasPrefix("\(checkpoint.path): belongs to another run"))
    }
    // The same plan for another shape or another text is another run, too.
    var narrow = tinyConfiguration
    narrow.hiddenWidth = 48
    #expect(throws: TrainingError.self) {
      try tinyRun(tinyPlan(steps: 4), narrow, tokens: tinyText).run(checkpoint: checkpoint) { _ in }
    }
    var text = tinyText
    text.swapAt(7, 8)
    for tokens in [text, Array(tinyText.dropLast())] {
      #expect(throws: TrainingError.self) {
        try run(tinyPlan(steps: 4), checkpoint, tokens: tokens)
      }
    }
    #expect(try Data(contentsOf: checkpoint) == before)
    #expect(try run(tinyPlan(steps: 4), checkpoint).losses.count == 2)
  }

  @Test func aRunThatDivergesSaysSoAndKeepsItsCheckpoint() throws {
    let folder = try TemporaryFolder()
    let checkpoint = folder / "run"
    let plan = tinyPlan(steps: 20) { $0.headRate = 3e38 }
    let error = try #require(throws: TrainingError.self) {
      try run(plan, checkpoint, saveInterval: 0)
    }
    guard case .diverged(let step) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(step > 1 && "\(error)".contains("step \(step)"))
    #expect(try SafetensorsFile(checkpoint).metadata["step"] == String(step - 1))
  }

  /// The loss of a step is that before it moves: what is measured behind the step may be the first to be no number.
  @Test func aMeasureThatIsNoNumberIsADivergence() throws {
    let folder = try TemporaryFolder()
    let run = try tinyRun(tinyPlan(steps: 4), tokens: tinyText)
    let error = #expect(throws: TrainingError.self) {
      _ = try run.run(
        checkpoint: folder / "run", evaluation: .init(every: 2) { _ in ["bits per byte": .nan] }
      ) { line in #expect(line.step < 2) }
    }
    #expect("\(String(describing: error))".contains("step 2"))
  }
}
