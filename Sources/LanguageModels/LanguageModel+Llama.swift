import Checkpoints
import Foundation
import Tensors
import Tokenizers

extension LanguageModel {
  static func openGGUF(_ url: URL) throws -> LanguageModel {
    let file = try GGUFFile(url)
    let architecture: String = try file.value(of: "general.architecture")
    guard architecture == "llama" else {
      throw LanguageModelError.unsupportedArchitecture(path: url.path, name: architecture)
    }
    try requirePlainRotation(file, url)
    let tokenizer = try file.tokenizer()
    func integer(_ key: String) throws -> Int { try file.value(of: "llama." + key, as: Int.self) }
    let headCount = try integer("attention.head_count")
    let configuration = TransformerConfiguration.llama(
      vocabularySize: file.shape(of: "token_embd.weight")?.extents.first
        ?? tokenizer.vocabularySize,
      contextLength: try integer("context_length"), width: try integer("embedding_length"),
      layerCount: try integer("block_count"), headCount: headCount,
      keyHeadCount: try file.valueIfPresent(of: "llama.attention.head_count_kv") ?? headCount,
      hiddenWidth: try integer("feed_forward_length"),
      epsilon: try file.valueIfPresent(of: "llama.attention.layer_norm_rms_epsilon") ?? 1e-5,
      rotaryBase: try file.valueIfPresent(of: "llama.rope.freq_base") ?? 10_000,
      pairing: .neighbours, tiesHead: file.shape(of: "output.weight") == nil)
    let model = try build(
      configuration, from: file, path: url.path, rename: ggufNames.name(of:),
      ignoring: { $0 == "rope_freqs.weight" })
    try check(tokenizer, fits: model, path: url.path)
    return LanguageModel(model: model, tokenizer: tokenizer)
  }

  /// Refuses a file whose rotation is scaled: read without its factors, every angle would be wrong.
  private static func requirePlainRotation(_ file: GGUFFile, _ url: URL) throws {
    let scaling: String? = try file.valueIfPresent(of: "llama.rope.scaling.type")
    let factors = try file.tensor(named: "rope_freqs.weight")?.values ?? []
    for (place, isScaled) in [
      ("llama.rope.scaling.type", (scaling ?? "none") != "none"),
      ("rope_freqs.weight", factors.contains { $0 != 1 }),
    ] where isScaled {
      throw LanguageModelError.unreadableConfiguration(
        path: url.path, reason: "\(place): a rotation with scaled frequencies is not supported")
    }
  }

  static func openLlama2C(_ url: URL, tokenizer: URL?) throws -> LanguageModel {
    let file = try Llama2CFile(url)
    let candidates =
      tokenizer.map { [$0] }
      ?? ["tokenizer.bin", "tok\(file.configuration.vocabularySize).bin"].map {
        url.deletingLastPathComponent().appendingPathComponent($0)
      }
    guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) })
    else { throw LanguageModelError.noTokenizer(path: url.path, looked: candidates.map(\.path)) }
    let shape = file.configuration
    let configuration = TransformerConfiguration.llama(
      vocabularySize: shape.vocabularySize, contextLength: shape.contextLength,
      width: shape.width, layerCount: shape.layerCount, headCount: shape.headCount,
      keyHeadCount: shape.keyHeadCount, hiddenWidth: shape.hiddenWidth, pairing: .neighbours,
      tiesHead: shape.isClassifierTied)
    let model = try build(
      configuration, from: file, path: url.path, rename: llama2CNames.name(of:))
    let tokenizer = try TokenizerFile.load(found.path)
    try check(tokenizer, fits: model, path: url.path)
    return LanguageModel(model: model, tokenizer: tokenizer)
  }

  private static let ggufNames = ForeignNames(
    embedding: "token_embd.weight", finalNormalization: "output_norm.weight",
    head: "output.weight", block: "blk",
    inBlock: [
      "attentionNormalization.weight": "attn_norm.weight",
      "attention.query.weight": "attn_q.weight", "attention.key.weight": "attn_k.weight",
      "attention.value.weight": "attn_v.weight", "attention.output.weight": "attn_output.weight",
      "feedForwardNormalization.weight": "ffn_norm.weight",
      "feedForward.gate.weight": "ffn_gate.weight", "feedForward.up.weight": "ffn_up.weight",
      "feedForward.down.weight": "ffn_down.weight",
    ])

  private static let llama2CNames = ForeignNames(
    embedding: "token_embedding", finalNormalization: "norm", head: "output", block: "layers",
    inBlock: [
      "attentionNormalization.weight": "attention_norm", "attention.query.weight": "attention.wq",
      "attention.key.weight": "attention.wk", "attention.value.weight": "attention.wv",
      "attention.output.weight": "attention.wo",
      "feedForwardNormalization.weight": "feed_forward_norm",
      "feedForward.gate.weight": "feed_forward.w1", "feedForward.down.weight": "feed_forward.w2",
      "feedForward.up.weight": "feed_forward.w3",
    ])
}

/// How another project calls the parameters of a transformer.
struct ForeignNames: Sendable {
  let embedding, finalNormalization, head, block: String
  /// From the path inside a block to the name inside a block.
  let inBlock: [String: String]

  /// The other project's name of the parameter at `path`; an unknown path stays as it is.
  func name(of path: String) -> String {
    switch path {
    case "embedding.weight": return embedding
    case "finalNormalization.weight": return finalNormalization
    case "head.weight": return head
    default:
      let parts = path.split(separator: ".", maxSplits: 2).map(String.init)
      guard parts.count == 3, parts[0] == "blocks", let name = inBlock[parts[2]] else {
        return path
      }
      return "\(block).\(parts[1]).\(name)"
    }
  }
}
