import Layers

/// The kinds of core that can be trained from nothing; one dial, the depth, sets the size of each.
public enum CoreArchitecture: String, Sendable, Codable, CaseIterable {
  /// nanochat's transformer: ReLU^2, normalised queries and keys.
  case gpt
  /// The Llama family's transformer: SwiGLU, weighted normalisations.
  case llama
  /// Gated DeltaNet (2412.06464): a matrix a head, written to by the delta rule.
  case delta
  /// Titans' neural memory (2501.00663): a network of two layers a head, written to with momentum.
  case titans
  /// HOPE (2512.24695): memories that decide what is written to them, and feed-forward blocks of three paces.
  case hope
  /// HOPE with attention in place of its memories.
  case hopeAttention = "hope-attention"
  /// The transformer with attention to a few keys only, which an indexer chooses (DeepSeek-V3.2).
  case sparse

  /// A core of `depth` blocks and 64 times the width, its heads 64 wide.
  ///
  /// `querySharpness` is attention's alone.
  public func configuration(
    depth: Int, vocabularySize: Int, contextLength: Int, querySharpness: Float? = nil,
    convolutionTaps: Int? = nil
  ) -> TransformerConfiguration {
    var configuration = TransformerConfiguration.gpt(
      depth: depth, vocabularySize: vocabularySize, contextLength: contextLength,
      querySharpness: querySharpness, convolutionTaps: convolutionTaps)
    switch self {
    case .gpt: break
    case .llama:
      // Three matrices of 8/3 of the width are as large as two of four times the width.
      configuration = .llama(
        vocabularySize: vocabularySize, contextLength: contextLength, width: 64 * depth,
        layerCount: depth, headCount: depth, keyHeadCount: depth,
        hiddenWidth: (64 * depth * 8 / 3 + 15) / 16 * 16, pairing: .halves, tiesHead: false)
      configuration.convolutionTaps = convolutionTaps
    case .delta: configuration.memory = .linear(.gatedDelta)
    case .titans: configuration.memory = .titans(.init())
    case .hope:
      configuration.memory = .selfModifying(.init())
      configuration.continuum = .init()
    case .hopeAttention: configuration.continuum = .init()
    case .sparse: configuration.indexer = .init()
    }
    if configuration.memory != nil { configuration.querySharpness = nil }
    return configuration
  }
}
