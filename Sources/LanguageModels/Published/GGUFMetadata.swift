import Checkpoints
import Foundation
import Tensors

/// What a GGUF file says about a model besides its tensors: the inverse of ``GGUFConfiguration``.
struct GGUFMetadata {
  private let model: PublishedModel
  private let type: ScalarType

  init(_ model: PublishedModel, type: ScalarType) throws {
    self.model = model
    self.type = type
  }

  func add(to writer: inout GGUFWriter) throws {
    let keys = try shape()
    writer.add("general.architecture", .string(model.family.ggufName))
    writer.add("general.type", .string("model"))
    writer.add("general.name", .string(model.url.lastPathComponent))
    writer.add("general.file_type", .uint32(fileType))
    writer.add("general.quantization_version", .uint32(2))
    for (key, value) in keys { writer.add(key, value) }
    try GGUFVocabulary(folder: model.url, rows: model.configuration.vocabularySize)
      .add(to: &writer)
  }

  /// The shape of the model, by key.
  ///
  /// - Throws: ``ExportError`` naming what readers of GGUF files do not know.
  func shape() throws -> [(String, GGUFWriter.Value)] {
    let configuration = model.configuration
    let traits = configuration.family ?? FamilyTraits()
    let name = model.family.ggufName
    var keys: [(String, GGUFWriter.Value)] = []
    func set(_ key: String, _ value: GGUFWriter.Value) { keys.append(("\(name).\(key)", value)) }
    func set(_ key: String, _ number: Int) { set(key, .uint32(UInt32(number))) }
    set("context_length", configuration.contextLength)
    set("embedding_length", configuration.width)
    set("block_count", configuration.layerCount)
    set("feed_forward_length", configuration.hiddenWidth)
    set("attention.head_count", configuration.headCount)
    set("attention.head_count_kv", configuration.keyHeadCount)
    let norm =
      configuration.normalization == .layer ? "layer_norm_epsilon" : "layer_norm_rms_epsilon"
    set("attention.\(norm)", .float32(configuration.epsilon))
    set("attention.key_length", configuration.headWidth)
    set("attention.value_length", configuration.headWidth)
    if case .rotary(let base, _) = configuration.positions {
      set("rope.dimension_count", traits.rotaryWidth ?? configuration.headWidth)
      set("rope.freq_base", .float32(base))
    }
    if let base = traits.slidingRotaryBase { set("rope.freq_base_swa", .float32(base)) }
    if model.family == .smollm3 {
      let usual: [FamilyTraits.Layer] = (0..<configuration.layerCount).map {
        ($0 + 1) % 4 != 0 ? .full : .unrotated
      }
      guard traits.layers == usual else {
        throw ExportError.unsupported(
          path: model.url.path,
          feature: "any but every fourth layer without positions in a GGUF file")
      }
    }
    if let window = traits.window, traits.layers?.contains(.sliding) == true {
      guard [.gemma2, .gemma3, .phi3].contains(model.family) else {
        throw ExportError.unsupported(
          path: model.url.path, feature: "a sliding window in a GGUF file of \(name)")
      }
      set("attention.sliding_window", window)
    }
    if let cap = traits.attentionSoftcap { set("attn_logit_softcapping", .float32(cap)) }
    if configuration.softcap > 0 { set("final_logit_softcapping", .float32(configuration.softcap)) }
    if model.family == .gptNeoX { set("use_parallel_residual", .bool(traits.block == .parallel)) }
    if model.family == .gemma2 || model.family == .gemma3 {
      try requireUsualScale(configuration, traits)
    }
    if let scaling = traits.rotaryScaling { try add(scaling, set) }
    return keys
  }

  /// The readers of these architectures know one scale of attention only.
  private func requireUsualScale(
    _ configuration: TransformerConfiguration, _ traits: FamilyTraits
  ) throws {
    let usual = 1 / Float(configuration.headWidth).squareRoot()
    let asked = traits.attentionScale ?? usual
    guard abs(asked / usual - 1) < 1e-5 else {
      throw ExportError.unsupported(
        path: model.url.path,
        feature: "a query_pre_attn_scalar other than the width of a head in a GGUF file")
    }
  }

  /// By llama.cpp's numbers for files mostly of one type.
  private var fileType: UInt32 {
    switch type {
    case .float32: 0
    case .float16: 1
    case .int4Blocks: 2
    case .int8Blocks: 7
    case .bfloat16: 32
    default: 0
    }
  }

  private func add(
    _ scaling: RotaryScaling, _ set: (String, GGUFWriter.Value) -> Void
  ) throws {
    switch scaling {
    case .linear(let factor):
      set("rope.scaling.type", .string("linear"))
      set("rope.scaling.factor", .float32(Float(factor)))
    case .yarn(let yarn):
      set("rope.scaling.type", .string("yarn"))
      set("rope.scaling.factor", .float32(Float(yarn.factor)))
      set("rope.scaling.original_context_length", .uint32(UInt32(yarn.original)))
    case .long(_, _, let original, let attention):
      set("rope.scaling.original_context_length", .uint32(UInt32(original)))
      set("rope.scaling.attn_factor", .float32(Float(attention)))
    case .llama3, .factors: break
    case .dynamic:
      throw ExportError.unsupported(
        path: model.url.path, feature: "dynamic scaling of positions in a GGUF file")
    }
  }

  /// The factors that stand in tensors of their own.
  static func addFactors(
    _ scaling: RotaryScaling, _ configuration: TransformerConfiguration,
    to writer: inout GGUFWriter
  ) throws {
    func add(_ name: String, _ factors: [Double]) {
      let tensor = Tensor(factors.map { Float($0) }, shape: [factors.count])
      writer.add(name, tensor.shape, as: .float32) { tensor }
    }
    switch scaling {
    case .llama3:
      guard case .rotary(let base, _) = configuration.positions else { return }
      let width = configuration.family?.rotaryWidth ?? configuration.headWidth
      add("rope_freqs.weight", scaling.divisors(base: Double(base), width: width))
    case .factors(let factors): add("rope_freqs.weight", factors)
    case .long(let short, let long, _, _):
      add("rope_factors_long.weight", long)
      add("rope_factors_short.weight", short)
    case .linear, .dynamic, .yarn: break
    }
  }
}
