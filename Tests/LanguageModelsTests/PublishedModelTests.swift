import Checkpoints
import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing

/// Names and forms of published files; that the numbers mean what transformers and llama.cpp say is `scripts/parity`'s business.
@Suite struct PublishedModelTests {
  @Test(arguments: PublishedFixture.families) func aFolderIsTheModelThatWasWritten(
    _ family: String
  ) throws {
    let fixture = try PublishedFixture(family)
    let opened = try LanguageModel.open(fixture.url).model
    #expect(difference(fixture.logits(opened), fixture.logits(fixture.model)) < 1e-5)
    #expect(opened.parameters.trainableCount == 0)
    opened.parameters.setTrainable { _ in true }
    #expect(opened.parameters.trainableCount == opened.parameters.count)
    #expect(difference(fixture.logits(opened), fixture.logits(fixture.model)) < 1e-5)
  }

  @Test(arguments: PublishedFixture.families) func changesGoToPeftAndComeBack(
    _ family: String
  ) throws {
    let fixture = try PublishedFixture(family)
    let model = try LanguageModel.open(fixture.url).model
    let plain = fixture.logits(model)
    try adapter(for: model).attach(to: model, source: "test")
    let changed = fixture.logits(model)
    #expect(difference(changed, plain) > 0.01)
    let published = try PublishedModel(fixture.url)
    let folder = fixture.temporary / "peft"
    try PEFTAdapter.writeLoRA(Adapter(attachedTo: model), of: published, to: folder)
    let other = try LanguageModel.open(fixture.url).model
    try PEFTAdapter.read(folder, for: published, other).attach(to: other, source: folder.path)
    #expect(difference(fixture.logits(other), changed) < 1e-4)
    // And merged into the weights.
    let merged = fixture.temporary / "merged"
    try ModelExport(published, merging: Adapter(attachedTo: model)).writeFolder(merged)
    #expect(difference(fixture.logits(try LanguageModel.open(merged).model), changed) < 1e-4)
  }

  @Test(arguments: ["llama", "qwen2", "gpt2", "gpt_neox", "gemma"]) func aFileInGGUFIsTheSameModel(
    _ family: String
  ) throws {
    let fixture = try PublishedFixture(family)
    let published = try PublishedModel(fixture.url)
    let file = fixture.temporary / "model.gguf"
    try ModelExport(published).writeGGUF(file, as: .float32)
    let opened = try LanguageModel.open(file)
    #expect(difference(fixture.logits(opened.model), fixture.logits(fixture.model)) < 1e-4)
    #expect(opened.tokenizer.encode("as it was") == smallTokenizer.encode("as it was"))
    let model = try LanguageModel.open(fixture.url).model
    try adapter(for: model).attach(to: model, source: "test")
    try ModelExport(published, merging: Adapter(attachedTo: model)).writeGGUF(file, as: .float32)
    let changed = fixture.logits(model)
    #expect(difference(fixture.logits(try LanguageModel.open(file).model), changed) < 1e-4)
  }

  @Test(arguments: ["llama", "gpt_neox"]) func slotsBecomeAPrefixAndComeBack(_ family: String)
    throws
  {
    let fixture = try PublishedFixture(family)
    let model = try LanguageModel.open(fixture.url).model
    var random = RandomSource(seed: 5, name: "slots")
    let slots = model.parameters.slotSites.map { site in
      let shape: Shape = [3, site.keyHeadCount, site.headWidth]
      return Slots(
        keys: .normal(shape, deviation: 1, using: &random),
        values: .normal(shape, deviation: 1, using: &random))
    }
    let published = try PublishedModel(fixture.url)
    let folder = fixture.temporary / "prefix"
    try PEFTAdapter.writePrefix(Adapter(slots: slots), of: published, model, to: folder)
    let back = try PEFTAdapter.read(folder, for: published, model)
    for (one, other) in zip(slots, back.slots) {
      #expect(difference(one.keys, other.keys) < 1e-5)
      #expect(difference(one.values, other.values) == 0)
    }
  }

  @Test func aPrefixBeforeLearnedPositionsIsRefused() throws {
    let fixture = try PublishedFixture("gpt2")
    let model = try LanguageModel.open(fixture.url).model
    let slots = model.parameters.slotSites.map {
      Slots(
        keys: .zeros([1, $0.keyHeadCount, $0.headWidth]),
        values: .zeros([1, $0.keyHeadCount, $0.headWidth]))
    }
    let published = try PublishedModel(fixture.url)
    #expect(throws: ExportError.self) {
      try PEFTAdapter.writePrefix(
        Adapter(slots: slots), of: published, model, to: fixture.temporary / "prefix")
    }
  }

  @Test func whatIsNotKnownIsNamed() throws {
    let fixture = try PublishedFixture("llama")
    let file = fixture.temporary / "config.json"
    let sound = try String(contentsOf: file, encoding: .utf8)
    for (old, new, word) in [
      (#""llama","#, #""mamba","#, "mamba"), (#""llama3""#, #""curled""#, "curled"),
      (#""hidden_size": 32"#, #""hidden_size": "wide""#, "hidden_size"),
      (#""eos_token_id""#, #""hidden_act": "mish", "eos_token_id""#, "mish"),
      (#""eos_token_id""#, #""quantization_config": {}, "eos_token_id""#, "quantization_config"),
    ] {
      try Data(sound.replacingOccurrences(of: old, with: new).utf8).write(to: file)
      let error = #expect(throws: LanguageModelError.self) { try LanguageModel.open(fixture.url) }
      #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    }
  }

  @Test func aTensorWithoutAPlaceIsNamed() throws {
    let fixture = try PublishedFixture("qwen2")
    let weights = try SafetensorsFile(fixture.temporary / "model.safetensors")
    var writer = SafetensorsWriter()
    for name in weights.tensorNames {
      if let tensor = try weights.tensor(named: name) { writer.add(tensor, named: name) }
    }
    writer.add(Tensor.zeros([2]), named: "model.layers.0.self_attn.rotor")
    try writer.write(to: fixture.temporary / "model.safetensors")
    let error = #expect(throws: ParameterError.self) { try LanguageModel.open(fixture.url) }
    #expect(error?.description.contains("rotor") == true)
  }

  @Test func aGatedMemoryHasNoPlaceElsewhere() throws {
    let fixture = try PublishedFixture("llama")
    let model = try LanguageModel.open(fixture.url).model
    let parameter = try #require(model.parameters["blocks.0.attention.query.weight"])
    parameter.stack(
      LowRank(
        down: Parameter(path: "a", value: .zeros([1, 32])),
        up: Parameter(path: "b", value: .zeros([32, 1])), scale: 1, activation: .reluSquared))
    #expect(throws: ExportError.notLinear) { try Adapter(attachedTo: model) }
  }

  /// LongRoPE turns by other frequencies beyond the original window: a context that grows past it is read anew.
  @Test func aContextThatGrowsBeyondItsWindowIsReadAnew() throws {
    let fixture = try PublishedFixture("phi3")
    let file = fixture.temporary / "config.json"
    let text = try String(contentsOf: file, encoding: .utf8)
    let long =
      #""original_max_position_embeddings": 8, "rope_scaling": {"type": "longrope", "short_factor": [1, 1, 1, 1], "#
      + #""long_factor": [2, 3, 4, 5]}"#
    try Data(text.replacingOccurrences(of: #""sliding_window": 5"#, with: long).utf8).write(
      to: file)
    let opened = try LanguageModel.open(fixture.url)
    var generator = Generator(opened.model, opened.tokenizer)
    let tokens = (0..<12).map { Int32($0 * 7 % 290) }
    generator.read(Array(tokens[..<6]))
    for token in tokens[6...] { generator.read([token]) }
    var sampling = Sampling()
    sampling.temperature = 0
    var sampler = Sampler(sampling, seed: 1)
    let all = fixture.logits(opened.model).values.suffix(300)
    let likeliest = all.indices.max { all[$0] < all[$1] }! - all.startIndex
    #expect(generator.next(&sampler, masked: []) == Int32(likeliest))
    #expect(generator.context == tokens)
  }

  private func adapter(for model: Transformer) -> Adapter {
    var random = RandomSource(seed: 9, name: "adapter")
    return Adapter(
      changes: model.parameters.parameters.filter {
        $0.path.hasPrefix("blocks.") && $0.shape.rank == 2
      }.map { parameter in
        let shape = parameter.shape
        return (
          parameter.path,
          LowRank(
            down: Parameter(
              path: "down", value: .normal([2, shape[1]], deviation: 0.1, using: &random),
              isTrainable: false),
            up: Parameter(
              path: "up", value: .normal([shape[0], 2], deviation: 0.1, using: &random),
              isTrainable: false), scale: 0.5)
        )
      })
  }
}
