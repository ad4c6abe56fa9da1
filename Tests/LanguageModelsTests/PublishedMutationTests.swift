import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Damaged folders and files of published models give an error or a model that can be asked: never a trap, never a hang.
@Suite struct PublishedMutationTests {
  private static let count = 120

  @Test(arguments: ["config.json", "model.safetensors", "tokenizer.json"]) func folders(
    _ name: String
  ) throws {
    let fixture = try PublishedFixture("llama")
    let sound = try Data(contentsOf: fixture.temporary / name)
    var random = RandomSource(seed: 21, name: name)
    for _ in 0..<Self.count {
      try Self.damaged(sound, &random).write(to: fixture.temporary / name)
      Self.ask(fixture.url)
    }
  }

  @Test func files() throws {
    let fixture = try PublishedFixture("qwen2")
    let file = fixture.temporary / "model.gguf"
    try ModelExport(PublishedModel(fixture.url)).writeGGUF(file, as: .int8Blocks)
    let sound = try Data(contentsOf: file)
    var random = RandomSource(seed: 22, name: "gguf")
    for _ in 0..<Self.count {
      try Self.damaged(sound, &random, within: 6000).write(to: file)
      Self.ask(file)
    }
  }

  @Test func adapters() throws {
    let fixture = try PublishedFixture("llama")
    let published = try PublishedModel(fixture.url)
    let model = try LanguageModel.open(fixture.url).model
    let folder = fixture.temporary / "prefix"
    let slots = model.parameters.slotSites.map {
      Slots(
        keys: .zeros([2, $0.keyHeadCount, $0.headWidth]),
        values: .zeros([2, $0.keyHeadCount, $0.headWidth]))
    }
    try PEFTAdapter.writePrefix(Adapter(slots: slots), of: published, model, to: folder)
    for name in ["adapter_config.json", "adapter_model.safetensors"] {
      let sound = try Data(contentsOf: folder.appendingPathComponent(name))
      var random = RandomSource(seed: 23, name: name)
      for _ in 0..<Self.count {
        try Self.damaged(sound, &random).write(to: folder.appendingPathComponent(name))
        _ = try? PEFTAdapter.read(folder, for: published, model)
      }
      try sound.write(to: folder.appendingPathComponent(name))
    }
  }

  private static func ask(_ url: URL) {
    guard let opened = try? LanguageModel.open(url) else { return }
    let memory = WorkingMemory(opened.model.configuration, capacity: 4)
    guard opened.model.configuration.contextLength >= 4 else { return }
    _ = opened.model.hidden(Tensor(indices: [1, 2, 3], shape: [1, 3]), cache: memory)
    _ = opened.tokenizer.decode(
      opened.tokenizer.encode("as it was", recognizingSpecialTokens: true))
    _ = try? PublishedChat(url, opened.tokenizer)
  }

  /// A few bytes changed, numbers above all, or the end cut off.
  private static func damaged(
    _ sound: Data, _ random: inout RandomSource, within limit: Int = .max
  ) -> Data {
    var data = sound
    let extent = min(data.count, limit)
    if random.integer(in: 0..<8) == 0 { return data.prefix(random.integer(in: 0..<extent) + 1) }
    for _ in 0...random.integer(in: 0..<4) {
      let place = random.integer(in: 0..<extent)
      let isDigit = (0x30...0x39).contains(data[place])
      data[place] =
        isDigit ? UInt8(0x30 + random.integer(in: 0..<10)) : UInt8(random.integer(in: 0..<256))
    }
    return data
  }
}
