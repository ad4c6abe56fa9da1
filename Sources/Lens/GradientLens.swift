import LanguageModels
import Layers
import Tensors
import Tokenizers

/// What learning a text would strengthen and weaken: the loss's gradient at a core's states, along the features of a lens.
///
/// The state h of a token moves along -dL/dh when the loss is descended, so a feature of direction d gains -dL/dh . d there; what every
/// token that lights it gains adds up.
public struct GradientLens: Sendable {
  /// What a text does to a feature.
  public struct Push: Sendable, Codable, Equatable {
    public var feature: Int
    /// What it gains per token of the text, in nats a unit of strength; negative where it is weakened.
    public var gain: Double
    /// The share of the text's tokens that light it.
    public var share: Double
    /// Where in the text it is lit most.
    public var example: String
  }

  private let lens: Lens
  private let model: Transformer
  private let tokenizer: any Tokenizer

  /// `model` is the core with the memory of its nights or without.
  public init(_ lens: Lens, _ model: Transformer, _ tokenizer: any Tokenizer) {
    self.lens = lens
    self.model = model
    self.tokenizer = tokenizer
  }

  /// Of every feature that `tokens` light, the strongest push first.
  public func pushes(of tokens: [Int32]) throws -> [Push] {
    let length = min(model.configuration.contextLength, 256)
    let starts = Array(stride(from: 0, to: tokens.count - 1, by: length))
    let count = lens.autoencoder.form.features
    let parts = try WorkerPool.shared.map(starts.count) { index in
      let end = min(starts[index] + length, tokens.count - 1)
      return pushes(
        reading: Array(tokens[starts[index]..<end]),
        learning: Array(tokens[starts[index] + 1..<end + 1]))
    }
    var gains = [Double](repeating: 0, count: count)
    var lit = [Int](repeating: 0, count: count)
    var strongest = [(strength: Float, place: Int)](repeating: (0, 0), count: count)
    for (start, part) in zip(starts, parts) {
      for feature in 0..<count {
        gains[feature] += part.gains[feature]
        lit[feature] += part.lit[feature]
        if part.strongest[feature].strength > strongest[feature].strength {
          let found = part.strongest[feature]
          strongest[feature] = (found.strength, start + found.place)
        }
      }
    }
    let total = Double(max(tokens.count - 1, 1))
    return (0..<count).filter { lit[$0] > 0 }.map { feature in
      Push(
        feature: feature, gain: gains[feature] / total, share: Double(lit[feature]) / total,
        example: Lens.snippet(tokens, around: strongest[feature].place, tokenizer))
    }.sorted { abs($0.gain) > abs($1.gain) }
  }

  private func pushes(
    reading inputs: [Int32], learning labels: [Int32]
  ) -> (gains: [Double], lit: [Int], strongest: [(strength: Float, place: Int)]) {
    let width = model.configuration.width
    let count = lens.autoencoder.form.features
    let state = model.stream(Tensor(indices: inputs, shape: [1, inputs.count]), before: lens.block)
      .detached().tracked()
    let gradients = Gradients()
    let hidden = model.hidden(continuing: state, from: lens.block)
    model.losses(hidden, SparseTargets(labels: labels)).sum().backward(into: gradients)
    let rows = state.detached().reshaped([inputs.count, width])
    let codes = lens.autoencoder.codes(rows.rmsNormalized(epsilon: 1e-6)).detached()
    var gains = [Double](repeating: 0, count: count)
    var lit = [Int](repeating: 0, count: count)
    var strongest = [(strength: Float, place: Int)](repeating: (0, 0), count: count)
    guard let gradient = gradients[state] else { return (gains, lit, strongest) }
    // Along every direction at once, [tokens, features].
    let along = gradient.detached().reshaped([inputs.count, width])
      .linear(lens.autoencoder.directions.value.detached()).values
    codes.withFloats { codes in
      for place in inputs.indices {
        for feature in 0..<count {
          let strength = codes[place * count + feature]
          guard strength > 0 else { continue }
          gains[feature] -= Double(along[place * count + feature])
          lit[feature] += 1
          if strength > strongest[feature].strength { strongest[feature] = (strength, place) }
        }
      }
    }
    return (gains, lit, strongest)
  }
}
