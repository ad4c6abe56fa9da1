import Foundation
import Layers
import Tensors

/// Reads `config.json` as Hugging Face folders hold it.
struct PublishedConfiguration {
  let family: PublishedFamily
  private let fields: PublishedFields

  /// - Throws: ``LanguageModelError/unsupportedArchitecture(path:name:)`` for a family that is not known.
  init(_ url: URL) throws {
    fields = try PublishedFields(url)
    guard let name = try fields.string("model_type") else {
      throw fields.failure("model_type", "is missing; it names the family of a published model")
    }
    guard let family = PublishedFamily(rawValue: name) else {
      throw LanguageModelError.unsupportedArchitecture(path: fields.path, name: name)
    }
    self.family = family
    if fields.contains("quantization_config") {
      throw fields.failure(
        "quantization_config", "weights quantised in this way are not supported; GGUF's are")
    }
  }

  /// The configuration, given which tensors there are.
  func transformer(hasHead: Bool) throws -> TransformerConfiguration {
    var configuration =
      switch family {
      case .gpt2: try gpt2()
      case .gptNeoX: try gptNeoX()
      default: try llamaLike()
      }
    let isTied = try fields.bool("tie_word_embeddings") ?? (family.tiesHeadByDefault || !hasHead)
    configuration.tiesHead = isTied || !hasHead
    return configuration
  }

  // MARK: Families

  private func gpt2() throws -> TransformerConfiguration {
    for key in ["scale_attn_by_inverse_layer_idx", "add_cross_attention"]
    where try fields.bool(key) == true {
      throw fields.failure(key, "is not supported")
    }
    let width = try fields.required("n_embd")
    var configuration = TransformerConfiguration.gpt2(
      vocabularySize: try fields.required("vocab_size"),
      contextLength: try fields.required("n_positions"), width: width,
      layerCount: try fields.required("n_layer"), headCount: try fields.required("n_head"))
    configuration.hiddenWidth = try fields.integer("n_inner") ?? 4 * width
    configuration.epsilon = Float(try fields.number("layer_norm_epsilon") ?? 1e-5)
    configuration.feedForward = try feedForward("activation_function", default: "gelu_new")
    return configuration
  }

  private func gptNeoX() throws -> TransformerConfiguration {
    let width = try fields.required("hidden_size")
    let heads = try fields.required("num_attention_heads")
    var family = FamilyTraits()
    if try fields.bool("use_parallel_residual") ?? true { family.block = .parallel }
    if try fields.bool("attention_bias") == false {
      (family.hasKeyBias, family.hasOutputBias) = (false, false)
    }
    let rotary = try fields.object("rope_parameters")
    let share =
      try rotary?.number("partial_rotary_factor") ?? fields.number("rotary_pct")
      ?? fields.number("partial_rotary_factor") ?? 0.25
    family.rotaryWidth = Int(Double(width / max(heads, 1)) * share)
    let base =
      try rotary?.number("rope_theta") ?? fields.number("rotary_emb_base")
      ?? fields.number("rope_theta") ?? 10_000
    family.rotaryScaling = try rotaryScaling()
    return TransformerConfiguration(
      vocabularySize: try fields.required("vocab_size"),
      contextLength: try fields.integer("max_position_embeddings") ?? 2048, width: width,
      layerCount: try fields.required("num_hidden_layers"), headCount: heads, keyHeadCount: heads,
      hiddenWidth: try fields.required("intermediate_size"), normalization: .layer,
      epsilon: Float(try fields.number("layer_norm_eps") ?? 1e-5),
      positions: .rotary(base: Float(base), pairing: .halves),
      feedForward: try feedForward("hidden_act", default: "gelu"), normalizesKeys: false,
      normalizesEmbedding: false, hasBias: true, tiesHead: false, softcap: 0, family: family)
  }

  private func llamaLike() throws -> TransformerConfiguration {
    let width = try fields.required("hidden_size")
    let layerCount = try fields.required("num_hidden_layers")
    let heads = try fields.required("num_attention_heads")
    let isGemma = family.storesWeightsAboveOne
    let activation = fields.contains("hidden_activation") ? "hidden_activation" : "hidden_act"
    var configuration = TransformerConfiguration.llama(
      vocabularySize: try fields.required("vocab_size"),
      contextLength: try fields.integer("max_position_embeddings") ?? defaultContextLength,
      width: width, layerCount: layerCount, headCount: heads,
      keyHeadCount: try fields.integer("num_key_value_heads") ?? heads,
      hiddenWidth: try fields.required("intermediate_size"),
      epsilon: Float(try fields.number("rms_norm_eps") ?? 1e-6),
      rotaryBase: Float(try rotaryBase()), pairing: .halves, tiesHead: true)
    configuration.feedForward = try feedForward(
      activation, default: isGemma ? "gelu_pytorch_tanh" : "silu", isGated: true)
    configuration.family = try traits(width: width, heads: heads, layerCount: layerCount)
    if let stretched = configuration.family?.rotaryScaling?.stretchedLength {
      configuration.contextLength = max(configuration.contextLength, stretched)
    }
    configuration.softcap = Float(
      family == .gemma2 || family == .gemma3
        ? try fields.number("final_logit_softcapping")
          ?? (family == .gemma2 && !fields.contains("final_logit_softcapping") ? 30 : 0) : 0)
    return configuration
  }

  private var defaultContextLength: Int {
    switch family {
    case .gemma, .gemma2: 8192
    case .gemma3: 131_072
    default: 2048
    }
  }

  private func feedForward(
    _ key: String, default name: String, isGated: Bool = false
  ) throws -> FeedForward.Kind {
    let name = try fields.string(key) ?? name
    switch (name, isGated) {
    case ("silu", true), ("swish", true): return .swiGLU
    case ("gelu_pytorch_tanh", true), ("gelu_new", true): return .geGLU
    // Gemma's first configurations say "gelu" and mean its approximation.
    case ("gelu", true) where family == .gemma: return .geGLU
    case ("gelu_pytorch_tanh", false), ("gelu_new", false), ("gelu_fast", false): return .gelu
    case ("gelu", false): return .geluExact
    default: throw fields.failure(key, "the activation '\(name)' is not supported")
    }
  }
}

// MARK: - What families do otherwise

extension PublishedConfiguration {
  private func traits(width: Int, heads: Int, layerCount: Int) throws -> FamilyTraits {
    var traits = FamilyTraits()
    traits.headWidth = try fields.integer("head_dim") ?? defaultHeadWidth
    let headWidth = traits.headWidth ?? width / max(heads, 1)
    let hasBias = try fields.bool("attention_bias")
    traits.hasKeyBias = family == .qwen2 ? true : hasBias
    traits.hasOutputBias = family == .qwen2 ? false : hasBias
    traits.hasFeedForwardBias = try fields.bool("mlp_bias")
    traits.weighsKeys = family == .qwen3 || family == .gemma3 ? true : nil
    if family == .gemma2 || family == .gemma3 {
      traits.block = .sandwiched
      let scalar = try fields.number("query_pre_attn_scalar") ?? 256
      traits.attentionScale = Float(1 / scalar.squareRoot())
      traits.attentionSoftcap = try fields.number("attn_logit_softcapping").map { Float($0) }
      if family == .gemma2, !fields.contains("attn_logit_softcapping") {
        traits.attentionSoftcap = 50
      }
    }
    if family.storesWeightsAboveOne { traits.embeddingScale = Float(width).squareRoot() }
    let share =
      try fields.number("partial_rotary_factor")
      ?? fields.object("rope_parameters")?.number("partial_rotary_factor")
    if let share, share != 1 { traits.rotaryWidth = Int(Double(headWidth) * share) }
    traits.rotaryScaling = try rotaryScaling()
    if family == .gemma3 {
      let sliding = try fields.object("rope_parameters")?.object("sliding_attention")
      traits.slidingRotaryBase = Float(
        try sliding?.number("rope_theta") ?? fields.number("rope_local_base_freq") ?? 10_000)
    }
    traits.layers = try layers(layerCount)
    traits.window = try fields.integer("sliding_window") ?? (family == .gemma2 ? 4096 : nil)
    if traits.window == nil { traits.layers?.replaceAll(.sliding, with: .full) }
    return traits
  }

  private var defaultHeadWidth: Int? {
    switch family {
    case .gemma, .gemma2, .gemma3: 256
    case .qwen3: 128
    default: nil
    }
  }

  /// The kind of every layer; nil where all see everything.
  private func layers(_ count: Int) throws -> [FamilyTraits.Layer]? {
    guard (1...(1 << 12)).contains(count) else { return nil }
    if family == .smollm3 {
      let interval = try fields.integer("no_rope_layer_interval") ?? 4
      let given = try fields.numbers("no_rope_layers")
      return (0..<count).map { layer in
        let rotates = given.map { layer < $0.count && $0[layer] != 0 }
        return rotates ?? ((layer + 1) % max(interval, 1) != 0) ? .full : .unrotated
      }
    }
    if let names = try fields.strings("layer_types") {
      return try names.map { name in
        switch name {
        case "full_attention": return .full
        case "sliding_attention": return .sliding
        default: throw fields.failure("layer_types", "'\(name)' is not supported")
        }
      }
    }
    switch family {
    case .mistral, .phi3:
      return fields.contains("sliding_window") ? Array(repeating: .sliding, count: count) : nil
    case .qwen2, .qwen3:
      guard try fields.bool("use_sliding_window") == true else { return nil }
      let first = try fields.integer("max_window_layers") ?? 28
      return (0..<count).map { $0 >= first ? .sliding : .full }
    case .gemma2: return (0..<count).map { $0 % 2 == 0 ? .sliding : .full }
    case .gemma3:
      let pattern = max(try fields.integer("sliding_window_pattern") ?? 6, 1)
      return (0..<count).map { ($0 + 1) % pattern != 0 ? .sliding : .full }
    default: return nil
    }
  }
}

// MARK: - Rotary embedding

extension PublishedConfiguration {
  /// Newer configurations hold base and scaling together, Gemma 3's for each kind of layer.
  private func rotaryParameters() throws -> PublishedFields? {
    guard let parameters = try fields.object("rope_parameters") else { return nil }
    return try parameters.object("full_attention") ?? parameters
  }

  private func rotaryBase() throws -> Double {
    let plain: Double =
      switch family {
      case .gemma3: 1_000_000
      case .smollm3: 2_000_000
      default: 10_000
      }
    return try rotaryParameters()?.number("rope_theta") ?? fields.number("rope_theta") ?? plain
  }

  private func rotaryScaling() throws -> RotaryScaling? {
    guard let scaling = try rotaryParameters() ?? fields.object("rope_scaling") else { return nil }
    let kind = try scaling.string("rope_type") ?? scaling.string("type") ?? "default"
    func number(_ key: String) throws -> Double {
      guard let number = try scaling.number(key) else { throw scaling.failure(key, "is missing") }
      return number
    }
    let context = try fields.integer("max_position_embeddings") ?? defaultContextLength
    let original =
      try scaling.integer("original_max_position_embeddings")
      ?? fields.integer("original_max_position_embeddings") ?? context
    switch kind {
    case "default", "none": return nil
    case "linear": return .linear(factor: try number("factor"))
    case "dynamic": return .dynamic(factor: try number("factor"), original: original)
    case "llama3":
      return .llama3(
        factor: try number("factor"), low: try number("low_freq_factor"),
        high: try number("high_freq_factor"), original: original)
    case "yarn": return try yarn(scaling, factor: try number("factor"), original: original)
    case "longrope", "su":
      guard let short = try scaling.numbers("short_factor"),
        let long = try scaling.numbers("long_factor")
      else { throw scaling.failure("short_factor", "both it and long_factor are needed") }
      let stretch = try scaling.number("factor") ?? Double(context) / Double(max(original, 1))
      let attention =
        stretch <= 1 ? 1 : (1 + log(stretch) / log(Double(max(original, 2)))).squareRoot()
      return .long(
        short: short, long: long, original: original,
        attentionFactor: try scaling.number("attention_factor") ?? attention)
    default: throw scaling.failure("rope_type", "'\(kind)' is not supported")
    }
  }

  private func yarn(
    _ scaling: PublishedFields, factor: Double, original: Int
  ) throws -> RotaryScaling {
    func sharpened(_ weight: Double) -> Double {
      factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1
    }
    var attention = try scaling.number("attention_factor")
    if attention == nil, let weight = try scaling.number("mscale"), weight != 0,
      let all = try scaling.number("mscale_all_dim"), all != 0
    {
      attention = sharpened(weight) / sharpened(all)
    }
    return .yarn(
      .init(
        factor: factor, original: original,
        fastTurns: try scaling.number("beta_fast") ?? 32,
        slowTurns: try scaling.number("beta_slow") ?? 1, attentionFactor: attention,
        isTruncated: try scaling.bool("truncate") ?? true))
  }
}

extension [FamilyTraits.Layer] {
  fileprivate mutating func replaceAll(_ old: Element, with new: Element) {
    self = map { $0 == old ? new : $0 }
  }
}
