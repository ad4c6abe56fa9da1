import Layers
import Tensors

/// Everything that fixes the shape of a decoder-only transformer; stored beside its weights as JSON.
public struct TransformerConfiguration: Sendable, Codable, Equatable {
  /// How a position makes itself known.
  public enum Positions: Sendable, Codable, Equatable {
    /// A trained vector per position, added to the embedding (GPT-2).
    case learned
    /// Rotation of queries and keys (2104.09864).
    case rotary(base: Float, pairing: RotaryTable.Pairing)
  }

  public var vocabularySize: Int
  /// The longest context, in tokens.
  public var contextLength: Int
  public var width: Int
  public var layerCount: Int
  public var headCount: Int
  public var keyHeadCount: Int
  /// The width inside the feed-forward block.
  public var hiddenWidth: Int
  public var normalization: NormalizationKind
  public var epsilon: Float
  public var positions: Positions
  public var feedForward: FeedForward.Kind
  /// Whether queries and keys are divided by their root mean square.
  public var normalizesKeys: Bool
  /// What normalised queries are multiplied by: with heads of width d the logits of attention reach from
  /// -sqrt(d) to sqrt(d) times as far; nil is 1.
  public var querySharpness: Float?
  /// Whether the embedding is normalised before the first block.
  public var normalizesEmbedding: Bool
  public var hasBias: Bool
  /// Whether the output head is the embedding table.
  public var tiesHead: Bool
  /// Logits are squashed to within this bound by tanh; 0 leaves them as they are.
  public var softcap: Float
  /// What stands in attention's place; nil is attention.
  public var memory: SequenceMemory?
  /// The levels of the feed-forward blocks; nil is one that changes with every step.
  public var continuum: ContinuumMemory.Form?
  /// What chooses the keys that attention is computed for; nil where it is computed for all.
  public var indexer: LightningIndexer.Form?
  /// How many rows the short convolutions before attention and feed-forward mix, their own among them; nil
  /// where there are none.
  public var convolutionTaps: Int?
  /// What a published family does otherwise; nil is nothing.
  public var family: FamilyTraits?

  public var headWidth: Int { family?.headWidth ?? width / headCount }

  /// nanochat's shape, everything set by one dial: rotary, QK norm, ReLU^2, untied head.
  ///
  /// Width is 64 * depth, heads are 64 wide; `convolutionTaps` adds short convolutions to it.
  public static func gpt(
    depth: Int, vocabularySize: Int, contextLength: Int, querySharpness: Float? = nil,
    convolutionTaps: Int? = nil
  ) -> TransformerConfiguration {
    TransformerConfiguration(
      vocabularySize: vocabularySize, contextLength: contextLength, width: 64 * depth,
      layerCount: depth, headCount: depth, keyHeadCount: depth, hiddenWidth: 256 * depth,
      normalization: .plainRMS, epsilon: 1e-6, positions: .rotary(base: 10_000, pairing: .halves),
      feedForward: .reluSquared, normalizesKeys: true, querySharpness: querySharpness,
      normalizesEmbedding: true, hasBias: false, tiesHead: false, softcap: 15,
      convolutionTaps: convolutionTaps)
  }

  /// GPT-2's shape (Radford et al. 2019): LayerNorm, learned positions, GELU, biases, tied head.
  public static func gpt2(
    vocabularySize: Int, contextLength: Int, width: Int, layerCount: Int, headCount: Int,
    tiesHead: Bool = true
  ) -> TransformerConfiguration {
    TransformerConfiguration(
      vocabularySize: vocabularySize, contextLength: contextLength, width: width,
      layerCount: layerCount, headCount: headCount, keyHeadCount: headCount,
      hiddenWidth: 4 * width, normalization: .layer, epsilon: 1e-5, positions: .learned,
      feedForward: .gelu, normalizesKeys: false, normalizesEmbedding: false, hasBias: true,
      tiesHead: tiesHead, softcap: 0)
  }

  /// The Llama family's shape (2302.13971): RMSNorm, rotary, SwiGLU, grouped heads.
  public static func llama(
    vocabularySize: Int, contextLength: Int, width: Int, layerCount: Int, headCount: Int,
    keyHeadCount: Int, hiddenWidth: Int, epsilon: Float = 1e-5, rotaryBase: Float = 10_000,
    pairing: RotaryTable.Pairing, tiesHead: Bool
  ) -> TransformerConfiguration {
    TransformerConfiguration(
      vocabularySize: vocabularySize, contextLength: contextLength, width: width,
      layerCount: layerCount, headCount: headCount, keyHeadCount: keyHeadCount,
      hiddenWidth: hiddenWidth, normalization: .rms, epsilon: epsilon,
      positions: .rotary(base: rotaryBase, pairing: pairing), feedForward: .swiGLU,
      normalizesKeys: false, normalizesEmbedding: false, hasBias: false, tiesHead: tiesHead,
      softcap: 0)
  }

  /// Bytes that one token of context occupies in a ``WorkingMemory``, in float32; 0 where it is of one size.
  public var cacheBytesPerToken: Int {
    guard memory == nil else { return 0 }
    let keysAndValues = 2 * keyHeadCount * headWidth
    let convolved = convolutionTaps == nil ? 0 : Block.Convolved.allCases.count * width
    let indexed = indexer == nil ? 0 : headWidth
    return layerCount * (keysAndValues + convolved + indexed) * MemoryLayout<Float>.size
  }

  /// What makes the configuration impossible, in words; nil when it is sound.
  public var problem: String? {
    let extents = [
      ("vocabularySize", vocabularySize, 1 << 22), ("contextLength", contextLength, 1 << 24),
      ("width", width, 1 << 18), ("layerCount", layerCount, 1 << 12),
      ("headCount", headCount, 1 << 12), ("keyHeadCount", keyHeadCount, 1 << 12),
      ("hiddenWidth", hiddenWidth, 1 << 20),
    ]
    for (name, value, limit) in extents where value < 1 || value > limit {
      return "\(name) is \(value), expected 1 to \(limit)"
    }
    if family?.headWidth == nil, width % headCount != 0 {
      return "width \(width) is not a multiple of headCount \(headCount)"
    }
    if headCount % keyHeadCount != 0 {
      return "headCount \(headCount) is not a multiple of keyHeadCount \(keyHeadCount)"
    }
    if case .rotary(let base, _) = positions {
      if family?.rotaryWidth == nil, headWidth % 2 != 0 {
        return "heads of odd width \(headWidth) cannot rotate"
      }
      if !(base > 0 && base.isFinite) {
        return "rotary base is \(base), expected a positive number"
      }
    }
    if let convolutionTaps, !(2...64).contains(convolutionTaps) {
      return "convolutionTaps is \(convolutionTaps), expected 2 to 64, or none"
    }
    if let querySharpness, !(querySharpness > 0 && querySharpness.isFinite) {
      return "querySharpness is \(querySharpness), expected a positive number, or none"
    }
    if let indexer {
      for (name, value) in [("heads", indexer.heads), ("kept", indexer.kept)] {
        if !(1...65_536).contains(value) {
          return "indexer.\(name) is \(value), expected 1 to 65536"
        }
      }
      if memory != nil {
        return "an indexer has nothing to choose where memories stand for attention"
      }
    }
    if let problem = memory?.problem ?? continuum?.problem { return problem }
    if let problem = family?.problem(layerCount: layerCount, headWidth: headWidth) {
      return problem
    }
    if !(epsilon > 0 && epsilon < 1) { return "epsilon is \(epsilon), expected 0 to 1" }
    if !(softcap >= 0 && softcap.isFinite) { return "softcap is \(softcap), expected 0 or more" }
    return nil
  }
}
