extension PlacementTable {
  /// The names that Hugging Face's `transformers` gives a family's tensors.
  ///
  /// `prefix` stands before all but the head's; files of a bare model lack it.
  static func huggingFace(
    _ family: PublishedFamily, _ configuration: TransformerConfiguration, prefix: String
  ) -> PlacementTable {
    switch family {
    case .gpt2: gpt2(SharedWidths(configuration), prefix: prefix)
    case .gptNeoX: gptNeoX(configuration.headWidth, prefix: prefix)
    default: llamaLike(family, configuration, prefix: prefix)
    }
  }

  /// What stands before the names of a family's tensors in whole models.
  static func prefix(of family: PublishedFamily) -> String {
    switch family {
    case .gpt2: "transformer."
    case .gptNeoX: "gpt_neox."
    default: "model."
    }
  }

  private static func llamaLike(
    _ family: PublishedFamily, _ configuration: TransformerConfiguration, prefix: String
  ) -> PlacementTable {
    let shared = SharedWidths(configuration)
    let isSandwiched = configuration.family?.block == .sandwiched
    let raised = family.storesWeightsAboveOne
    @Sendable func name(of part: String) -> String? {
      switch part {
      case "attentionNormalization": "input_layernorm"
      case "attentionOutputNormalization": "post_attention_layernorm"
      case "feedForwardNormalization":
        isSandwiched ? "pre_feedforward_layernorm" : "post_attention_layernorm"
      case "feedForwardOutputNormalization": "post_feedforward_layernorm"
      case "attention.query": "self_attn.q_proj"
      case "attention.key": "self_attn.k_proj"
      case "attention.value": "self_attn.v_proj"
      case "attention.output": "self_attn.o_proj"
      case "attention.queryNormalization": "self_attn.q_norm"
      case "attention.keyNormalization": "self_attn.k_norm"
      case "feedForward.gate": "mlp.gate_proj"
      case "feedForward.up": "mlp.up_proj"
      case "feedForward.down": "mlp.down_proj"
      default: nil
      }
    }
    return PlacementTable { path in
      func placed(_ name: String) -> Placement {
        raised && path.part.lowercased().hasSuffix("normalization") ? .aboveOne(name) : .whole(name)
      }
      guard let block = path.block else {
        switch path.part {
        case "embedding": return .whole(prefix + "embed_tokens.\(path.kind)")
        case "finalNormalization": return placed(prefix + "norm.\(path.kind)")
        case "head": return .whole("lm_head.\(path.kind)")
        default: return nil
        }
      }
      let layer = "\(prefix)layers.\(block)."
      if family == .phi3, let rows = shared.range(of: path.part) {
        let name = path.part.hasPrefix("attention") ? "self_attn.qkv_proj" : "mlp.gate_up_proj"
        return .rows("\(layer)\(name).\(path.kind)", rows)
      }
      return name(of: path.part).map { placed("\(layer)\($0).\(path.kind)") }
    } isIgnorable: {
      $0.hasSuffix("rotary_emb.inv_freq")
    }
  }

  private static func gpt2(_ shared: SharedWidths, prefix: String) -> PlacementTable {
    PlacementTable { path in
      guard let block = path.block else {
        switch path.part {
        case "embedding": return .whole(prefix + "wte.weight")
        case "positions": return .whole(prefix + "wpe.weight")
        case "finalNormalization": return .whole(prefix + "ln_f.\(path.kind)")
        case "head": return .whole("lm_head.\(path.kind)")
        default: return nil
        }
      }
      let layer = "\(prefix)h.\(block)."
      if let columns = shared.range(of: path.part), path.part.hasPrefix("attention") {
        return .columns("\(layer)attn.c_attn.\(path.kind)", columns)
      }
      func whole(_ name: String, _ count: Int) -> Placement {
        .columns("\(layer)\(name).\(path.kind)", 0..<count)
      }
      switch path.part {
      case "attentionNormalization": return .whole("\(layer)ln_1.\(path.kind)")
      case "feedForwardNormalization": return .whole("\(layer)ln_2.\(path.kind)")
      case "attention.output": return whole("attn.c_proj", shared.query)
      case "feedForward.up": return whole("mlp.c_fc", shared.hidden)
      case "feedForward.down": return whole("mlp.c_proj", shared.query)
      default: return nil
      }
    } isIgnorable: {
      // The causal mask, which older files hold.
      $0.hasSuffix(".attn.bias") || $0.hasSuffix(".attn.masked_bias")
    }
  }

  private static func gptNeoX(_ headWidth: Int, prefix: String) -> PlacementTable {
    let parts = ["attention.query", "attention.key", "attention.value"]
    return PlacementTable { path in
      guard let block = path.block else {
        switch path.part {
        case "embedding": return .whole(prefix + "embed_in.weight")
        case "finalNormalization": return .whole(prefix + "final_layer_norm.\(path.kind)")
        case "head": return .whole("embed_out.\(path.kind)")
        default: return nil
        }
      }
      let layer = "\(prefix)layers.\(block)."
      if let part = parts.firstIndex(of: path.part) {
        return .interleaved(
          "\(layer)attention.query_key_value.\(path.kind)", part: part, headWidth: headWidth)
      }
      let names = [
        "attentionNormalization": "input_layernorm",
        "feedForwardNormalization": "post_attention_layernorm",
        "attention.output": "attention.dense", "feedForward.up": "mlp.dense_h_to_4h",
        "feedForward.down": "mlp.dense_4h_to_h",
      ]
      return names[path.part].map { .whole("\(layer)\($0).\(path.kind)") }
    } isIgnorable: {
      $0.hasSuffix(".attention.bias") || $0.hasSuffix(".attention.masked_bias")
        || $0.hasSuffix("rotary_emb.inv_freq")
    }
  }
}
