import Foundation
import Individuals
import LanguageModels
import Layers
import Optimizers
import Tensors
import Training

/// The distilling part of a night: one memory trained on the day, earlier days and neutral text.
struct NightTraining {
  let settings: NightSettings
  let model: Transformer
  let memory: NightMemory
  let day: StudyMaterial
  let rehearsal: StudyMaterial?
  let neutral: StudyMaterial
  let steps: Int

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
    let schedule = Schedule(warmupSteps: min(10, steps / 10), decayShare: 0.4, floor: 0.05)
    var lastSave = Date()
    var recentLoss = 0.0
    for step in (resumed?.step ?? 0)..<max(steps, resumed?.step ?? 0) {
      let pieces = self.pieces(ofStep: step)
      let (loss, gradients) = try settings.precision.run {
        try ParallelGradients.sum(pieces: pieces.count) { index in
          let (inputs, targets) = StudyMaterial.batch(
            pieces[index].windows, length: pieces[index].length)
          return model.losses(model.hidden(inputs), targets).sum()
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
  }

  /// Tokens that a worker carries at once: enough to fill a matrix product, few enough for its cache.
  private static let pieceTokens = 512

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
    var pieces = draw(settings.dayWindows, settings.window, from: day)
    if let rehearsal {
      pieces += draw(settings.rehearsalWindows, settings.window, from: rehearsal)
    }
    return pieces + draw(settings.neutralWindows, settings.neutralWindow, from: neutral)
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
