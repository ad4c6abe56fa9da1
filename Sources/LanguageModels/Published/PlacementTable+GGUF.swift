extension PlacementTable {
  /// The names that GGUF gives the tensors of its architectures
  /// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md and llama.cpp's list of tensors).
  static func gguf(
    _ family: PublishedFamily, _ configuration: TransformerConfiguration
  ) -> PlacementTable {
    let shared = SharedWidths(configuration)
    let sharesKeys = [.phi3, .gpt2, .gptNeoX].contains(family)
    @Sendable func name(of part: String) -> String? {
      switch part {
      case "attentionNormalization": "attn_norm"
      case "attentionOutputNormalization": "post_attention_norm"
      case "feedForwardNormalization": "ffn_norm"
      case "feedForwardOutputNormalization": "post_ffw_norm"
      case "attention.query": "attn_q"
      case "attention.key": "attn_k"
      case "attention.value": "attn_v"
      case "attention.output": "attn_output"
      case "attention.queryNormalization": "attn_q_norm"
      case "attention.keyNormalization": "attn_k_norm"
      case "feedForward.gate": "ffn_gate"
      case "feedForward.up": "ffn_up"
      case "feedForward.down": "ffn_down"
      default: nil
      }
    }
    return PlacementTable { path in
      guard let block = path.block else {
        switch path.part {
        case "embedding": return .whole("token_embd.weight")
        case "positions": return .whole("position_embd.weight")
        case "finalNormalization": return .whole("output_norm.\(path.kind)")
        case "head": return .whole("output.\(path.kind)")
        default: return nil
        }
      }
      if let rows = shared.range(of: path.part) {
        if sharesKeys, path.part.hasPrefix("attention") {
          return .rows("blk.\(block).attn_qkv.\(path.kind)", rows)
        }
        if family == .phi3 { return .rows("blk.\(block).ffn_up.\(path.kind)", rows) }
      }
      return name(of: path.part).map { .whole("blk.\(block).\($0).\(path.kind)") }
    } isIgnorable: {
      ["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"].contains($0)
    }
  }

  /// The names of a llama2.c file; see `Llama2CFile`.
  static let llama2C = PlacementTable { path in
    guard let block = path.block else {
      switch path.part {
      case "embedding": return .whole("token_embedding")
      case "finalNormalization": return .whole("norm")
      case "head": return .whole("output")
      default: return nil
      }
    }
    let names = [
      "attentionNormalization": "attention_norm", "attention.query": "attention.wq",
      "attention.key": "attention.wk", "attention.value": "attention.wv",
      "attention.output": "attention.wo", "feedForwardNormalization": "feed_forward_norm",
      "feedForward.gate": "feed_forward.w1", "feedForward.down": "feed_forward.w2",
      "feedForward.up": "feed_forward.w3",
    ]
    return names[path.part].map { .whole("layers.\(block).\($0)") }
  }
}
