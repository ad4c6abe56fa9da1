import Layers
import Tensors

/// Attention or what stands in its place, then the feed-forward block, each added to the residual stream after a normalisation,
/// or as its family puts them together.
struct Block: Sendable {
  /// Where a block has short convolutions: on what attention and the feed-forward block read.
  enum Convolved: Int, CaseIterable {
    case attention, feedForward
  }

  private let attentionConvolution, feedForwardConvolution: ShortConvolution?
  private let attentionNormalization, feedForwardNormalization: Normalization
  /// Of what attention and the feed-forward block give, where that is normalised.
  private let attentionOutputNormalization, feedForwardOutputNormalization: Normalization?
  private let isParallel: Bool
  private let mixer: Mixer
  private let feedForward: any RowLayer

  /// What carries something from one row to another.
  private enum Mixer {
    case attention(Attention, LightningIndexer?)
    case memory(any RecurrentLayer)

    /// Whether what it reads is only multiplied by matrices, in the precision in force.
    var onlyMultiplies: Bool {
      guard case .attention(let attention, nil) = self else { return false }
      return attention.onlyMultiplies
    }
  }

  init(_ configuration: TransformerConfiguration, layer: Int, in scope: ParameterScope) throws {
    let width = configuration.width
    let family = configuration.family ?? FamilyTraits()
    isParallel = family.block == .parallel
    func normalization(_ name: String) throws -> Normalization {
      try Normalization(
        configuration.normalization, width: width, epsilon: configuration.epsilon,
        in: scope / name)
    }
    func convolution(_ name: String) throws -> ShortConvolution? {
      try configuration.convolutionTaps.map {
        try ShortConvolution(count: $0, width: width, in: scope / name)
      }
    }
    attentionConvolution = try convolution("attentionConvolution")
    feedForwardConvolution = try convolution("feedForwardConvolution")
    attentionNormalization = try normalization("attentionNormalization")
    // Both maps into the residual stream start at zero: at first every block is the identity.
    if let memory = configuration.memory {
      mixer = .memory(
        try memory.layer(
          width: width, heads: configuration.headCount, outputInitializer: .constant(0),
          in: scope / "memory"))
    } else {
      mixer = .attention(
        try Attention(
          AttentionGeometry(
            width: width, headCount: configuration.headCount,
            keyHeadCount: configuration.keyHeadCount, headWidth: family.headWidth),
          configuration.attentionForm(ofLayer: layer),
          normalization: configuration.keyNormalization,
          hasBias: family.hasKeyBias ?? configuration.hasBias,
          hasOutputBias: family.hasOutputBias ?? configuration.hasBias,
          takesSlots: configuration.indexer == nil, outputInitializer: .constant(0),
          in: scope / "attention"),
        try configuration.indexer.map {
          try LightningIndexer(
            $0, width: width, headWidth: configuration.headWidth, in: scope / "indexer")
        })
    }
    feedForwardNormalization = try normalization("feedForwardNormalization")
    let isSandwiched = family.block == .sandwiched
    attentionOutputNormalization =
      isSandwiched ? try normalization("attentionOutputNormalization") : nil
    feedForwardOutputNormalization =
      isSandwiched ? try normalization("feedForwardOutputNormalization") : nil
    let hasBias = family.hasFeedForwardBias ?? configuration.hasBias
    if let continuum = configuration.continuum {
      feedForward = try ContinuumMemory(
        continuum, configuration.feedForward, width: width, hiddenWidth: configuration.hiddenWidth,
        hasBias: hasBias, outputInitializer: .constant(0), in: scope / "feedForward")
    } else {
      feedForward = try FeedForward(
        configuration.feedForward, width: width, hiddenWidth: configuration.hiddenWidth,
        hasBias: hasBias, outputInitializer: .constant(0), in: scope / "feedForward")
    }
  }

  func callAsFunction(
    _ x: Tensor, layer: Int, rotary: (table: RotaryTable, positions: Tensor)?,
    in context: any PassContext
  ) -> Tensor {
    func convolved(
      _ x: Tensor, by convolution: ShortConvolution?, _ place: Convolved
    ) -> Tensor {
      convolution.map { context.convolve(x, by: $0, layer: layer, place) } ?? x
    }
    let read = convolved(
      attentionNormalization(x, isMultiplied: attentionConvolution == nil && mixer.onlyMultiplies),
      by: attentionConvolution, .attention)
    // What is normalised before it is added, is added afterwards.
    func added(
      to stream: Tensor, behind normalization: Normalization?, _ make: (_ stream: Tensor?) -> Tensor
    ) -> Tensor {
      normalization.map { stream + $0(make(nil)) } ?? make(stream)
    }
    let after = added(to: x, behind: attentionOutputNormalization) { stream in
      switch mixer {
      case .attention(let attention, let indexer):
        return attention(read, rotary: rotary, addedTo: stream) { queries, keys, values, slots in
          context.attend(
            layer: layer,
            AttentionRows(
              queries: queries, keys: keys, values: values, slots: slots, form: attention.form),
            index: indexer.map { ($0(read, rotary: rotary), $0.form.kept) })
        }
      case .memory(let memory):
        let made = context.remember(read, by: memory, layer: layer)
        return stream.map { $0 + made } ?? made
      }
    }
    let normalized = feedForwardNormalization(
      isParallel ? x : after,
      isMultiplied: feedForwardConvolution == nil && feedForward.onlyMultiplies)
    let taken = convolved(normalized, by: feedForwardConvolution, .feedForward)
    return added(to: after, behind: feedForwardOutputNormalization) {
      feedForward(taken, addedTo: $0)
    }
  }
}

extension TransformerConfiguration {
  /// What the queries of a layer see.
  func attentionForm(ofLayer layer: Int) -> AttentionForm {
    guard let family else { return AttentionForm() }
    let isSliding = family.layers?[layer] == .sliding
    return AttentionForm(
      scale: family.attentionScale, window: isSliding ? family.window : nil,
      softcap: family.attentionSoftcap ?? 0)
  }

  var keyNormalization: KeyNormalization {
    if family?.weighsKeys == true { return .weighted(epsilon: epsilon) }
    return normalizesKeys ? .plain(sharpness: querySharpness ?? 1) : .none
  }
}

/// The tables by which the layers of a model rotate.
struct Rotations: Sendable {
  private let common, sliding: RotaryTable
  private let layers: [FamilyTraits.Layer]

  init(_ configuration: TransformerConfiguration, base: Float, _ pairing: RotaryTable.Pairing) {
    let family = configuration.family
    let width = family?.rotaryWidth ?? configuration.headWidth
    common = RotaryTable(
      positions: configuration.contextLength, width: width, base: base, pairing: pairing,
      scaling: family?.rotaryScaling)
    sliding =
      family?.slidingRotaryBase.map {
        RotaryTable(
          positions: configuration.contextLength, width: width, base: $0, pairing: pairing)
      } ?? common
    layers = family?.layers ?? []
  }

  /// The table of a layer; nil where it does not rotate.
  subscript(layer: Int) -> RotaryTable? {
    guard layer < layers.count else { return common }
    switch layers[layer] {
    case .full: return common
    case .sliding: return sliding
    case .unrotated: return nil
    }
  }
}
