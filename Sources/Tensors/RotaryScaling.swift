#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the frequencies of a rotary embedding are changed for contexts longer than those a model was pretrained on.
public enum RotaryScaling: Sendable, Codable, Equatable {
  /// All divided by one factor (position interpolation, 2306.15595).
  case linear(factor: Double)
  /// A larger base for contexts longer than `original` tokens (NTK-aware scaling).
  case dynamic(factor: Double, original: Int)
  /// Low ones divided, high ones kept, those between mixed (Llama 3.1).
  case llama3(factor: Double, low: Double, high: Double, original: Int)
  case yarn(YaRN)
  /// Each divided by a factor of its own, by `long` ones in contexts longer than `original` tokens (LongRoPE, 2402.13753).
  case long(short: [Double], long: [Double], original: Int, attentionFactor: Double)
  /// Each divided by a factor of its own, as GGUF's `rope_freqs` states them.
  case factors([Double])

  /// YaRN (2309.00071): frequencies that turn often in the original context are kept, slow ones divided by the factor.
  public struct YaRN: Sendable, Codable, Equatable {
    public var factor: Double
    public var original: Int
    /// Turns in the original context from which a frequency is kept, and up to which it is divided.
    public var fastTurns, slowTurns: Double
    /// What queries and keys are multiplied by.
    public var attentionFactor: Double
    /// Whether the range between is widened to whole frequencies.
    public var isTruncated: Bool

    public init(
      factor: Double, original: Int, fastTurns: Double = 32, slowTurns: Double = 1,
      attentionFactor: Double? = nil, isTruncated: Bool = true
    ) {
      (self.factor, self.original) = (factor, original)
      (self.fastTurns, self.slowTurns) = (fastTurns, slowTurns)
      self.attentionFactor = attentionFactor ?? (factor > 1 ? 0.1 * log(factor) + 1 : 1)
      self.isTruncated = isTruncated
    }
  }

  /// How many tokens a context can hold by it, where it says so.
  public var stretchedLength: Int? {
    func times(_ factor: Double, _ original: Int) -> Int? {
      Int(exactly: (factor * Double(original)).rounded(.down))
    }
    switch self {
    case .dynamic(let factor, let original): return times(factor, original)
    case .yarn(let yarn): return times(yarn.factor, yarn.original)
    default: return nil
    }
  }

  /// A number for the law in force in a context of `length` tokens: where it differs, so do the angles.
  func law(forLength length: Int) -> Int {
    switch self {
    case .dynamic(_, let original): max(length, original)
    case .long(_, _, let original, _): length > original ? 1 : 0
    default: 0
    }
  }

  /// Whether a context that grows from `count` to `newCount` tokens is to be read anew, because what it holds was turned by
  /// other frequencies.
  ///
  /// Those of ``dynamic(factor:original:)`` change with every token, and its contexts are not read anew for it.
  public func isBroken(from count: Int, to newCount: Int) -> Bool {
    guard case .long = self, count > 0 else { return false }
    return law(forLength: count) != law(forLength: newCount)
  }

  /// The frequencies in a context of `length` tokens, and what cosines and sines are multiplied by.
  func scaled(
    _ plain: [Double], base: Double, width: Int, length: Int
  ) -> (frequencies: [Double], attentionFactor: Double) {
    switch self {
    case .linear(let factor): return (plain.map { $0 / factor }, 1)
    case .dynamic(let factor, let original):
      let stretch = factor * Double(max(length, original)) / Double(original) - (factor - 1)
      let base = base * pow(stretch, Double(width) / Double(width - 2))
      return (plain.indices.map { pow(base, -2 * Double($0) / Double(width)) }, 1)
    case .llama3(let factor, let low, let high, let original):
      return (
        plain.map { frequency in
          let turns = Double(original) * frequency / (2 * .pi)
          let kept = min(max((turns - low) / (high - low), 0), 1)
          return (1 - kept) * frequency / factor + kept * frequency
        }, 1
      )
    case .yarn(let yarn):
      return (yarn.scaled(plain, base: base, width: width), yarn.attentionFactor)
    case .long(let short, let long, let original, let attentionFactor):
      let factors = length > original ? long : short
      return (zip(plain, factors).map { $0 / $1 }, attentionFactor)
    case .factors(let factors): return (zip(plain, factors).map { $0 / $1 }, 1)
    }
  }

  /// What every frequency of a base is divided by in short contexts.
  public func divisors(base: Double, width: Int) -> [Double] {
    let plain = (0..<width / 2).map { pow(base, -2 * Double($0) / Double(width)) }
    return zip(plain, scaled(plain, base: base, width: width, length: 1).frequencies).map {
      $0 / $1
    }
  }

  /// What makes it impossible for a rotated width, in words; nil when it is sound.
  public func problem(width: Int) -> String? {
    let (numbers, lists): ([Double], [[Double]]) =
      switch self {
      case .linear(let factor): ([factor], [])
      case .dynamic(let factor, let original): ([factor, Double(original)], [])
      case .llama3(let factor, let low, let high, let original):
        ([factor, low, high - low, Double(original)], [])
      case .yarn(let yarn):
        ([yarn.factor, Double(yarn.original), yarn.slowTurns, yarn.fastTurns], [])
      case .long(let short, let long, let original, let attention):
        ([Double(original), attention], [short, long])
      case .factors(let factors): ([], [factors])
      }
    if !(numbers + lists.joined()).allSatisfy({ $0 > 0 && $0.isFinite }) {
      return "a rotary scaling needs positive numbers: \(self)"
    }
    return lists.first { $0.count != width / 2 }
      .map { "a rotary scaling has \($0.count) factors for \(width / 2) frequencies" }
  }
}

extension RotaryScaling.YaRN {
  fileprivate func scaled(_ plain: [Double], base: Double, width: Int) -> [Double] {
    /// The frequency, as an index with a fraction, that turns so often in the original context.
    func index(turning turns: Double) -> Double {
      Double(width) * log(Double(original) / (turns * 2 * .pi)) / (2 * log(base))
    }
    var (first, last) = (index(turning: fastTurns), index(turning: slowTurns))
    if isTruncated { (first, last) = (first.rounded(.down), last.rounded(.up)) }
    (first, last) = (max(first, 0), min(last, Double(width - 1)))
    if first == last { last += 0.001 }
    return plain.enumerated().map { index, frequency in
      let divided = min(max((Double(index) - first) / (last - first), 0), 1)
      return frequency / factor * divided + frequency * (1 - divided)
    }
  }
}
