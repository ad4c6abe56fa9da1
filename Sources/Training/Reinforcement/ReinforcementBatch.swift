import Foundation
import LanguageModels
import Tensors

/// Some rollouts as one piece of an update, with what has been found out about their tokens.
///
/// Only the model's own tokens count; all lists but `inputs` have one entry for each of them.
package struct ReinforcementBatch: Sendable {
  /// [rollouts, time]: what the model reads, padded at the end.
  let inputs: Tensor
  /// The rows of the hidden states, [rollouts * time], that predict own tokens.
  let places: Tensor
  let labels: [Int32]
  let advantages: [Float]
  /// The token's share of the whole batch.
  let weights: [Float]
  /// Log-probabilities when the rollouts were drawn, and by the reference, once they are known.
  package var old, reference: [Float]?

  /// What one update came to on the piece.
  package struct Measures: Sendable {
    package var loss = 0.0
    package var divergence = 0.0
    package var clippedCount = 0
    package var count = 0
    /// Of the own tokens, as they were at the time.
    package var logProbabilities: [Float] = []
  }

  /// - Parameter rollouts: a prompt and the tokens after it; of these, whether they are the model's own and
  ///   their advantages; the weight of each own token.
  package init(
    _ rollouts: [(
      prompt: [Int32], tokens: [Int32], isOwn: [Bool], advantages: [Float], weight: Float
    )]
  ) {
    let time = rollouts.map { $0.prompt.count + $0.tokens.count - 1 }.max() ?? 0
    var inputs: [Int32] = []
    var places: [Int32] = []
    var labels: [Int32] = []
    var advantages: [Float] = []
    var weights: [Float] = []
    for (row, rollout) in rollouts.enumerated() {
      let read = (rollout.prompt + rollout.tokens).dropLast()
      inputs += read + Array(repeating: 0, count: time - read.count)
      for (index, token) in rollout.tokens.enumerated() where rollout.isOwn[index] {
        places.append(Int32(row * time + rollout.prompt.count + index - 1))
        labels.append(token)
        advantages.append(rollout.advantages[index])
        weights.append(rollout.weight)
      }
    }
    self.inputs = Tensor(indices: inputs, shape: [rollouts.count, time])
    self.places = Tensor(indices: places)
    self.labels = labels
    self.advantages = advantages
    self.weights = weights
  }

  /// The states of `model` that predict own tokens: [own tokens, width].
  private func states(_ model: Transformer) -> Tensor {
    let hidden = model.hidden(inputs)
    return hidden.reshaped([inputs.count, hidden.shape.width]).rows(at: places)
  }

  /// The log-probabilities of the own tokens.
  package func logProbabilities(_ model: Transformer) -> [Float] {
    model.losses(states(model), SparseTargets(labels: labels)).values.map { -$0 }
  }

  /// A scalar with the gradient of the objective, and the objective itself.
  ///
  /// The objective's slope by each log-probability is a number once the model has been run, so a
  /// cross-entropy weighted by it has the same gradient.
  package func loss(
    _ model: Transformer, _ objective: ReinforcementObjective
  ) -> (loss: Tensor, measures: Measures) {
    let states = states(model)
    let targets = SparseTargets(labels: labels)
    let logits = objective.entropyWeight > 0 ? model.cappedLogits(states) : nil
    let losses = logits?.crossEntropy(targets) ?? model.losses(states, targets)
    var measures = Measures()
    measures.count = labels.count
    measures.logProbabilities = losses.values.map { -$0 }
    let slopes = labels.indices.map { index in
      let now = measures.logProbabilities[index]
      let term = objective.term(
        logProbability: Double(now), drawnAt: Double(old?[index] ?? now),
        reference: reference.map { Double($0[index]) }, advantage: Double(advantages[index]))
      measures.loss += term.loss * Double(weights[index])
      measures.divergence += term.divergence
      measures.clippedCount += term.isClipped ? 1 : 0
      return -Float(term.slope) * weights[index]
    }
    var loss = (losses * Tensor(slopes, shape: losses.shape)).sum()
    if let logits {
      let (entropies, slopes) = Self.entropy(
        logits, weights.map { $0 * -Float(objective.entropyWeight) })
      for (entropy, weight) in zip(entropies, weights) {
        measures.loss -= objective.entropyWeight * entropy * Double(weight)
      }
      loss = loss + (logits * slopes).sum()
    }
    return (loss, measures)
  }

  /// The entropy of every row of `logits` and its derivative by each logit, -p (log p + entropy), times
  /// the row's weight.
  private static func entropy(
    _ logits: Tensor, _ weights: [Float]
  ) -> (entropies: [Double], slopes: Tensor) {
    let probabilities = logits.detached().softmax()
    let width = logits.shape.width
    var entropies: [Double] = []
    let slopes = Tensor(shape: logits.shape) { slopes in
      logits.withFloats { logits in
        probabilities.withFloats { probabilities in
          for (row, weight) in weights.enumerated() {
            let range = row * width..<(row + 1) * width
            let likeliest = range.max { logits[$0] < logits[$1] } ?? range.lowerBound
            let logSum = logits[likeliest] - log(probabilities[likeliest])
            let entropy = range.reduce(0.0) {
              $0 - Double(probabilities[$1]) * Double(logits[$1] - logSum)
            }
            entropies.append(entropy)
            for index in range {
              slopes[index] =
                -weight * probabilities[index] * (logits[index] - logSum + Float(entropy))
            }
          }
        }
      }
    }
    return (entropies, slopes)
  }
}
