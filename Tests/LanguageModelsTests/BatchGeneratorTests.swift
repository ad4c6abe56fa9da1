import Foundation
import LanguageModels
import Layers
import Tensors
import Testing

/// Sequences continued together must become what each becomes alone.
@Suite struct BatchGeneratorTests {
  /// Prompts of many lengths, some of them shared by neighbours.
  private static let prompts: [[Int32]] = (0..<90).map {
    randomTokens(1 + $0 / 2 * 7 % 30, below: 61, seed: UInt64($0 / 2))
  }

  private func requests(limit: Int) -> [BatchGenerator.Request] {
    Self.prompts.enumerated().map {
      BatchGenerator.Request($1, limit: limit, stream: "sequence \($0)")
    }
  }

  /// The log-probability of every token of `tokens` but the first, from one pass over all.
  private func logProbabilities(_ model: Transformer, _ tokens: [Int32]) -> [Float] {
    let hidden = model.hidden(row(tokens.dropLast()))
    return model.losses(hidden, SparseTargets(labels: Array(tokens.dropFirst()))).values.map { -$0 }
  }

  /// What the model writes after `prompt` token by token, always the likeliest.
  private func alone(
    _ model: Transformer, _ prompt: [Int32], limit: Int, stop: Int32
  ) -> (tokens: [Int32], ending: BatchGenerator.Ending) {
    let cache = WorkingMemory(model.configuration)
    var tokens: [Int32] = []
    var new = prompt
    while true {
      let logits = model.nextLogits(model.hidden(row(new), cache: cache))
      let token = Int32(logits.argmax()[0])
      tokens.append(token)
      if token == stop { return (tokens, .stop) }
      if tokens.count == limit { return (tokens, .limit) }
      if cache.count == cache.capacity { return (tokens, .contextFull) }
      new = [token]
    }
  }

  @Test(arguments: SmallConfiguration.all)
  func theLikeliestTokensAreThoseOfOneByOne(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    // A token that some of the sequences come to write.
    let written = Self.prompts.map { alone(model, $0, limit: 25, stop: -1).tokens }
    let stop = try #require(
      written.joined().first { token in !written.allSatisfy { $0.contains(token) } })
    let found = try BatchGenerator(model, stops: [stop])
      .continuations(of: requests(limit: 25), on: WorkerPool(count: 2))
    for (prompt, continuation) in zip(Self.prompts, found) {
      let expected = alone(model, prompt, limit: 25, stop: stop)
      #expect(continuation.tokens == expected.tokens && continuation.ending == expected.ending)
      #expect(continuation.isOwn == expected.tokens.map { _ in true })
      let window = prompt + continuation.tokens
      let reference = logProbabilities(model, window).suffix(continuation.tokens.count)
      for (a, b) in zip(continuation.logProbabilities, reference) { #expect(abs(a - b) < 1e-5) }
    }
    let endings = Set(found.map(\.ending))
    #expect(endings.contains(.stop) && endings.count > 1, "some stop, some have to be stopped")
  }

  @Test func theGeneratorWritesTheSame() throws {
    var configuration = SmallConfiguration.gpt
    configuration.vocabularySize = smallTokenizer.vocabularySize
    let model = try randomModel(configuration)
    let prompts = ["the cat", "the dog saw", "user: hello", "end"].map { smallTokenizer.encode($0) }
    let stop = try #require(smallTokenizer.endOfText)
    let found = try BatchGenerator(model, stops: [stop])
      .continuations(of: prompts.map { .init($0, limit: 20) })
    for (prompt, continuation) in zip(prompts, found) {
      var generator = Generator(model, smallTokenizer)
      generator.read(prompt)
      var sampler = Sampler.greedy
      let result = generator.write(limit: 20, sampler: &sampler)
      #expect(continuation.tokens.filter { $0 != stop } == result.tokens)
    }
  }

  /// Whether the same was written with the same probabilities: to the bit where a row's products do not depend on how many
  /// rows there are, which holds for oneDNN's with AVX-512 but not with AVX2.
  private func agree(
    _ some: [BatchGenerator.Continuation], _ others: [BatchGenerator.Continuation]
  ) -> Bool {
    if Precision.fastest == .bfloat16 { return some == others }
    return some.map(\.tokens) == others.map(\.tokens)
      && some.map(\.ending) == others.map(\.ending)
      && zip(some, others).allSatisfy { pair in
        zip(pair.0.logProbabilities, pair.1.logProbabilities).allSatisfy { abs($0 - $1) < 1e-4 }
      }
  }

  @Test(arguments: SmallConfiguration.all)
  func aDrawnSequenceDoesNotDependOnTheOthers(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let generator = BatchGenerator(model, stops: [3], temperature: 0.9, seed: 5)
    let requests = requests(limit: 12)
    let whole = try generator.continuations(of: requests, on: WorkerPool(count: 2))
    #expect(Set(whole.map(\.tokens)).count > 80, "every stream draws its own")
    for workers in [1, 3] {
      let others = try generator.continuations(of: requests, on: WorkerPool(count: workers))
      #expect(agree(others, whole))
    }
    let backward = try generator.continuations(of: requests.reversed())
    #expect(agree(backward.reversed(), whole))
    for index in [0, 41, 89] {
      #expect(agree(try generator.continuations(of: [requests[index]]), [whole[index]]))
    }
    var other = generator
    other.seed = 6
    #expect(try other.continuations(of: requests) != whole)
  }

  @Test func tokensAreDrawnAsOftenAsTheyAreLikely() throws {
    let model = try randomModel(SmallConfiguration.gpt2)
    let prompt = randomTokens(5, below: 61)
    let count = 20_000
    let temperature: Float = 0.7
    let drawn = try BatchGenerator(model, stops: [], temperature: temperature, seed: 1)
      .continuations(of: (0..<count).map { .init(prompt, limit: 1, stream: "\($0)") })
    let logits = model.nextLogits(model.hidden(row(prompt)))
    let probabilities = (logits * (1 / temperature)).softmax().values.map(Double.init)
    var counts = [Int](repeating: 0, count: 61)
    for continuation in drawn {
      counts[Int(continuation.tokens[0])] += 1
      let probability = probabilities[Int(continuation.tokens[0])]
      #expect(abs(Double(continuation.logProbabilities[0]) - log(probability)) < 1e-5)
    }
    for (observed, probability) in zip(counts, probabilities) {
      let deviation = (Double(count) * probability * (1 - probability)).squareRoot()
      #expect(abs(Double(observed) - Double(count) * probability) < 4.5 * deviation + 1)
    }
  }

  @Test func insertedTokensAreReadButNotOwn() throws {
    let model = try randomModel(SmallConfiguration.llama)
    let trigger = alone(model, Self.prompts[4], limit: 12, stop: -1).tokens[2]
    let inserted: [Int32] = [7, 8, 9]
    let generator = BatchGenerator(
      model, stops: [], temperature: 1, seed: 2,
      insertion: .init(after: trigger) { request, written in
        #expect(written.last == trigger)
        return request % 2 == 0 ? inserted : []
      })
    let found = try generator.continuations(of: requests(limit: 10))
    var insertions = 0
    for (index, (prompt, continuation)) in zip(Self.prompts, found).enumerated() {
      let tokens = continuation.tokens
      #expect(continuation.isOwn.count == tokens.count)
      let own = continuation.isOwn.filter { $0 }.count
      #expect(own <= 10 && (continuation.ending == .limit) == (own == 10))
      #expect(index % 2 == 0 || own == tokens.count)
      #expect(prompt.count + tokens.count <= 49, "all but the last have been read")
      let reference = logProbabilities(model, prompt + tokens).suffix(tokens.count)
      for (place, expected) in zip(tokens.indices, reference) {
        if continuation.isOwn[place] {
          #expect(abs(continuation.logProbabilities[place] - expected) < 1e-5)
        } else {
          #expect(continuation.logProbabilities[place] == 0)
        }
      }
      for place in tokens.indices where continuation.isOwn[place] && tokens[place] == trigger {
        guard index % 2 == 0, place + 1 < tokens.count else { continue }
        #expect(Array(tokens[(place + 1)...].prefix(3)) == inserted)
        #expect(continuation.isOwn[(place + 1)...].prefix(3).allSatisfy { !$0 })
        insertions += 1
      }
    }
    #expect(insertions > 2)
  }

  @Test func slotsAreSeenByEveryRow() throws {
    let model = try randomModel(SmallConfiguration.gpt)
    let before = try BatchGenerator(model, stops: []).continuations(of: requests(limit: 6))
    for site in model.parameters.slotSites {
      var random = RandomSource(seed: 1, name: site.path)
      func draw(_ name: String) -> Parameter {
        Parameter(
          path: name,
          value: .normal([4, site.keyHeadCount, site.headWidth], deviation: 1, using: &random))
      }
      site.attached = [(draw("keys"), draw("values"))]
    }
    let after = try BatchGenerator(model, stops: []).continuations(of: requests(limit: 6))
    #expect(before != after)
    for (prompt, continuation) in zip(Self.prompts, after) {
      #expect(continuation.tokens == alone(model, prompt, limit: 6, stop: -1).tokens)
    }
  }

  @Test func whatHasNoRoomIsNotContinued() throws {
    let model = try randomModel(SmallConfiguration.gpt)
    let generator = BatchGenerator(model, stops: [])
    let full = randomTokens(48, below: 61)
    let found = try generator.continuations(
      of: [
        .init([], limit: 5), .init(full + [1], limit: 5), .init(full, limit: 5),
        .init([1], limit: 0),
      ])
    #expect(found.map(\.tokens.count) == [0, 0, 1, 0])
    #expect(found.map(\.ending) == [.contextFull, .contextFull, .contextFull, .limit])
    #expect(try generator.continuations(of: []).isEmpty)
  }

  @Test func anErrorOfAnInsertionIsPassedOn() throws {
    struct Stop: Error {}
    let model = try randomModel(SmallConfiguration.gpt)
    let first = alone(model, Self.prompts[0], limit: 1, stop: -1).tokens[0]
    let generator = BatchGenerator(
      model, stops: [], insertion: .init(after: first) { _, _ in throw Stop() })
    #expect(throws: Stop.self) { try generator.continuations(of: requests(limit: 3)) }
  }
}
