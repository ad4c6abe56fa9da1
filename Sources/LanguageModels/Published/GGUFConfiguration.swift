import Checkpoints
import Foundation
import Layers
import Tensors

/// Reads the shape of a transformer from a GGUF file's metadata.
///
/// Source: the key names of https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; what no key says about an architecture
/// is as llama.cpp computes it.
struct GGUFConfiguration {
  let family: PublishedFamily
  private let file: GGUFFile

  init(_ file: GGUFFile) throws {
    let architecture: String = try file.value(of: "general.architecture")
    guard let family = PublishedFamily(ggufName: architecture) else {
      throw LanguageModelError.unsupportedArchitecture(path: file.sourceName, name: architecture)
    }
    self.family = family
    self.file = file
  }

  private func integer(_ key: String) throws -> Int {
    try file.value(of: "\(family.ggufName).\(key)")
  }
  private func optional<Value: GGUFConvertible>(
    _ key: String, as type: Value.Type = Value.self
  ) throws -> Value? {
    try file.valueIfPresent(of: "\(family.ggufName).\(key)")
  }

  func transformer() throws -> TransformerConfiguration {
    let width = try integer("embedding_length")
    let heads = try integer("attention.head_count")
    let layerCount = try integer("block_count")
    let usesLayerNorm = family == .gpt2 || family == .gptNeoX
    let epsilonKey = usesLayerNorm ? "layer_norm_epsilon" : "layer_norm_rms_epsilon"
    let headWidth = try optional("attention.key_length") ?? width / max(heads, 1)
    // Files of these architectures hold queries and keys in the order of Llama's own release.
    let pairing: RotaryTable.Pairing =
      [.llama, .mistral, .smollm3].contains(family) ? .neighbours : .halves
    var configuration = TransformerConfiguration.llama(
      vocabularySize: file.shape(of: "token_embd.weight")?.extents.first ?? 0,
      contextLength: try integer("context_length"), width: width, layerCount: layerCount,
      headCount: heads, keyHeadCount: try optional("attention.head_count_kv") ?? heads,
      hiddenWidth: try integer("feed_forward_length"),
      epsilon: try optional("attention.\(epsilonKey)") ?? 1e-5,
      rotaryBase: try optional("rope.freq_base") ?? 10_000, pairing: pairing,
      tiesHead: file.shape(of: "output.weight") == nil)
    if usesLayerNorm {
      configuration.normalization = .layer
      configuration.hasBias = true
      configuration.feedForward = family == .gpt2 ? .gelu : .geluExact
      if family == .gpt2 { configuration.positions = .learned }
    }
    if family.storesWeightsAboveOne { configuration.feedForward = .geGLU }
    configuration.softcap = try optional("final_logit_softcapping") ?? 0
    configuration.family = try traits(
      width: width, heads: heads, headWidth: headWidth, layerCount: layerCount)
    return configuration
  }

  private func traits(
    width: Int, heads: Int, headWidth: Int, layerCount: Int
  ) throws -> FamilyTraits? {
    var traits = FamilyTraits()
    if headWidth * heads != width { traits.headWidth = headWidth }
    func hasTensor(_ name: String) -> Bool { file.shape(of: "blk.0.\(name)") != nil }
    if family != .gpt2, family != .gptNeoX {
      let hasKeyBias = hasTensor("attn_q.bias")
      let hasOutputBias = hasTensor("attn_output.bias")
      if hasKeyBias || hasOutputBias {
        (traits.hasKeyBias, traits.hasOutputBias) = (hasKeyBias, hasOutputBias)
      }
      if hasTensor("ffn_up.bias") { traits.hasFeedForwardBias = true }
      if hasTensor("attn_q_norm.weight") { traits.weighsKeys = true }
    }
    let rotated: Int = try optional("rope.dimension_count") ?? headWidth
    if rotated != headWidth, family != .gpt2 { traits.rotaryWidth = rotated }
    traits.rotaryScaling = try rotaryScaling(width: rotated)
    switch family {
    case .gemma, .gemma2, .gemma3:
      traits.embeddingScale = Float(width).squareRoot()
      if family != .gemma { traits.block = .sandwiched }
      // The largest of both generations divide by the width of a head as it would be, not as it is.
      let isLargest = family == .gemma2 ? layerCount == 46 : layerCount == 62
      if family != .gemma, isLargest {
        traits.attentionScale = 1 / Float(width / heads).squareRoot()
      }
      traits.attentionSoftcap = try optional("attn_logit_softcapping")
      if family == .gemma3 {
        traits.slidingRotaryBase = try optional("rope.freq_base_swa") ?? 10_000
      }
    case .gptNeoX:
      if try optional("use_parallel_residual", as: Bool.self) ?? true { traits.block = .parallel }
    default: break
    }
    traits.window = try optional("attention.sliding_window").flatMap { $0 > 0 ? $0 : nil }
    traits.layers = layers(layerCount, hasWindow: traits.window != nil)
    return traits == FamilyTraits() ? nil : traits
  }

  private func layers(_ count: Int, hasWindow: Bool) -> [FamilyTraits.Layer]? {
    guard (1...(1 << 12)).contains(count) else { return nil }
    switch family {
    case .smollm3: return (0..<count).map { ($0 + 1) % 4 != 0 ? .full : .unrotated }
    case _ where !hasWindow: return nil
    case .gemma2: return (0..<count).map { $0 % 2 == 0 ? .sliding : .full }
    case .gemma3: return (0..<count).map { ($0 + 1) % 6 != 0 ? .sliding : .full }
    case .phi3, .llama, .mistral: return Array(repeating: .sliding, count: count)
    default: return nil
    }
  }

  private func rotaryScaling(width: Int) throws -> RotaryScaling? {
    func factors(_ name: String) throws -> [Double]? {
      try file.tensor(named: name)?.values.map(Double.init)
    }
    let context = try integer("context_length")
    let original = try optional("rope.scaling.original_context_length") ?? context
    if let long = try factors("rope_factors_long.weight"),
      let short = try factors("rope_factors_short.weight")
    {
      let attention: Float = try optional("rope.scaling.attn_factor") ?? 1
      return .long(
        short: short, long: long, original: original, attentionFactor: Double(attention))
    }
    if let factors = try factors("rope_freqs.weight"), factors.contains(where: { $0 != 1 }) {
      return .factors(factors)
    }
    let kind: String = try optional("rope.scaling.type") ?? "none"
    let factor: Float = try optional("rope.scaling.factor") ?? 1
    switch kind {
    case "none": return nil
    case "linear": return factor == 1 ? nil : .linear(factor: Double(factor))
    case "yarn":
      let given: Float? = try optional("rope.scaling.attn_factor")
      let plain = factor > 1 ? 0.1 * log(Double(factor)) + 1 : 1
      return .yarn(
        .init(
          factor: Double(factor), original: original,
          fastTurns: Double(try optional("rope.scaling.yarn_beta_fast", as: Float.self) ?? 32),
          slowTurns: Double(try optional("rope.scaling.yarn_beta_slow", as: Float.self) ?? 1),
          attentionFactor: plain * Double(given ?? 1)))
    default:
      throw LanguageModelError.unreadableConfiguration(
        path: file.sourceName,
        reason: "\(family.ggufName).rope.scaling.type: '\(kind)' is not supported")
    }
  }
}
