import Foundation
import Layers
import Optimizers
import Tensors
import Training

/// A language model of letters: the eight before, embedded, through a hidden layer, to the next (Bengio et al. 2003).
struct LetterModel: Sendable {
  private static let reach = 8
  private let embedding: Embedding
  private let hidden, output: Linear
  private let store: ParameterStore

  init(width: Int = 256, seed: UInt64) throws {
    let scope = ParameterScope(seed: seed)
    let symbols = StudyText.symbolCount
    embedding = try Embedding(symbols, 16, deviation: 0.3, in: scope / "embedding")
    hidden = try Linear(16 * Self.reach, width, hasBias: true, in: scope / "hidden")
    output = try Linear(
      width, symbols, hasBias: true, initializer: .normal(deviation: 0.01), in: scope / "output")
    store = scope.store
  }

  /// Learns `text`, from what the model is; steps of 512 letters from anywhere.
  func train(on text: [UInt8], steps: Int, rate: Float = 3e-3, seed: UInt64) throws {
    var random = RandomSource(seed: seed, name: "letters")
    var optimizer = AdamW(learningRate: rate)
    let schedule = Schedule(warmupSteps: 20, decayShare: 0.7, floor: 0)
    for step in 0..<steps {
      let places = (0..<512).map { _ in random.integer(in: Self.reach..<text.count) }
      let (_, gradients) = try ParallelGradients.sum(pieces: 2) {
        losses(of: text, at: places[$0 * 256..<($0 + 1) * 256]).sum()
      }
      try optimizer.update(
        store.parameters, along: gradients, rate: schedule.factor(at: step, of: steps),
        gradientScale: 1 / 512)
    }
  }

  /// Bits that a letter of `text` takes.
  func bitsPerLetter(_ text: [UInt8]) throws -> Double {
    let places = Array(Self.reach..<text.count)
    let size = 2048
    let sums = try WorkerPool.shared.map((places.count + size - 1) / size) {
      losses(of: text, at: places[$0 * size..<min(($0 + 1) * size, places.count)])
        .detached().values.reduce(0.0) { $0 + Double($1) }
    }
    return sums.reduce(0, +) / Double(places.count) / log(2)
  }

  /// `count` texts of `length` letters, each begun with what begins somewhere in `start`; the chances of
  /// letters are raised to 1 / `temperature`.
  func texts(
    _ count: Int, length: Int, from start: [UInt8], temperature: Float = 1,
    _ random: inout RandomSource
  ) -> [[UInt8]] {
    var texts = (0..<count).map { _ in
      let place = random.integer(in: 0..<start.count - Self.reach)
      return Array(start[place..<place + Self.reach])
    }
    for _ in 0..<length {
      let contexts = texts.flatMap { $0.suffix(Self.reach).map(Int32.init) }
      let logits = logits(Tensor(indices: contexts, shape: [count, Self.reach])).detached()
      let chances = (logits * (1 / temperature)).softmax().values
      for index in 0..<count {
        var left = random.uniform()
        var letter = 0
        while letter < StudyText.symbolCount - 1 {
          left -= chances[index * StudyText.symbolCount + letter]
          if left < 0 { break }
          letter += 1
        }
        texts[index].append(UInt8(letter))
      }
    }
    return texts.map { Array($0.dropFirst(Self.reach)) }
  }

  /// Contexts [rows, reach] -> [rows, letters].
  private func logits(_ contexts: Tensor) -> Tensor {
    let rows = contexts.shape[0]
    return output(
      hidden(embedding(contexts).reshaped([rows, 16 * Self.reach])).activated(by: .relu))
  }

  /// In nats.
  private func losses(of text: [UInt8], at places: ArraySlice<Int>) -> Tensor {
    let contexts = places.flatMap { text[$0 - Self.reach..<$0].map(Int32.init) }
    return logits(Tensor(indices: contexts, shape: [places.count, Self.reach]))
      .crossEntropy(SparseTargets(labels: places.map { Int32(text[$0]) }))
  }
}
