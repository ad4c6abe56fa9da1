import LanguageModels
import Layers
import Optimizers
import Tensors
import Training

/// Tokens, and what is to be said after some of them.
struct AskedSequence: Sendable {
  var tokens: [Int32]
  var questions: [(place: Int, answer: Int32)]

  /// With a single question, after the last token.
  init(_ tokens: [Int32], answer: Int32) {
    self.init(tokens, [(tokens.count - 1, answer)])
  }

  init(_ tokens: [Int32], _ questions: [(place: Int, answer: Int32)]) {
    self.tokens = tokens
    self.questions = questions
  }
}

/// A core of two blocks that learns, from nothing, to answer in sequences that are drawn for it.
struct SmallCore: Sendable {
  let model: Transformer

  init(vocabulary: Int, length: Int, width: Int = 64, seed: UInt64) throws {
    var configuration = TransformerConfiguration.gpt(
      depth: 2, vocabularySize: vocabulary, contextLength: length)
    (configuration.width, configuration.hiddenWidth) = (width, 4 * width)
    model = try Transformer(configuration, in: ParameterScope(seed: seed))
  }

  /// What follows where something is asked: sequences of one length -> [questions, vocabulary].
  func logits(_ sequences: [AskedSequence]) -> Tensor {
    let length = sequences[0].tokens.count
    let tokens = Tensor(indices: sequences.flatMap(\.tokens), shape: [sequences.count, length])
    return logits(model.hidden(tokens), of: sequences)
  }

  /// The same from the state after the last block, [sequences, length, width].
  func logits(_ hidden: Tensor, of sequences: [AskedSequence]) -> Tensor {
    let (length, width) = (hidden.shape[1], hidden.shape[2])
    let places = sequences.enumerated().flatMap { index, sequence in
      sequence.questions.map { Int32(index * length + $0.place) }
    }
    return model.cappedLogits(
      hidden.reshaped([sequences.count * length, width]).rows(at: Tensor(indices: places)))
  }

  /// Steps of pretraining's optimizer on new sequences; those of a step are of one length.
  func train(
    steps: Int, batch: Int = 64, rate: Float = 0.5, seed: UInt64,
    _ drawn: (_ count: Int, _ random: inout RandomSource) -> [AskedSequence]
  ) throws {
    var plan = TrainingPlan(model.configuration, steps: steps, batch: batch, seed: seed)
    plan.scaleRates(by: rate)
    var optimizer = plan.optimizer
    var random = RandomSource(seed: seed, name: "sequences")
    for step in 0..<steps {
      let sequences = drawn(batch, &random)
      let half = batch / 2
      let pieces = [Array(sequences[..<half]), Array(sequences[half...])]
      let (_, gradients) = try ParallelGradients.sum(pieces: 2) { index in
        logits(pieces[index]).crossEntropy(
          SparseTargets(labels: pieces[index].flatMap { $0.questions.map(\.answer) })
        ).sum()
      }
      let count = sequences.reduce(0) { $0 + $1.questions.count }
      try optimizer.update(
        model.parameters.trainable, along: gradients,
        rate: plan.schedule.factor(at: step, of: steps), gradientScale: 1 / Float(count))
    }
  }

  /// The share of questions that are answered, likeliest answers taken.
  func accuracy(_ sequences: [AskedSequence]) -> Double {
    let said = logits(sequences).detached().argmax()
    let wanted = sequences.flatMap { $0.questions.map(\.answer) }
    return Double(zip(said, wanted).count { $0 == Int($1) }) / Double(wanted.count)
  }
}

extension SmallCore {
  /// The same core with parameters of its own.
  init(copying other: SmallCore) throws { model = try other.model.copied() }
}
