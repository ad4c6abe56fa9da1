import Foundation
import Individuals
import LanguageModels
import Layers
import Optimizers
import Tensors
import Training

/// The distilling part of a night: one memory trained on the day, earlier days and neutral text.
struct NightTraining {
  let model: Transformer
  let memory: NightMemory
  let studies: NightStudies

  private var settings: NightSettings { studies.settings }

  /// Takes up what `memory`, attached to `model`, is to learn of `studies`.
  init(_ model: Transformer, _ memory: NightMemory, _ studies: NightStudies) throws {
    self.model = model
    self.memory = memory
    self.studies = try studies.read(by: model, before: memory.firstBlock)
  }

  /// Seconds between checkpoints: what an interruption can cost.
  private static let saveInterval = 15.0

  /// Trains from the checkpoint, or from the start, to the end; nil when interrupted.
  ///
  /// - Returns: the mean loss of the last steps on the day's text, in nats per token.
  func run(
    checkpoint: URL, fingerprint: String, isInterrupted: () -> Bool,
    progress: (_ step: Int, _ loss: Double) -> Void
  ) throws -> Double? {
    var optimizer = optimizer()
    let parameters = memory.parameters
    let resumed = try TrainingCheckpoint.resume(
      parameters, &optimizer, fingerprint: fingerprint, from: checkpoint)
    let steps = studies.steps
    let schedule = Schedule(warmupSteps: min(10, steps / 10), decayShare: 0.4, floor: 0.05)
    var lastSave = Date()
    var recentLoss = 0.0
    for step in (resumed?.step ?? 0)..<max(steps, resumed?.step ?? 0) {
      let pieces = self.pieces(ofStep: step)
      let (loss, gradients) = try settings.precision.run {
        try ParallelGradients.sum(costs: pieces.map(\.cost)) { index in
          let batch = StudyMaterial.batch(pieces[index].windows, length: pieces[index].length)
          // Windows of which nothing is to be learned.
          guard batch.rows.count > 0 else { return Tensor([0], shape: [1]) }
          // Of a question most tokens teach nothing: the head is spared them.
          let hidden =
            batch.stream.map { model.hidden(continuing: $0, from: memory.firstBlock) }
            ?? model.hidden(batch.inputs)
          let all = hidden.reshaped([batch.inputs.shape.count, model.configuration.width])
          return model.losses(all.rows(at: batch.rows), batch.targets).sum()
        }
      }
      guard loss.isFinite else { throw TrainingError.diverged(step: step + 1) }
      let scale = 1 / Float(pieces.reduce(0) { $0 + $1.windows.count * $1.length })
      recentLoss = loss * Double(scale)
      try optimizer.update(
        parameters, along: gradients, rate: schedule.factor(at: step, of: steps),
        gradientScale: scale)
      progress(step + 1, recentLoss)
      let stops = isInterrupted() && step + 1 < steps
      if stops || Date().timeIntervalSince(lastSave) > Self.saveInterval {
        try TrainingCheckpoint(step: step + 1, fingerprint: fingerprint)
          .save(parameters, optimizer, to: checkpoint)
        lastSave = Date()
      }
      if stops { return nil }
    }
    return recentLoss
  }

  /// Windows of one length that a worker carries together.
  private struct Piece {
    var windows: [(material: StudyMaterial, start: Int)]
    var length: Int

    /// Roughly in time: what has been read as far as the memory reaches takes half as long.
    var cost: Int {
      windows.count * length * (windows.allSatisfy(\.material.isRead) ? 1 : 2)
    }
  }

  /// Tokens that a worker carries at once: enough to fill a matrix product, few enough for its cache.
  private static let pieceTokens = 512

  /// What is known for sure is rehearsed now and then all the same.
  private static let leastDoubt: Float = 0.1

  /// A step's windows follow from the seed and its number alone, so that a resumed night is the same night.
  private func pieces(ofStep step: Int) -> [Piece] {
    var random = RandomSource(seed: settings.seed, name: "night step \(step)")
    func draw(_ count: Int, _ length: Int, from material: StudyMaterial) -> [Piece] {
      let windows = (0..<count).map { _ in
        (material: material, start: random.integer(in: 0..<material.tokens.count - length))
      }
      let share = max(Self.pieceTokens / length, 1)
      return stride(from: 0, to: count, by: share).map {
        Piece(windows: Array(windows[$0..<min($0 + share, count)]), length: length)
      }
    }
    var pieces: [Piece] = []
    if let day = studies.day {
      func share(_ windows: Int) -> Int {
        settings.share(of: windows, atLeast: 1, dayTokens: day.tokens.count, steps: studies.steps)
      }
      pieces += draw(share(settings.dayWindows), settings.window, from: day)
      if let rehearsal = studies.rehearsal {
        pieces += draw(share(settings.rehearsalWindows), settings.window, from: rehearsal)
      }
    }
    let oldSelf = studies.oldSelf
    pieces += rows(oldSelf.textsPerStep, of: oldSelf.texts, step: step)
    pieces += rows(settings.keptConversations, of: oldSelf.conversations, step: step)
    func draw(_ count: Int, of questions: [StudyMaterial]) -> [StudyMaterial] {
      Array(questions.shuffled(using: &random).prefix(count))
    }
    // What is half forgotten is rehearsed first (the smallest of exponential draws: a sample by weight, without
    // replacement; Efraimidis and Spirakis, 2006).
    func drawByDoubt(_ count: Int, of questions: [StudyMaterial]) -> [StudyMaterial] {
      let draws = questions.map { question in
        -log(1 - random.uniform()) / (question.doubt + Self.leastDoubt)
      }
      let order = draws.indices.sorted { draws[$0] < draws[$1] }
      return order.prefix(count).map { questions[$0] }
    }
    let rehearsed = Int((Double(settings.stepQuestions) * settings.questionRehearsal).rounded())
    var asked = draw(settings.stepQuestions, of: studies.questions)
    asked += drawByDoubt(rehearsed, of: studies.earlierQuestions)
    asked += draw(settings.stepStrangers, of: oldSelf.strangers)
    return pieces + self.pieces(asked.sorted { $0.tokens.count < $1.tokens.count })
  }

  /// The step's share of rows that are gone through one after another, a piece each.
  private func rows(_ count: Int, of all: [StudyMaterial], step: Int) -> [Piece] {
    guard !all.isEmpty else { return [] }
    return (0..<count).map {
      let row = all[(step * count + $0) % all.count]
      let length = min(Self.rounded(row.tokens.count - 1, to: 32), settings.neutralWindow)
      return Piece(windows: [(row, 0)], length: length)
    }
  }

  /// Up to a multiple of `step`: products of few shapes are compiled seldom.
  private static func rounded(_ length: Int, to step: Int) -> Int {
    (length + step - 1) / step * step
  }

  /// Whole questions, those of like lengths together; each stands alone in its row.
  private func pieces(_ questions: [StudyMaterial]) -> [Piece] {
    stride(from: 0, to: questions.count, by: 16).map { first in
      let some = questions[first..<min(first + 16, questions.count)]
      let length = min(
        Self.rounded(some.map(\.tokens.count).max()! - 1, to: 4),
        model.configuration.contextLength)
      return Piece(windows: some.map { ($0, 0) }, length: length)
    }
  }

  private func optimizer() -> OptimizerGroups {
    OptimizerGroups([
      .init("slots", AdamW(learningRate: settings.slotRate, beta2: 0.99)) {
        $0.path.hasPrefix("slots.")
      },
      .init("adapters", AdamW(learningRate: settings.adapterRate, beta2: 0.99)),
    ])
  }
}
