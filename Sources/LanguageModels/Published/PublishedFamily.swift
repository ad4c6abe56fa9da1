/// A family of models that others publish, by the name that its configuration gives it.
public enum PublishedFamily: String, Sendable, CaseIterable {
  case llama, mistral, qwen2, qwen3, smollm3, gemma, gemma2
  case gemma3 = "gemma3_text"
  case phi3, gpt2
  case gptNeoX = "gpt_neox"

  /// What GGUF calls it; Mistral is a Llama there.
  var ggufName: String {
    switch self {
    case .llama, .mistral: "llama"
    case .gemma3: "gemma3"
    case .gptNeoX: "gptneox"
    default: rawValue
    }
  }

  /// The family of GGUF's architecture.
  init?(ggufName: String) {
    guard let family = Self.allCases.first(where: { $0.ggufName == ggufName }) else { return nil }
    self = family
  }

  /// Gemma's normalisations store how much more than 1 their weights are.
  var storesWeightsAboveOne: Bool { [.gemma, .gemma2, .gemma3].contains(self) }

  /// Whether the head is the embedding where a configuration does not say (transformers' defaults).
  var tiesHeadByDefault: Bool {
    [.gemma, .gemma2, .gemma3, .gpt2, .smollm3].contains(self)
  }

  static let supported = allCases.map(\.rawValue).joined(separator: ", ")
}
