import Checkpoints
import Foundation
import LanguageModels
import TestSupport
import Testing

/// A real model must write, byte for byte, what its own project's program writes.
@Suite(.enabled(if: SharedData.isPresent))
struct GoldenTextTests {
  @Test(arguments: ["stories260K.gguf", "stories260K.bin"])
  func greedyTextIsTheReferences(_ name: String) throws {
    let expected = try String(
      contentsOf: SharedData.stories.appendingPathComponent("EXPECTED_greedy_200.txt"),
      encoding: .utf8)
    let opened = try LanguageModel.open(SharedData.stories.appendingPathComponent(name))
    var generator = Generator(opened.model, opened.tokenizer)
    generator.read([try #require(opened.tokenizer.beginningOfText)])
    var sampler = Sampler.greedy
    var shown = ""
    let result = generator.write(limit: 200, sampler: &sampler, emit: { shown += $0 })
    #expect(result.tokens.count == 200 && result.ending == .length)
    // The reference ends its output with a line break of its own.
    #expect(result.text + "\n" == expected)
    #expect(shown == result.text)
  }

  @Test func bothFilesGiveTheSameLogits() throws {
    let models = try ["stories260K.gguf", "stories260K.bin"].map {
      try LanguageModel.open(SharedData.stories.appendingPathComponent($0))
    }
    let tokens = row(models[0].tokenizer.encode("Once upon a time, there was a dog"))
    let logits = models.map { $0.model.logits($0.model.hidden(tokens)) }
    #expect(logits[0].values == logits[1].values)
    #expect(models[0].model.configuration.keyHeadCount == 4)
    #expect(models.map(\.pretrainingTokens) == [nil, nil])
  }

  @Test func quantizedWeightsAreRefusedByName() throws {
    let url = SharedData.stories.appendingPathComponent("stories260K-q8.bin")
    let error = try #require(throws: CheckpointError.self) { try LanguageModel.open(url) }
    #expect(error.description.contains("stories260K-q8.bin"))
  }
}
