import Checkpoints
import Files
import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers

@Suite struct ModelFolderTests {
  private let tokens = row(randomTokens(15, below: 200))

  private func logits(_ model: Transformer) -> [Float] {
    model.logits(model.hidden(tokens)).values
  }

  @Test func whatIsWrittenIsOpenedAgain() throws {
    let folder = try ModelFolder()
    let opened = try folder.open()
    #expect(opened.model.configuration == folder.model.configuration)
    #expect(opened.pretrainingTokens == 1234)
    #expect(
      opened.model.parameters.parameters.map(\.path)
        == folder.model.parameters.parameters.map(\.path))
    #expect(logits(opened.model) == logits(folder.model), "float32 is kept to the bit")
    let text = "the cat <|endoftext|> naïve"
    #expect(opened.tokenizer.encode(text) == smallTokenizer.encode(text))
    #expect(opened.tokenizer.endOfText == smallTokenizer.endOfText)
    // Writing a model over its own folder keeps its tokenizer.
    try LanguageModel.write(
      opened.model, tokenizerFile: folder.temporary / LanguageModel.tokenizerFileName,
      pretrainingTokens: nil, precision: .float32, to: folder.url)
    let again = try folder.open()
    #expect(again.pretrainingTokens == nil)
    #expect(logits(again.model) == logits(folder.model))
  }

  @Test(arguments: SmallConfiguration.all)
  func everyFamilyIsWrittenAndOpened(_ configuration: TransformerConfiguration) throws {
    var configuration = configuration
    configuration.vocabularySize = smallTokenizer.vocabularySize
    let folder = try ModelFolder(configuration)
    let opened = try folder.open()
    #expect(opened.model.configuration == configuration)
    #expect(logits(opened.model) == logits(folder.model))
  }

  @Test func bfloat16IsTheRoundedModel() throws {
    let folder = try ModelFolder()
    try LanguageModel.write(
      folder.model, tokenizerFile: folder.temporary / LanguageModel.tokenizerFileName,
      pretrainingTokens: nil, precision: .bfloat16, to: folder.url)
    let opened = try folder.open()
    let exact = logits(folder.model)
    let rounded = logits(opened.model)
    #expect(rounded != exact)
    // 8 bits of mantissa, errors of a few hundred products that partly cancel.
    let scale = exact.map(abs).max()!
    #expect(zip(exact, rounded).allSatisfy { abs($0 - $1) < 0.02 * scale })
    for parameter in folder.model.parameters.parameters {
      parameter.replace(with: parameter.value.bfloat16().float32())
    }
    #expect(logits(folder.model) == rounded)
    let size =
      try FileManager.default.attributesOfItem(
        atPath: (folder.temporary / LanguageModel.weightsFileName).path)[.size] as? Int
    #expect(size! < 3 * folder.model.parameters.count)
  }

  @Test func aTensorThatIsMissingUnusedOrOfAnotherShapeIsNamed() throws {
    let folder = try ModelFolder()
    let weights = (folder.temporary / LanguageModel.weightsFileName).path
    let path = "blocks.1.attention.key.weight"
    try folder.rewriteWeights { $0[path] = nil }
    #expect(throws: ParameterError.missing(path: path, source: weights)) { try folder.open() }
    try folder.rewriteWeights { $0["blocks.2.extra"] = .zeros([2]) }
    #expect(throws: ParameterError.unused(paths: ["blocks.2.extra"], source: weights)) {
      try folder.open()
    }
    try folder.rewriteWeights { $0[path] = $0[path]?.transposed() }
    #expect(
      throws: ParameterError.wrongShape(
        path: path, expected: [16, 32], found: [32, 16], source: weights)
    ) { try folder.open() }
    try folder.rewriteWeights { _ in }
    #expect(logits(try folder.open().model) == logits(folder.model))
  }

  @Test func aTokenizerThatIsLargerThanTheModelIsRefused() throws {
    var configuration = ModelFolder.configuration
    configuration.vocabularySize -= 1
    let folder = try ModelFolder(configuration)
    #expect(
      throws: LanguageModelError.vocabularyMismatch(
        path: folder.url.path, tokenizer: smallTokenizer.vocabularySize,
        model: smallTokenizer.vocabularySize - 1)
    ) { try folder.open() }
    configuration.vocabularySize += 9
    _ = try ModelFolder(configuration).open()
  }

  @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors"])
  func aMissingOrEmptyFileIsNamed(_ name: String) throws {
    let folder = try ModelFolder()
    let file = folder.temporary / name
    try Data().write(to: file)
    for _ in 0..<2 {
      let error = try #require(throws: (any Error).self) { try folder.open() }
      #expect("\(error)".contains(file.path), "\(error)")
      #expect(!"\(error)".contains("NSError") && !"\(error)".contains("Domain"), "\(error)")
      try? FileManager.default.removeItem(at: file)
    }
    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
    let error = try #require(throws: (any Error).self) { try folder.open() }
    #expect("\(error)".contains(file.path), "\(error)")
  }

  @Test func whatIsNoModelIsNamed() throws {
    let temporary = try TemporaryFolder()
    let nothing = temporary / "nothing"
    #expect(throws: LanguageModelError.missing(path: nothing.path)) {
      try LanguageModel.open(nothing)
    }
    for bytes in ["", "G", "GGU", "GGUF", "PK\u{3}\u{4}", String(repeating: "x", count: 4000)] {
      let file = try temporary.file(Data(bytes.utf8))
      let error = try #require(throws: (any Error).self) { try LanguageModel.open(file) }
      #expect("\(error)".contains(file.path), "\(error)")
    }
  }

  @Test func aFullDiskLeavesTheModelThatWasThere() async throws {
    let folder = try ModelFolder()
    await #expect(processExitsWith: .success) { [path = folder.url.path as String] in
      let url = URL(fileURLWithPath: path)
      let opened = try LanguageModel.open(url)
      limitFileSize(to: 4096)
      let error = try #require(throws: FileSystemError.self) {
        try LanguageModel.write(
          opened.model, tokenizerFile: url.appendingPathComponent("tokenizer.json"),
          pretrainingTokens: nil, precision: .bfloat16, to: url)
      }
      #expect(error.path == url.appendingPathComponent("model.safetensors").path)
    }
    #expect(try folder.open().pretrainingTokens == 1234)
    #expect(try logits(folder.open().model) == logits(folder.model))
    #expect(
      try folder.temporary.names()
        == ["config.json", "model.safetensors", "tokenizer.json", "trained.json"])
  }
}

@Suite(.enabled(if: SharedData.isPresent))
struct ForeignModelTests {
  @Test func aLlama2CFileNeedsATokenizer() throws {
    let folder = try TemporaryFolder()
    let model = folder / "model.bin"
    try FileManager.default.copyItem(
      at: SharedData.stories.appendingPathComponent("stories260K.bin"), to: model)
    #expect(
      throws: LanguageModelError.noTokenizer(
        path: model.path, looked: ["tokenizer.bin", "tok512.bin"].map { (folder / $0).path })
    ) { try LanguageModel.open(model) }
    let tokenizer = SharedData.stories.appendingPathComponent("tok512.bin")
    #expect(try LanguageModel.open(model, tokenizer: tokenizer).tokenizer.vocabularySize == 512)
    #expect(
      throws: LanguageModelError.noTokenizer(path: model.path, looked: [(folder / "no").path])
    ) { try LanguageModel.open(model, tokenizer: folder / "no") }
  }

  @Test func anotherArchitectureIsNamed() throws {
    let folder = try TemporaryFolder()
    var bytes = try Data(contentsOf: SharedData.stories.appendingPathComponent("stories260K.gguf"))
    let key = try #require(bytes.firstRange(of: Data("general.architecture".utf8)))
    // After the key: a type of 4 bytes, a length of 8, the name.
    let name = key.upperBound + 12..<key.upperBound + 17
    #expect(bytes[name] == Data("llama".utf8))
    bytes.replaceSubrange(name, with: Data("mamba".utf8))
    let file = try folder.file(bytes)
    #expect(
      throws: LanguageModelError.unsupportedArchitecture(path: file.path, name: "mamba")
    ) { try LanguageModel.open(file) }
  }

  /// Read without its factors, every angle of such a model would be wrong.
  @Test func anUnknownScalingOfRotationIsRefused() throws {
    let folder = try TemporaryFolder()
    var bytes = try Data(contentsOf: SharedData.stories.appendingPathComponent("stories260K.gguf"))
    func little(_ number: Int, _ count: Int) -> Data {
      Data((0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    }
    // 64 bytes, so that the tensors stay aligned: the key, its type (a string), and the value.
    let (key, value) = ("llama.rope.scaling.type", "curl of some more len")
    let entry =
      little(key.utf8.count, 8) + Data(key.utf8) + little(8, 4) + little(value.utf8.count, 8)
      + Data(value.utf8)
    #expect(entry.count == 64)
    // Behind magic, version and the number of tensors stands the number of keys.
    bytes[16] += 1
    bytes.insert(contentsOf: entry, at: 24)
    let file = try folder.file(bytes)
    let error = #expect(throws: LanguageModelError.self) { try LanguageModel.open(file) }
    #expect(error?.description.contains("llama.rope.scaling.type: 'curl") == true)
  }

  @Test func damagedHeadersGiveErrorsOrModels() throws {
    let folder = try TemporaryFolder()
    var random = RandomSource(seed: 3, name: "damage")
    for (name, header) in [
      ("stories260K.gguf", 600), ("stories260K.bin", 28), ("stories260K-q8.bin", 44),
    ] {
      let sound = try Data(contentsOf: SharedData.stories.appendingPathComponent(name))
      for round in 0..<60 {
        var bytes = sound
        for _ in 0...random.integer(in: 0..<2) {
          bytes[random.integer(in: 0..<header)] = UInt8(random.integer(in: 0..<256))
        }
        if round % 10 == 0 { bytes.removeLast(random.integer(in: 1..<bytes.count)) }
        let file = try folder.file(bytes)
        do {
          let tokenizer = SharedData.stories.appendingPathComponent("tok512.bin")
          let model = try LanguageModel.open(file, tokenizer: tokenizer).model
          _ = model.hidden(row([1, 5]))
        } catch {
          #expect("\(error)".contains(file.path), "\(error)")
        }
      }
    }
  }
}
