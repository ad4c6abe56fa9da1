import Checkpoints
import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing

/// The bytes of saved sequences; that llama.cpp goes on from them as from slots is `scripts/parity`'s business.
@Suite struct LlamaStateTests {
  /// A header of three numbers, two placeholders, a stream of two cells, two numbers on what follows.
  @Test func aFileIsWhatLlamaCppWrites() {
    let slots = [
      Slots(keys: tensor([1, -2, 0.5, 0]), values: tensor([2, 4, 8, 16])),
      Slots(keys: tensor([-1, 1, -1, 1]), values: tensor([0, 0, 0.25, -0.25])),
    ]
    let expected: [UInt8] = [
      0x71, 0x73, 0x67, 0x67, 3, 0, 0, 0, 2, 0, 0, 0,  // "ggsq", version, tokens
      0, 0, 0, 0, 0, 0, 0, 0,  // the tokens
      1, 0, 0, 0, 2, 0, 0, 0,  // streams, cells
      0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,  // a cell: position, number of sequences, sequence
      1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 2, 0, 0, 0,  // values by slot, layers
      1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,  // float16, four bytes a row
      0x00, 0x3c, 0x00, 0xc0, 0x00, 0x38, 0x00, 0x00,
      1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
      0x00, 0xbc, 0x00, 0x3c, 0x00, 0xbc, 0x00, 0x3c,
      1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
      0x00, 0x40, 0x00, 0x44, 0x00, 0x48, 0x00, 0x4c,
      1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x34, 0x00, 0xb4,
    ]
    #expect(Array(LlamaState.data(slots, as: .float16)) == expected)
  }

  @Test func theOtherTypeIsNumberZeroAndTwiceAsWide() {
    let slots = [Slots(keys: tensor([1, 2, 3, 4]), values: tensor([5, 6, 7, 8]))]
    let bytes = Array(LlamaState.data(slots, as: .float32))
    #expect(Array(bytes[60..<72]) == [0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0])
    #expect(floats(bytes[72..<88]) == [1, 2, 3, 4])
    #expect(floats(bytes[100..<116]) == [5, 6, 7, 8])
    #expect(bytes.count == 116)
  }

  /// A prefix for peft holds the same keys, in the order of the model's folder; GGUF files of Llama have another.
  @Test(arguments: ["llama", "qwen2", "gpt_neox"]) func keysAreThoseOfAPrefixInGGUFsOrder(
    _ family: String
  ) throws {
    let fixture = try PublishedFixture(family)
    let model = try LanguageModel.open(fixture.url).model
    let published = try PublishedModel(fixture.url)
    let adapter = Adapter(slots: slots(of: model))
    let file = fixture.temporary / "state"
    try LlamaState.write(adapter, of: published, model, as: .float32, to: file)
    let folder = fixture.temporary / "prefix"
    try PEFTAdapter.writePrefix(adapter, of: published, model, to: folder)
    let prefix = try SafetensorsFile(folder.appendingPathComponent("adapter_model.safetensors"))
    let embeddings = try #require(try prefix.tensor(named: "prompt_embeddings")).values

    let configuration = model.configuration
    let (heads, width) = (configuration.keyHeadCount, configuration.headWidth)
    let (row, layers) = (heads * width, configuration.layerCount)
    let bytes = [UInt8](try Data(contentsOf: file))
    let header = 12 + 3 * 4 + 8 + 3 * 12 + 8
    let section = 12 + 3 * row * 4
    try #require(bytes.count == header + 2 * layers * section)
    for layer in 0..<layers {
      for (part, start) in [(0, layer), (1, layers + layer)] {
        let first: Int = header + start * section + 12
        let found = floats(bytes[first..<first + 3 * row * 4])
        var expected: [Float] = []
        for slot in 0..<3 {
          let before: Int = (slot * layers * 2 + 2 * layer + part) * row
          for place in 0..<row {
            let (head, rank) = (place / width, place % width)
            let paired: Int = rank % 2 * width / 2 + rank / 2
            let isPaired = part == 0 && family == "llama"
            expected.append(embeddings[before + head * width + (isPaired ? paired : rank)])
          }
        }
        #expect(found == expected)
      }
    }
  }

  /// A core that is a GGUF file has its keys in that order already.
  @Test func aGGUFFilesKeysStayInOrder() throws {
    let fixture = try PublishedFixture("llama")
    let folder = try PublishedModel(fixture.url)
    let file = fixture.temporary / "model.gguf"
    try ModelExport(folder, merging: Adapter()).writeGGUF(file, as: .float32)
    let model = try LanguageModel.open(fixture.url).model
    let slots = slots(of: model)
    let ordered = slots.map { slots in
      let (width, old) = (slots.keys.shape.width, slots.keys.values)
      let new = old.indices.map { index -> Float in
        let rank = index % width
        return old[index - rank + rank % 2 * width / 2 + rank / 2]
      }
      return Slots(keys: Tensor(new, shape: slots.keys.shape), values: slots.values)
    }
    let outs = [fixture.temporary / "one", fixture.temporary / "other"]
    try LlamaState.write(
      Adapter(slots: slots), of: folder, model, as: .float32, to: outs[0])
    try LlamaState.write(
      Adapter(slots: ordered), of: PublishedModel(file), LanguageModel.open(file).model,
      as: .float32, to: outs[1])
    // Numbers of cells and rows read as floats are next to nothing, and are looked at above.
    let found = try outs.map { floats([UInt8](try Data(contentsOf: $0))[...]) }
    try #require(found[0].count == found[1].count)
    // Files of factors and of their law turn by angles that differ in their last bits.
    #expect(zip(found[0], found[1]).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  /// Slots would be as good in it, but llama.cpp could not hold the model.
  @Test func aModelThatGGUFHasNoRoomForIsRefused() throws {
    let fixture = try PublishedFixture("llama")
    let file = fixture.temporary / "config.json"
    let text = try String(contentsOf: file, encoding: .utf8)
    let dynamic = text.replacingOccurrences(of: #""llama3""#, with: #""dynamic""#)
    try Data(dynamic.utf8).write(to: file)
    let model = try LanguageModel.open(fixture.url).model
    #expect(throws: ExportError.self) {
      try LlamaState.write(
        Adapter(slots: slots(of: model)), of: PublishedModel(fixture.url), model, as: .float16,
        to: fixture.temporary / "state")
    }
  }

  @Test(arguments: ["gpt2", "mistral", "gemma2", "gemma3_text", "phi3"])
  func contextsThatCannotHoldSlotsAreRefused(_ family: String) throws {
    let fixture = try PublishedFixture(family)
    let model = try LanguageModel.open(fixture.url).model
    let out = fixture.temporary / "state"
    #expect(throws: ExportError.self) {
      try LlamaState.write(
        Adapter(slots: slots(of: model)), of: PublishedModel(fixture.url), model, as: .float16,
        to: out)
    }
    #expect(!FileManager.default.fileExists(atPath: out.path))
  }

  @Test func noSlotsAndOtherTypesAreRefused() throws {
    let fixture = try PublishedFixture("llama")
    let model = try LanguageModel.open(fixture.url).model
    let published = try PublishedModel(fixture.url)
    let out = fixture.temporary / "state"
    #expect(throws: ExportError.noAdapter(path: out.path, feature: "there are no slots")) {
      try LlamaState.write(Adapter(), of: published, model, as: .float16, to: out)
    }
    let adapter = Adapter(slots: slots(of: model))
    #expect {
      try LlamaState.write(adapter, of: published, model, as: .int8Blocks, to: out)
    } throws: {
      "\($0)".contains("f32 and f16")
    }
  }

  /// [2, 1, 2].
  private func tensor(_ values: [Float]) -> Tensor { Tensor(values, shape: [2, 1, 2]) }

  private func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
    stride(from: bytes.startIndex, to: bytes.endIndex, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) })
    }
  }

  /// Three random ones of every layer.
  private func slots(of model: Transformer) -> [Slots] {
    var random = RandomSource(seed: 5, name: "slots")
    return model.parameters.slotSites.map { site in
      let shape: Shape = [3, site.keyHeadCount, site.headWidth]
      return Slots(
        keys: .normal(shape, deviation: 1, using: &random),
        values: .normal(shape, deviation: 1, using: &random))
    }
  }
}
