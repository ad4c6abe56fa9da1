import LanguageModels
import Layers
import Tensors
import Tokenizers
import Training

extension Lens {
  /// How a lens is made.
  public struct Plan: Sendable, Codable, Equatable {
    /// The block before which states are read.
    public var block: Int
    public var features = 1024
    /// Features of a state.
    public var kept = 16
    public var steps = 1000
    /// Windows a step, and tokens of each.
    public var windows = 8
    public var window = 128
    public var rate: Float = 1e-3
    public var seed: UInt64

    public init(block: Int, seed: UInt64) {
      self.block = block
      self.seed = seed
    }
  }

  /// Trains a lens on the states of `core` while it reads `tokens`.
  ///
  /// - Throws: ``LensError/tooShort(tokens:needed:)``, `TrainingError.diverged`.
  public static func trained(
    _ plan: Plan, for core: LanguageModel, on tokens: [Int32],
    report: (_ step: Int, _ loss: Double) -> Void = { _, _ in }
  ) throws -> Lens {
    let needed = 4 * plan.window
    guard tokens.count >= needed else {
      throw LensError.tooShort(tokens: tokens.count, needed: needed)
    }
    let model = core.model
    let form = SparseAutoencoder.Form(
      width: model.configuration.width, features: plan.features, kept: plan.kept)
    let scope = ParameterScope(seed: plan.seed)
    let autoencoder = try SparseAutoencoder(form, in: scope)
    let source = TokenWindows(tokens, length: plan.window, seed: plan.seed)
    func states(_ step: Int) throws -> Tensor {
      let starts = source.starts(step: step, batch: plan.windows)
      let parts = try WorkerPool.shared.map(starts.count) { index in
        // A context's first state is like no other, whatever its token.
        let all = Self.states(
          of: source.window(at: starts[index]), in: model, before: plan.block)
        return all.sliced(axis: 0, 1..<all.shape[0])
      }
      return .concatenated(parts, axis: 0)
    }
    var training = AutoencoderTraining.Plan(steps: plan.steps, seed: plan.seed)
    training.rate = plan.rate
    try AutoencoderTraining(training).run(
      autoencoder, scope.store.parameters, report: report, rows: states)
    let quality = AutoencoderTraining.quality(autoencoder, try states(plan.steps))
    let features = described(autoencoder, plan, core, source)
    return Lens(
      autoencoder, scope.store, core: model.parameters.digest, block: plan.block,
      quality: quality, features: features)
  }

  /// Windows that examples are looked for in, at most, and how many a feature has.
  private static let (searched, exampleCount) = (400, 5)

  private static func described(
    _ autoencoder: SparseAutoencoder, _ plan: Plan, _ core: LanguageModel, _ source: TokenWindows
  ) -> [Feature] {
    let features = autoencoder.form.features
    var best = [[(strength: Float, window: Int, place: Int)]](repeating: [], count: features)
    var counts = [Int](repeating: 0, count: features)
    let starts = source.starts(step: 0, batch: min(searched, source.count))
    var tokens = 0
    for start in starts {
      let window = source.window(at: start)
      let codes = autoencoder.codes(
        states(of: window, in: core.model, before: plan.block)
      ).detached()
      tokens += window.count - 1
      codes.withFloats { floats in
        for feature in 0..<features {
          // Of a window the strongest alone, so that examples differ.
          var strongest: (strength: Float, place: Int) = (0, 0)
          for place in 1..<window.count {
            let strength = floats[place * features + feature]
            if strength > 0 { counts[feature] += 1 }
            if strength > strongest.strength { strongest = (strength, place) }
          }
          if strongest.strength > 0 {
            best[feature].append((strongest.strength, start, strongest.place))
            if best[feature].count > exampleCount {
              best[feature].sort { $0.strength > $1.strength }
              best[feature].removeLast()
            }
          }
        }
      }
    }
    return (0..<features).map { feature in
      let examples = best[feature].sorted { $0.strength > $1.strength }
      return Feature(
        strength: examples.reduce(0) { $0 + $1.strength } / Float(max(examples.count, 1)),
        share: Double(counts[feature]) / Double(max(tokens, 1)),
        examples: examples.map {
          snippet(source.window(at: $0.window), around: $0.place, core.tokenizer)
        })
    }
  }

  /// A token between brackets, with what stands around it, on one line.
  static func snippet(
    _ tokens: [Int32], around place: Int, _ tokenizer: any Tokenizer
  ) -> String {
    func text(_ range: Range<Int>) -> String {
      String(decoding: tokens[range].flatMap { tokenizer.bytes(for: $0) }, as: UTF8.self)
    }
    let first = max(0, place - 10)
    let last = min(tokens.count, place + 6)
    let marked =
      text(first..<place) + "[" + text(place..<place + 1) + "]" + text(place + 1..<last)
    return marked.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
