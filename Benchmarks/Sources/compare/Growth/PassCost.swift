import LanguageModels

/// Operations of a pass by formula: two for each number that is multiplied and added.
struct PassCost {
  private let configuration: TransformerConfiguration
  /// Weights that every token is multiplied by, those of the head among them.
  private let weights: Int

  init(_ configuration: TransformerConfiguration, weights: Int) {
    (self.configuration, self.weights) = (configuration, weights)
  }

  /// For each token of a sequence of `length`, forward and backward.
  ///
  /// Every product forward is two backward. Of an indexer, choosing has no backward pass; its lesson, over the keys that attention
  /// sees, needs attention's scores and its own once more, and two products of its own backward.
  func training(_ length: Int) -> Double {
    let lesson =
      indexWidth == 0 ? 0 : seen(length) * (2 * width + 6 * indexWidth) * layers
    return 6 * Double(weights) + 3 * attention(length) + choosing(length) + lesson
  }

  /// For each token of a prompt of `length`; the head is asked once.
  func reading(_ length: Int) -> Double {
    let head = Double(configuration.vocabularySize * configuration.width)
    return 2 * (Double(weights) - head + head / Double(length)) + attention(length)
      + choosing(length)
  }

  /// Scores and sums over the keys that a token sees.
  private func attention(_ length: Int) -> Double { 4 * width * seen(length) * layers }

  /// Scores of all keys up to a token's own; none where nothing is left out.
  private func choosing(_ length: Int) -> Double {
    guard let indexer = configuration.indexer, length > indexer.kept else { return 0 }
    return 2 * indexWidth * Double(length + 1) / 2 * layers
  }

  /// The keys that attention is computed for, in the mean over all tokens.
  private func seen(_ length: Int) -> Double {
    let all = Double(length)
    guard let kept = configuration.indexer.map({ Double($0.kept) }), kept < all else {
      return (all + 1) / 2
    }
    return (kept * (kept + 1) / 2 + (all - kept) * kept) / all
  }

  private var layers: Double { Double(configuration.layerCount) }
  private var width: Double { Double(configuration.headCount * configuration.headWidth) }
  private var indexWidth: Double {
    Double((configuration.indexer?.heads ?? 0) * configuration.headWidth)
  }
}
