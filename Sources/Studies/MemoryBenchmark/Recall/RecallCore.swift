import LanguageModels
import Layers

/// The cores whose recall is compared: two blocks that differ in what carries something from token to token.
public enum RecallCore: String, Sendable, Codable, CaseIterable {
  case attention
  case sparse
  case hebbian
  case gatedHebbian = "gated-hebbian"
  case delta
  case gatedDelta = "gated-delta"
  case titansLinear = "titans-linear"
  case titans
  case hopeStatic = "hope-static"
  case hope
  case hopeAttention = "hope-attention"

  public var title: String {
    switch self {
    case .attention: "attention"
    case .sparse: "attention to 16 tokens that an indexer chooses"
    case .hebbian: "Hebbian"
    case .gatedHebbian: "Hebbian, gated"
    case .delta: "delta rule"
    case .gatedDelta: "delta rule, gated"
    case .titansLinear: "Titans, depth 1"
    case .titans: "Titans, depth 2"
    case .hopeStatic: "HOPE that does not modify itself"
    case .hope: "HOPE"
    case .hopeAttention: "HOPE with attention"
    }
  }

  /// Two blocks of `width`, with heads as many.
  public func configuration(
    width: Int, heads: Int, vocabularySize: Int, length: Int
  ) -> TransformerConfiguration {
    var configuration = TransformerConfiguration.gpt(
      depth: 2, vocabularySize: vocabularySize, contextLength: length, convolutionTaps: 4)
    configuration.width = width
    configuration.headCount = heads
    configuration.keyHeadCount = heads
    configuration.hiddenWidth = 4 * width
    configuration.memory =
      switch self {
      case .attention, .sparse, .hopeAttention: nil
      case .hebbian: .linear(.hebbian)
      case .gatedHebbian: .linear(.gatedHebbian)
      case .delta: .linear(.delta)
      case .gatedDelta: .linear(.gatedDelta)
      case .titansLinear: .titans(.init(depth: 1))
      case .titans: .titans(.init())
      case .hopeStatic: .selfModifying(.init(modifiesItself: false))
      case .hope: .selfModifying(.init())
      }
    if self == .sparse { configuration.indexer = .init(kept: 16) }
    if self == .hope || self == .hopeStatic || self == .hopeAttention {
      configuration.continuum = .init(periods: [1, 1, 1])
    }
    return configuration
  }
}
