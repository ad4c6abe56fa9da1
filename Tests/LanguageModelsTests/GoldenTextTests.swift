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

  private func logits(_ file: URL) throws -> [Float] {
    let tokenizer = SharedData.stories.appendingPathComponent("tok512.bin")
    let opened = try LanguageModel.open(file, tokenizer: tokenizer)
    let tokens = row(opened.tokenizer.encode("Once upon a time, there was a dog"))
    return opened.model.logits(opened.model.hidden(tokens)).values
  }

  @Test func laterVersionsOfLlama2CGiveTheLogitsOfTheirWeights() throws {
    let folder = try TemporaryFolder()
    let original = SharedData.stories.appendingPathComponent("stories260K.bin")
    let file = try Llama2CFile(original)
    let writer = Llama2CWriter(
      numbers: [64, 172, 5, 8, 4, 512, 512], isClassifierTied: true,
      values: { name, _ in try #require(try file.tensor(named: name)).values })
    let exact = try logits(original)
    let scale = exact.map(abs).max()!
    #expect(try logits(folder.file(writer.floats())) == exact)
    for (groupLength, tolerance) in [(4, 0.01), (8, 0.01), (32, 0.02), (64, 0.02)] as [(Int, Float)]
    {
      let written = try writer.integers(groupLength: groupLength)
      let quantized = try logits(folder.file(written.file))
      #expect(try quantized == logits(folder.file(written.widened)))
      let error = zip(exact, quantized).map { abs($0 - $1) }.max()!
      #expect(error > 0 && error < tolerance * scale, "\(groupLength): \(error / scale)")
      if groupLength == 8 {
        let published = SharedData.stories.appendingPathComponent("stories260K-q8.bin")
        #expect(try written.file == Data(contentsOf: published))
        #expect(try quantized == logits(published))
      }
    }
  }
}
