import Foundation
import TestSupport
import Testing

/// The command on material that the project did not make.
@Suite(.enabled(if: SharedData.isPresent)) struct RealDataTests {
  let circadian: CircadianProcess
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
  }

  @Test(arguments: ["stories260K.gguf", "stories260K.bin"])
  func greedyTextEqualsTheReference(_ file: String) throws {
    let result = try circadian.run(
      "generate", "--model", SharedData.stories.appendingPathComponent(file).path,
      "--temperature", "0", "--tokens", "200")
    let expected = try String(
      contentsOf: SharedData.stories.appendingPathComponent("EXPECTED_greedy_200.txt"),
      encoding: .utf8)
    #expect(result.output == expected)
  }

  @Test(arguments: [
    ("ggml-vocab-gpt-2.gguf", "tokenizers/gpt2"),
    ("ggml-vocab-llama-spm.gguf", "tokenizers/llama2/tokenizer.model"),
    ("ggml-vocab-llama-bpe.gguf", "tokenizers/llama3"),
    ("ggml-vocab-qwen2.gguf", "tokenizers/qwen2.5"),
    ("ggml-vocab-phi-3.gguf", "tokenizers/phi-3"),
    ("ggml-vocab-gpt-2.gguf", "tokenizers/vectors/ggml-vocab-gpt-2.gguf"),
    ("ggml-vocab-llama-spm.gguf", "tokenizers/vectors/ggml-vocab-llama-spm.gguf"),
  ])
  func everyVectorIsEncodedExactly(_ vectors: String, _ tokenizer: String) throws {
    func lines(_ suffix: String, _ separator: String) throws -> [String] {
      try String(
        contentsOf: SharedData.vectors.appendingPathComponent(vectors + suffix), encoding: .utf8
      ).components(separatedBy: separator)
    }
    let texts = try lines(".inp", "\n__ggml_vocab_test__\n")
    let expected = try lines(".out", "\n")
    // A process for each text would take a minute; every seventh is a fair sample of what
    // TokenizersTests check whole.
    for index in stride(from: 0, to: texts.count, by: 7) {
      let file = try folder.file(Data(texts[index].utf8), name: "\(index).txt")
      let result = try circadian.run(
        "tokenizer", "encode", "--tokenizer",
        SharedData.folder.appendingPathComponent(tokenizer).path,
        "--file", file.path)
      let ids = result.output.split(whereSeparator: \.isWhitespace)
      #expect(ids == expected[index].split(separator: " "), "\(texts[index])")
    }
  }
}
