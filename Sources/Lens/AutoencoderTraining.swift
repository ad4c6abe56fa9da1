import Layers
import Optimizers
import Tensors
import Training

/// The training of a sparse autoencoder on rows that are drawn for it.
public struct AutoencoderTraining: Sendable {
  public struct Plan: Sendable, Codable, Equatable {
    public var steps: Int
    /// AdamW's.
    public var rate: Float = 1e-3
    /// A feature that was not used for so many rows is dead.
    public var deadAfter = 20_000
    public var seed: UInt64

    public init(steps: Int, seed: UInt64) {
      self.steps = steps
      self.seed = seed
    }
  }

  /// How good an autoencoder is.
  public struct Quality: Sendable, Codable, Equatable {
    /// What it leaves of the rows' variance, as a share.
    public var unexplained: Double
    /// Features used by a row.
    public var featuresPerRow: Double
    /// The share of features that no row uses.
    public var deadShare: Double
  }

  public let plan: Plan

  public init(_ plan: Plan) { self.plan = plan }

  /// Trains `autoencoder` of `parameters`; `rows` gives those of a step, [rows, width], the same for the same number.
  public func run(
    _ autoencoder: SparseAutoencoder, _ parameters: [Parameter],
    report: (_ step: Int, _ loss: Double) -> Void = { _, _ in },
    rows: (_ step: Int) throws -> Tensor
  ) throws {
    autoencoder.begin(at: try rows(0))
    var optimizer = AdamW(learningRate: plan.rate, beta2: 0.99)
    let schedule = Schedule(warmupSteps: min(100, plan.steps / 10), decayShare: 0.3, floor: 0)
    var unused = [Int](repeating: 0, count: autoencoder.form.features)
    for step in 0..<plan.steps {
      let batch = try rows(step)
      let isDead = unused.map { $0 > plan.deadAfter }
      let gradients = Gradients()
      let (loss, isUsed) = autoencoder.loss(batch, isDead: isDead)
      let value = Double(loss.scalar) / Double(batch.shape[0])
      guard value.isFinite else { throw TrainingError.diverged(step: step + 1) }
      loss.backward(into: gradients)
      try optimizer.update(
        parameters, along: gradients, rate: schedule.factor(at: step, of: plan.steps),
        gradientScale: 1 / Float(batch.shape[0]))
      autoencoder.normalize()
      for feature in unused.indices {
        unused[feature] = isUsed[feature] ? 0 : unused[feature] + batch.shape[0]
      }
      report(step + 1, value)
    }
  }

  /// Of `rows` [rows, width].
  public static func quality(_ autoencoder: SparseAutoencoder, _ rows: Tensor) -> Quality {
    let codes = autoencoder.codes(rows).detached()
    let left = (rows - autoencoder.rows(of: codes)).detached().values
    let (count, width) = (rows.shape[0], rows.shape[1])
    let values = rows.values
    var (all, used) = (0.0, Set<Int>())
    for column in 0..<width {
      let entries = (0..<count).map { Double(values[$0 * width + column]) }
      let mean = entries.reduce(0, +) / Double(count)
      all += entries.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    var active = 0
    codes.withFloats { floats in
      for (index, value) in floats.enumerated() where value > 0 {
        active += 1
        used.insert(index % autoencoder.form.features)
      }
    }
    return Quality(
      unexplained: left.reduce(0.0) { $0 + Double($1 * $1) } / max(all, 1e-30),
      featuresPerRow: Double(active) / Double(count),
      deadShare: 1 - Double(used.count) / Double(autoencoder.form.features))
  }
}
