import Tensors

/// A feed-forward block of several levels that learn at different paces (the continuum memory system, 2512.24695).
///
/// What a level computes is a feed-forward block's; that it changes once in `period` steps, by all that it should have
/// changed in between, is the business of what changes it: see ``Form/periods``.
public struct ContinuumMemory: RowLayer {
  /// How the levels stand to each other.
  public enum Arrangement: String, Sendable, Codable, CaseIterable {
    /// Each works on what those before it left, the fastest first: x + MLP_1(x), and so on.
    case sequential
    /// All work on the same rows, and what they give is added up.
    case headwise
  }

  /// The levels.
  public struct Form: Sendable, Codable, Hashable {
    /// After how many steps each level changes, the fastest first.
    public var periods: [Int]
    public var arrangement: Arrangement

    public init(periods: [Int] = [1, 4, 16], arrangement: Arrangement = .sequential) {
      self.periods = periods
      self.arrangement = arrangement
    }
  }

  private let form: Form
  private let levels: [FeedForward]

  /// Creates the levels in `scope` under `levels` and their numbers; between them they have `hiddenWidth`.
  public init(
    _ form: Form, _ kind: FeedForward.Kind, width: Int, hiddenWidth: Int, hasBias: Bool = false,
    outputInitializer: Initializer? = nil, in scope: ParameterScope
  ) throws {
    self.form = form
    let count = form.periods.count
    levels = try (0..<count).map { level in
      // The first levels have what does not divide evenly.
      try FeedForward(
        kind, width: width, hiddenWidth: (hiddenWidth + count - 1 - level) / count,
        hasBias: hasBias, outputInitializer: outputInitializer,
        in: scope / Self.folder / level)
    }
  }

  /// [..., width] -> [..., width].
  public func callAsFunction(_ x: Tensor, addedTo others: Tensor?) -> Tensor {
    var sum = levels[0](x)
    for level in levels.dropFirst() {
      switch form.arrangement {
      case .sequential: sum = level((x + sum).rmsNormalized(epsilon: 1e-6), addedTo: sum)
      case .headwise: sum = level(x, addedTo: sum)
      }
    }
    return others.map { $0 + sum } ?? sum
  }

  /// The level that the parameter at `path` belongs to; nil where it belongs to none.
  public static func level(ofPath path: String) -> Int? {
    let parts = path.split(separator: ".")
    guard let folder = parts.lastIndex(of: Self.folder[...]), folder + 1 < parts.count else {
      return nil
    }
    return Int(parts[folder + 1])
  }

  private static let folder = "levels"
}
