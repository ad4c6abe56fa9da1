import Dispatch
import Foundation
import LanguageModels
import Synchronization
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Reading for many at once gives everybody what reading alone would give.
@Suite struct BatchingReaderTests {
  private func configuration(_ given: TransformerConfiguration) -> TransformerConfiguration {
    var configuration = given
    configuration.contextLength = 600
    return configuration
  }

  @Test(
    arguments: [SmallConfiguration.convolved, SmallConfiguration.sparse]
      + SmallConfiguration.remembering)
  func everybodyGetsTheirOwn(_ given: TransformerConfiguration) throws {
    let model = try randomModel(configuration(given))
    let reader = BatchingReader(model, threads: 2)
    let size = given.vocabularySize
    let found = Differences()
    // A thread each: of as many as there are cores, no two would wait for one reader.
    let done = DispatchSemaphore(value: 0)
    for person in 0..<12 {
      Thread.detachNewThread {
        // Some begin with more than a part, and all go on in steps that meet.
        let prompt = randomTokens(3 + person * 40, below: size, seed: UInt64(person + 1))
        let more = randomTokens(9, below: size, seed: UInt64(person + 100))
        let (shared, alone) = (
          WorkingMemory(model.configuration), WorkingMemory(model.configuration)
        )
        let direct = DirectReader(model)
        let writing = reader.writing()
        for tokens in [prompt] + more.map({ [$0] }) {
          found.add(
            reader.logits(reading: tokens, into: shared),
            direct.logits(reading: tokens, into: alone)
          )
        }
        withExtendedLifetime(writing) {}
        done.signal()
      }
    }
    for _ in 0..<12 { done.wait() }
    #expect(found.all.count == 120 && found.all.max()! < 2e-4)
  }

  /// How far logits lie apart, from many threads.
  private final class Differences: Sendable {
    private let kept = Mutex<[Float]>([])

    var all: [Float] { kept.withLock { $0 } }

    func add(_ a: Tensor, _ b: Tensor) {
      let worst = zip(a.values, b.values).map { abs($0 - $1) }.max() ?? .infinity
      kept.withLock { $0.append(a.shape == b.shape ? worst : .infinity) }
    }
  }
}

@Suite struct ContextStoreTests {
  private let model: Transformer
  private let reader: DirectReader

  init() throws {
    var configuration = SmallConfiguration.convolved
    (configuration.contextLength, configuration.vocabularySize) = (300, 250)
    model = try randomModel(configuration)
    reader = DirectReader(model)
  }

  /// Reads on from what the store holds, and gives the context back.
  private func read(_ tokens: [Int32], _ store: ContextStore) -> (logits: [Float], held: Int) {
    let held = store.context(for: tokens, capacity: tokens.count)
    var generator = Generator(reader, smallTokenizer, continuing: held)
    generator.read(Array(tokens.dropFirst(held.tokens.count)))
    store.keep(generator.held)
    return (generator.nextLogits!.values, held.tokens.count)
  }

  private func fresh(_ tokens: [Int32]) -> [Float] {
    reader.logits(reading: tokens, into: WorkingMemory(model.configuration)).values
  }

  private func isNear(_ a: [Float], _ b: [Float]) -> Bool {
    zip(a, b).allSatisfy { abs($0 - $1) < 1e-4 }
  }

  @Test func whatWasReadIsNotReadAgain() throws {
    let store = ContextStore(model)
    let (beginning, one, other) = (
      randomTokens(40, below: 250, seed: 1), randomTokens(20, below: 250, seed: 2),
      randomTokens(20, below: 250, seed: 3)
    )
    #expect(read(beginning, store).held == 0)
    let first = read(beginning + one, store)
    #expect(first.held == 40 && isNear(first.logits, fresh(beginning + one)))
    // Another end: what is in common is copied, and the first is still held.
    let second = read(beginning + other, store)
    #expect(second.held == 40 && isNear(second.logits, fresh(beginning + other)))
    // The last token is always read: only then it is known what follows it.
    let again = read(beginning + one, store)
    #expect(again.held == 59 && isNear(again.logits, first.logits))
    #expect(store.counts.askedTokens == 40 + 3 * 60 && store.counts.heldTokens == 40 + 40 + 59)
  }

  @Test func theOldestGoesWhereThereIsNoMoreRoom() throws {
    let bytes = 256 * model.configuration.cacheBytesPerToken
    let store = ContextStore(model, byteLimit: 2 * bytes)
    let texts = (1...3).map { randomTokens(20, below: 250, seed: UInt64($0)) }
    for text in texts { _ = read(text, store) }
    #expect(store.counts.contexts == 2 && store.counts.bytes <= 2 * bytes)
    #expect(read(texts[2] + [1], store).held == 20)
    #expect(read(texts[0] + [1], store).held == 0)
  }

  @Test func aStoreIsFoundAgainByItsOwner() throws {
    let folder = try TemporaryFolder()
    let file = folder / "contexts.safetensors"
    let tokens = randomTokens(40, below: 250, seed: 1)
    let store = ContextStore(model)
    _ = read(tokens, store)
    try store.write(to: file, owner: "night 1")
    let (same, other) = (ContextStore(model), ContextStore(model))
    try other.read(file, owner: "night 2")
    #expect(other.counts.contexts == 0)
    try same.read(file, owner: "night 1")
    let more = tokens + randomTokens(9, below: 250, seed: 2)
    let found = read(more, same)
    #expect(found.held == 40 && isNear(found.logits, fresh(more)))
    // A file of a model that has more layers, and one that is cut, give nothing.
    var larger = model.configuration
    larger.layerCount += 1
    let foreign = ContextStore(try randomModel(larger))
    try foreign.read(file, owner: "night 1")
    #expect(foreign.counts.contexts == 0)
    let data = try Data(contentsOf: file)
    try data.dropLast(100).write(to: file)
    #expect(throws: (any Error).self) { try ContextStore(model).read(file, owner: "night 1") }
    try ContextStore(model).write(to: file, owner: "night 1")
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }
}
