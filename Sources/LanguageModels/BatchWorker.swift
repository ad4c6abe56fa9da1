import Foundation
import Tensors

/// One worker's share of a ``BatchGenerator``'s sequences.
struct BatchWorker {
  private let generator: BatchGenerator
  private let model: Transformer
  private(set) var active: [BatchSequence] = []
  private var finished: [BatchSequence] = []
  /// The prompt read last: requests that share it need not come all at once.
  private var lastRead: (prompt: [Int32], cache: WorkingMemory, logits: Tensor)?

  init(_ generator: BatchGenerator) {
    self.generator = generator
    model = generator.model
  }

  /// Reads the prompt that `requests` share and draws the first token of each.
  mutating func begin(_ requests: [(index: Int, request: BatchGenerator.Request)]) throws {
    let prompt = requests[0].request.prompt
    let longest = model.configuration.contextLength
    guard !prompt.isEmpty, prompt.count <= longest else {
      for (index, request) in requests {
        let cache = WorkingMemory(model.configuration, capacity: 0)
        let sequence = BatchSequence(index, request, cache, seed: generator.seed)
        sequence.end(.contextFull)
        finished.append(sequence)
      }
      return
    }
    if lastRead?.prompt != prompt {
      let cache = WorkingMemory(model.configuration, capacity: prompt.count)
      lastRead = (prompt, cache, read(prompt, into: cache))
    }
    guard let (_, cache, logits) = lastRead else { return }
    for (index, request) in requests {
      let capacity =
        generator.insertion == nil
        ? min(prompt.count + max(request.limit, 0), longest) : longest
      let sequence = BatchSequence(
        index, request, WorkingMemory(copying: cache, capacity: capacity), seed: generator.seed)
      if request.limit > 0 {
        try go(on: sequence, choices(logits), row: 0)
      } else {
        sequence.end(.limit)
      }
      settle(sequence)
    }
  }

  /// Takes every active sequence a token further.
  mutating func step() throws {
    let padding = [Int32](repeating: 0, count: BatchGenerator.rowCount - active.count)
    let tokens = Tensor(
      indices: active.map(\.next) + padding, shape: [1, BatchGenerator.rowCount])
    let hidden = model.hidden(tokens, continuing: active.map(\.cache))
    let choices = choices(model.cappedLogits(hidden))
    let sequences = active
    active = []
    for (row, sequence) in sequences.enumerated() {
      try go(on: sequence, choices, row: row)
      settle(sequence)
    }
  }

  /// Hands over the sequences that have ended.
  mutating func takeFinished() -> [BatchSequence] {
    defer { finished = [] }
    return finished
  }

  private mutating func settle(_ sequence: BatchSequence) {
    if sequence.isEnded { finished.append(sequence) } else { active.append(sequence) }
  }

  /// Reads `tokens` into a sequence's own cache; returns the logits that follow [1, 1, vocabulary].
  private func read(_ tokens: [Int32], into cache: WorkingMemory) -> Tensor {
    model.nextLogits(
      model.hidden(Tensor(indices: tokens, shape: [1, tokens.count]), cache: cache))
  }

  /// Lets a sequence choose its next token, and read what others insert after it.
  private func go(on sequence: BatchSequence, _ choices: Choices, row: Int) throws {
    var (choices, row) = (choices, row)
    while true {
      let token = choices.token(ofRow: row, drawingFrom: &sequence.random)
      sequence.write(token, choices.logProbability(of: token, inRow: row))
      if generator.stops.contains(token) { return sequence.end(.stop) }
      if sequence.ownCount == sequence.request.limit { return sequence.end(.limit) }
      if sequence.room == 0 { return sequence.end(.contextFull) }
      guard let insertion = generator.insertion, token == insertion.trigger else { return }
      let inserted = try insertion.tokens(sequence.index, sequence.continuation.tokens)
      if inserted.isEmpty { return }
      guard 1 + inserted.count <= sequence.room else { return sequence.end(.contextFull) }
      sequence.insert(inserted)
      choices = self.choices(read([token] + inserted, into: sequence.cache))
      row = 0
    }
  }

  private func choices(_ logits: Tensor) -> Choices {
    Choices(logits, temperature: generator.temperature)
  }
}

/// What may come next in every row of a step.
private struct Choices {
  private let temperature: Float
  private let likeliest: [Int]
  // [rows, vocabulary]
  private let probabilities: Tensor

  init(_ logits: Tensor, temperature: Float) {
    let rows = logits.detached().reshaped([logits.shape.rows, logits.shape.width])
    self.temperature = temperature
    likeliest = temperature > 0 ? [] : rows.argmax()
    probabilities = (temperature > 0 ? rows * (1 / temperature) : rows).softmax()
  }

  func token(ofRow row: Int, drawingFrom random: inout RandomSource) -> Int32 {
    guard temperature > 0 else { return Int32(likeliest[row]) }
    let width = probabilities.shape.width
    var left = Double(random.uniform())
    return probabilities.withFloats { floats in
      let row = floats[row * width..<(row + 1) * width]
      for (token, probability) in row.enumerated() {
        left -= Double(probability)
        if left < 0 { return Int32(token) }
      }
      // Rounding can leave a little more than all of them take away.
      return Int32((row.lastIndex { $0 > 0 } ?? row.startIndex) - row.startIndex)
    }
  }

  func logProbability(of token: Int32, inRow row: Int) -> Float {
    probabilities.withFloats { log($0[row * probabilities.shape.width + Int(token)]) }
  }
}

/// One sequence on its way.
final class BatchSequence {
  let index: Int
  let request: BatchGenerator.Request
  let cache: WorkingMemory
  var random: RandomSource
  private(set) var continuation = BatchGenerator.Continuation()
  private(set) var ownCount = 0
  private(set) var isEnded = false

  init(
    _ index: Int, _ request: BatchGenerator.Request, _ cache: WorkingMemory, seed: UInt64
  ) {
    self.index = index
    self.request = request
    self.cache = cache
    random = RandomSource(seed: seed, name: "continuation \(request.stream)")
  }

  /// The token written last, which the cache does not hold yet.
  var next: Int32 { continuation.tokens.last ?? 0 }

  /// How many tokens the cache has room for.
  var room: Int { cache.capacity - cache.count }

  func write(_ token: Int32, _ logProbability: Float) {
    continuation.tokens.append(token)
    continuation.isOwn.append(true)
    continuation.logProbabilities.append(logProbability)
    ownCount += 1
  }

  func insert(_ tokens: [Int32]) {
    continuation.tokens += tokens
    continuation.isOwn += Array(repeating: false, count: tokens.count)
    continuation.logProbabilities += Array(repeating: 0, count: tokens.count)
  }

  func end(_ ending: BatchGenerator.Ending) {
    continuation.ending = ending
    isEnded = true
  }
}
