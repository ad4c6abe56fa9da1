import Foundation
import LanguageModels
import Layers
import Tensors
import Testing

/// Reading a text piece by piece through the cache must give what reading it at once gives.
@Suite struct CachedLogitsTests {
  private static let tolerance: Float = 1e-4

  private func logits(_ model: Transformer, _ tokens: [Int32]) -> Tensor {
    model.logits(model.hidden(row(tokens)))
  }

  /// The logits of `tokens`, read in pieces of `sizes` into `cache`.
  private func logits(
    _ model: Transformer, _ tokens: some Collection<Int32>, inPieces sizes: [Int],
    _ cache: WorkingMemory
  ) -> Tensor {
    var rest = Array(tokens)
    let pieces = sizes.map { size in
      defer { rest.removeFirst(size) }
      return model.logits(model.hidden(row(rest.prefix(size)), cache: cache))
    }
    precondition(rest.isEmpty)
    return .concatenated(pieces, axis: 1)
  }

  private func attachSlots(_ count: Int, to model: Transformer, night: Int) {
    for site in model.parameters.slotSites {
      var random = RandomSource(seed: UInt64(night), name: site.path)
      func draw(_ name: String) -> Parameter {
        Parameter(
          path: "slots.\(night).\(site.path).\(name)",
          value: .normal([count, site.keyHeadCount, site.headWidth], deviation: 1, using: &random))
      }
      site.attached.append((draw("keys"), draw("values")))
    }
  }

  @Test(arguments: SmallConfiguration.all)
  func piecesAgreeWithTheWhole(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let tokens = randomTokens(23, below: configuration.vocabularySize)
    let whole = logits(model, tokens)
    // Otherwise agreement would say little.
    #expect(whole.values.map(abs).max()! > 0.5)
    for sizes in [[23], [1, 5, 2, 9, 6], Array(repeating: 1, count: 23), [22, 1]] {
      let cache = WorkingMemory(configuration)
      #expect(distance(logits(model, tokens, inPieces: sizes, cache), whole) < Self.tolerance)
      #expect(cache.count == 23)
    }
  }

  @Test(arguments: SmallConfiguration.all)
  func aPassCanBeTakenUpAtEveryBlock(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let tokens = row(randomTokens(19, below: configuration.vocabularySize))
    let whole = model.hidden(tokens).values
    for block in 0...configuration.layerCount {
      let stream = model.stream(tokens, before: block)
      #expect(stream.shape == [1, 19, configuration.width])
      #expect(model.hidden(continuing: stream, from: block).values == whole)
    }
  }

  @Test(arguments: SmallConfiguration.attending)
  func piecesAgreeWithSlotsAttached(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let tokens = randomTokens(17, below: configuration.vocabularySize)
    let bare = logits(model, tokens)
    var earlier = bare
    for (night, count) in [3, 5].enumerated() {
      attachSlots(count, to: model, night: night)
      let whole = logits(model, tokens)
      #expect(distance(whole, earlier) > 1e-2, "slots change what the model says")
      let cached = logits(model, tokens, inPieces: [4, 1, 12], WorkingMemory(configuration))
      #expect(distance(cached, whole) < Self.tolerance)
      earlier = whole
    }
    for site in model.parameters.slotSites { site.attached.removeAll() }
    #expect(logits(model, tokens).values == bare.values)
  }

  @Test(arguments: SmallConfiguration.all)
  func aTruncatedCacheGoesOnFromThere(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let tokens = randomTokens(20, below: configuration.vocabularySize)
    let others = randomTokens(9, below: configuration.vocabularySize, seed: 3)
    let cache = WorkingMemory(configuration)
    _ = logits(model, tokens, inPieces: [5, 15], cache)
    cache.truncate(to: 40)
    #expect(cache.count == 20)
    // A state is kept where a pass ended.
    let held = cache.truncate(to: 7)
    #expect(held == (configuration.memory == nil ? 7 : 5) && cache.count == held)
    if held < 7 { _ = logits(model, tokens[held..<7], inPieces: [7 - held], cache) }
    let found = logits(model, others, inPieces: [3, 6], cache)
    let expected = logits(model, tokens.prefix(7) + others).sliced(axis: 1, 7..<16)
    #expect(distance(found, expected) < Self.tolerance)
    cache.truncate(to: -1)
    #expect(cache.count == 0)
    #expect(
      distance(logits(model, others, inPieces: [9], cache), logits(model, others))
        < Self.tolerance)
  }

  @Test(arguments: SmallConfiguration.all)
  func sequencesOfABatchDoNotSeeOneAnother(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let rows = (0..<3).map { randomTokens(9, below: configuration.vocabularySize, seed: $0) }
    let batch = model.logits(
      model.hidden(Tensor(indices: rows.flatMap { $0 }, shape: [3, 9])))
    let alone = Tensor.concatenated(rows.map { logits(model, $0) }, axis: 0)
    #expect(distance(batch, alone) < Self.tolerance)
  }

  @Test(arguments: SmallConfiguration.all)
  func noPositionSeesTheFuture(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    var tokens = randomTokens(12, below: configuration.vocabularySize)
    let before = logits(model, tokens).sliced(axis: 1, 0..<11)
    tokens[11] = (tokens[11] + 1) % Int32(configuration.vocabularySize)
    #expect(distance(logits(model, tokens).sliced(axis: 1, 0..<11), before) < 1e-6)
  }

  @Test(arguments: SmallConfiguration.remembering)
  func aStateIsOfOneSize(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let memory = WorkingMemory(configuration)
    #expect(memory.stateByteCount == 0 && configuration.cacheBytesPerToken == 0)
    let sizes = (0..<4).map { index in
      _ = logits(model, randomTokens(7, below: 61), inPieces: [7], memory)
      return memory.stateByteCount
    }
    #expect(Set(sizes).count == 1 && sizes[0] > 0)
    // Where passes ended it can go back to.
    #expect(memory.truncate(to: 16) == 14)
    #expect(memory.truncate(to: 14) == 14)
    #expect(memory.truncate(to: 13) == 7)
  }

  @Test func logitsToSampleFromAreCapped() throws {
    for softcap in [0, 0.25] as [Float] {
      var configuration = SmallConfiguration.gpt
      configuration.softcap = softcap
      let model = try randomModel(configuration)
      let hidden = model.hidden(row(randomTokens(5, below: 61)))
      let last = model.logits(hidden).sliced(axis: 1, 4..<5)
      let expected = last.values.map { softcap > 0 ? softcap * tanh($0 / softcap) : $0 }
      #expect(distance(model.nextLogits(hidden), Tensor(expected, shape: [1, 1, 61])) < 1e-5)
    }
  }

  @Test func lossesAreCrossEntropiesOfCappedLogits() throws {
    var configuration = SmallConfiguration.gpt
    configuration.softcap = 0.5
    let model = try randomModel(configuration)
    let tokens = randomTokens(7, below: 61)
    let hidden = model.hidden(row(tokens.dropLast()))
    let losses = model.losses(hidden, SparseTargets(labels: Array(tokens.dropFirst()))).values
    let logits = model.logits(hidden).values.map { 0.5 * tanh(Double($0) / 0.5) }
    for (index, target) in tokens.dropFirst().enumerated() {
      let scores = logits[index * 61..<(index + 1) * 61]
      let expected = log(scores.reduce(0) { $0 + exp($1) }) - scores[index * 61 + Int(target)]
      #expect(abs(Double(losses[index]) - expected) < 1e-5)
    }
  }

  @Test func cacheSizeIsWhatTheConfigurationSays() {
    // keys and values, 3 layers, 2 heads of 8, 4 bytes
    #expect(SmallConfiguration.llama.cacheBytesPerToken == 2 * 3 * 2 * 8 * 4)
    // and what two convolutions of each of 2 layers read, 64 wide
    #expect(SmallConfiguration.convolved.cacheBytesPerToken == (2 * 2 * 2 * 16 + 2 * 2 * 64) * 4)
    #expect(WorkingMemory(SmallConfiguration.llama, capacity: 5).capacity == 5)
    #expect(WorkingMemory(SmallConfiguration.llama, capacity: 500).capacity == 48)
  }
}
