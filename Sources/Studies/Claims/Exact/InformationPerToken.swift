import Individuals
import LanguageModels
import Training

/// How much a core keeps of a token in its weights, and how much in its cache.
public struct InformationPerToken: Study {
  /// Of the model that the claim is about.
  package var parameters = 70e9

  public init() {}

  public let name = "information-per-token"
  public let claim = Claim(
    "A cache holds 35 million times as much of a token as the weights do",
    words:
      "if you look at the 70B model, that would be the equivalent of 0.07 bits per token [...] whereas if you look at the KV cache "
      + "[...] it's like 320 kilobytes. So that's a 35 million fold difference in how much information per token is assimilated by "
      + "the model", place: "004, 17:52",
    published: [
      "Llama 3 70B: 80 layers, 8 key-value heads of 128 numbers, 15 trillion tokens of pretraining (2407.21783).",
      "What a parameter holds of its training data is about 3.6 bits (2505.24832), not 16.",
    ])
  public let setup = """
    Bits of weights divided by tokens of pretraining, against the bytes that a cache grows by with a token, for the claim's model \
    (from its published sizes) and for the package's own core (from its file). This is storage: at 3.6 bits a parameter, which \
    is what models have been found to hold of their texts, the weights' share is a quarter of it.
    """

  /// Sizes of a model.
  private struct Sizes {
    var name: String
    var parameters, tokens: Double
    /// Of 16 bits each.
    var cachedNumbers: Int

    var bitsInWeights: Double { parameters * 16 / tokens }
    var bitsHeld: Double { parameters * 3.6 / tokens }
    var cachedBytes: Double { Double(cachedNumbers) * 2 }
    var ratio: Double { cachedBytes * 8 / bitsInWeights }
  }

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let llama = Sizes(
      name: "Llama 3 70B", parameters: parameters, tokens: 15e12, cachedNumbers: 80 * 8 * 128 * 2)
    let core = try LanguageModel.open(DefaultCore.folder)
    let shape = core.model.configuration
    let own = Sizes(
      name: "the package's core", parameters: Double(core.model.parameters.count),
      tokens: Double(core.pretrainingTokens ?? 0),
      cachedNumbers: shape.layerCount * shape.keyHeadCount * (shape.width / shape.headCount) * 2)
    let table = ReportTable(
      "a token's share, in 16-bit numbers",
      [
        .text("model"), .number("bits in the weights"), .number("of them held, at 3.6 bits"),
        .number("bytes in the cache"), .number("cache / weights"),
      ],
      rows: [llama, own].map { sizes in
        [
          .init(sizes.name), .number([sizes.bitsInWeights]), .number([sizes.bitsHeld]),
          .number([sizes.cachedBytes]), .number([sizes.ratio]),
        ]
      })
    return StudyOutcome(
      [
        Finding("bits of weights a token", llama.bitsInWeights, .near(0.0747, within: 5e-5)),
        Finding("bytes of cache a token", llama.cachedBytes, .near(327_680, within: 0)),
        Finding("cache / weights, in millions", llama.ratio / 1e6, .near(35.1, within: 0.05)),
        Finding("held at 3.6 bits a parameter", llama.bitsHeld, .near(0.0168, within: 5e-5)),
      ], [.table(table)])
  }
}
