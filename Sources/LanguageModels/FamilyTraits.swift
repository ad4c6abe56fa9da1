import Tensors

/// What a published family of models does otherwise than the common transformer.
///
/// What is nil, empty or false is as in the Llama family. Sources are the papers named and the families' published
/// configurations.
public struct FamilyTraits: Sendable, Codable, Equatable {
  /// How a block's parts are put together.
  public enum Block: String, Sendable, Codable {
    /// Attention and then the feed-forward block, each of what is normalised.
    case sequential
    /// What each gives is normalised as well before it is added (Gemma 2, 2408.00118).
    case sandwiched
    /// Both read the same state (GPT-J; GPT-NeoX, 2204.06745).
    case parallel
  }

  /// What a layer's attention sees, and how.
  public enum Layer: String, Sendable, Codable {
    case full
    /// The last ``window`` tokens only.
    case sliding
    /// Everything, by its content alone: nothing rotates (NoPE, 2305.19466; SmolLM 3).
    case unrotated
  }

  /// The width of a head where it is not the model's divided by the number of heads.
  public var headWidth: Int?
  /// What products of queries and keys are multiplied by; nil is 1 / sqrt(headWidth).
  public var attentionScale: Float?
  /// The bound of attention's scores; nil is none.
  public var attentionSoftcap: Float?
  /// Whether queries and keys are normalised with weights, head by head, before they rotate (Qwen 3, Gemma 3).
  public var weighsKeys: Bool?
  /// Biases of queries, keys and values (Qwen 2), of attention's output, and of the feed-forward block, where the model as a
  /// whole has none.
  public var hasKeyBias, hasOutputBias, hasFeedForwardBias: Bool?
  public var block: Block?
  /// What embeddings are multiplied by (Gemma: the root of the width).
  public var embeddingScale: Float?
  /// How much of a head rotates (GPT-NeoX: a quarter).
  public var rotaryWidth: Int?
  public var rotaryScaling: RotaryScaling?
  /// The base of sliding layers' rotation, which is not scaled (Gemma 3); nil is that of all.
  public var slidingRotaryBase: Float?
  /// How many tokens sliding layers see.
  public var window: Int?
  /// The kind of every layer; nil is full attention in all.
  public var layers: [Layer]?

  public init() {}

  /// What makes it impossible for a model of `layerCount` layers, in words; nil when it is sound.
  func problem(layerCount: Int, headWidth: Int) -> String? {
    if let given = self.headWidth, !(1...4096).contains(given) {
      return "headWidth is \(given), expected 1 to 4096"
    }
    for (name, value) in [
      ("attentionScale", attentionScale), ("attentionSoftcap", attentionSoftcap),
      ("embeddingScale", embeddingScale), ("slidingRotaryBase", slidingRotaryBase),
    ] {
      if let value, !(value > 0 && value.isFinite) {
        return "\(name) is \(value), expected a positive number, or none"
      }
    }
    if let window, !(1...(1 << 30)).contains(window) { return "window is \(window)" }
    if let layers {
      if layers.count != layerCount {
        return "kinds of \(layers.count) layers for \(layerCount) of them"
      }
      if layers.contains(.sliding), window == nil {
        return "layers see a window of tokens, but its length is not given"
      }
    }
    let rotated = rotaryWidth ?? headWidth
    if !(2...max(headWidth, 2)).contains(rotated) || rotated % 2 != 0 {
      return "\(rotated) of heads of width \(headWidth) cannot rotate"
    }
    return rotaryScaling?.problem(width: rotated)
  }
}
