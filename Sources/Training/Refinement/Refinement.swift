/// Which passages of a pretraining set are worth a small model's tokens.
///
/// What repeats, what is mere memory work (names and numbers), and what is noise: text that the model
/// finds hard whether it knows what stood before or not, far harder than the rest.
public struct Refinement: Sendable, Codable, Equatable {
  /// Why a passage is dropped.
  public enum Reason: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    case repeated
    case memoryWork = "memory work"
    case noise
  }

  /// Dropped as memory work when more of the loss falls on names and numbers.
  public let mostNamesAndNumbers: Float
  /// Dropped as noise at more bits per byte, alone and in context.
  public let mostBits: Float
  /// The usual bits per byte.
  public let medianBits: Float

  /// Finds out from all scores what is usual.
  ///
  /// Noise stands `deviations` above the median. The spread is measured below the median, because what
  /// is to be dropped would widen it above.
  public init(
    scores: [RefinementScore], mostNamesAndNumbers: Float = 0.5, deviations: Float = 4
  ) {
    self.mostNamesAndNumbers = mostNamesAndNumbers
    let bits = Self.sortedBits(scores, mostNamesAndNumbers)
    medianBits = bits.isEmpty ? 0 : bits[bits.count / 2]
    let lower = bits.isEmpty ? 0 : bits[bits.count / 4]
    // The quartiles of a normal distribution lie 0.6745 deviations from its median.
    mostBits = medianBits + deviations * (medianBits - lower) / 0.6745
  }

  /// Takes for noise whatever is hardest, so that `share` of the bytes of the whole set are kept.
  ///
  /// Where repetitions and memory work are more than may be dropped, nothing else is.
  public init(
    scores: [RefinementScore], bytes: [Int], totalBytes: Int, keeping share: Double,
    mostNamesAndNumbers: Float = 0.5
  ) {
    self.mostNamesAndNumbers = mostNamesAndNumbers
    let bits = Self.sortedBits(scores, mostNamesAndNumbers)
    medianBits = bits.isEmpty ? 0 : bits[bits.count / 2]
    var left = Double(totalBytes) * share
    var most: Float = 0
    let kept = zip(scores, bytes).filter { $0.0.namesAndNumbers <= mostNamesAndNumbers }
    for (score, size) in kept.sorted(by: { $0.0.leastBits < $1.0.leastBits }) {
      left -= Double(size)
      if left < 0 { break }
      most = score.leastBits
    }
    mostBits = most
  }

  /// Why a passage is dropped; nil when it is kept.
  public func reason(against score: RefinementScore) -> Reason? {
    if score.namesAndNumbers > mostNamesAndNumbers { return .memoryWork }
    return score.leastBits > mostBits ? .noise : nil
  }

  private static func sortedBits(_ scores: [RefinementScore], _ most: Float) -> [Float] {
    scores.filter { $0.namesAndNumbers <= most }.map(\.leastBits).sorted()
  }
}
