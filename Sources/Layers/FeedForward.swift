import Tensors

/// A layer that works on each row alone: [..., width] -> [..., width].
public protocol RowLayer: Sendable {
  /// What the layer makes of `x`, added to `others` where there are any.
  func callAsFunction(_ x: Tensor, addedTo others: Tensor?) -> Tensor

  /// Whether rows are only multiplied by matrices, in the precision in force.
  var onlyMultiplies: Bool { get }
}

extension RowLayer {
  public var onlyMultiplies: Bool { false }

  public func callAsFunction(_ x: Tensor) -> Tensor { self(x, addedTo: nil) }
}

/// The block that works on each position alone.
public struct FeedForward: RowLayer {
  /// What stands between the two maps.
  public enum Kind: String, Sendable, Codable, Hashable {
    case gelu, geluExact, reluSquared
    /// Gated: silu(gate x) * up x (2002.05202).
    case swiGLU
    /// Gated: gelu(gate x) * up x by the tanh approximation (2002.05202), as in Gemma.
    case geGLU

    /// Whether there are two maps into the block, of which one opens and closes the other.
    public var isGated: Bool { self == .swiGLU || self == .geGLU }
  }

  private let kind: Kind
  private let gate: Linear?
  private let up, down: Linear

  /// Creates the block in `scope` under `up`, `down` and, when gated, `gate`.
  public init(
    _ kind: Kind, width: Int, hiddenWidth: Int, hasBias: Bool = false,
    outputInitializer: Initializer? = nil, in scope: ParameterScope
  ) throws {
    self.kind = kind
    gate =
      kind.isGated ? try Linear(width, hiddenWidth, hasBias: hasBias, in: scope / "gate") : nil
    up = try Linear(width, hiddenWidth, hasBias: hasBias, in: scope / "up")
    down = try Linear(
      hiddenWidth, width, hasBias: hasBias, initializer: outputInitializer, in: scope / "down")
  }

  public var onlyMultiplies: Bool { up.multipliesAsTold && gate?.multipliesAsTold ?? true }

  /// [..., width] -> [..., width].
  public func callAsFunction(_ x: Tensor, addedTo others: Tensor?) -> Tensor {
    let isMultiplied = down.multipliesAsTold
    let hidden: Tensor =
      switch kind {
      case .gelu: up(x).activated(by: .gelu, isMultiplied: isMultiplied)
      case .geluExact: up(x).activated(by: .geluExact, isMultiplied: isMultiplied)
      case .reluSquared: up(x).activated(by: .reluSquared, isMultiplied: isMultiplied)
      case .swiGLU: .swiGLU(gate: gate!(x), up: up(x), isMultiplied: isMultiplied)
      case .geGLU: gate!(x).activated(by: .gelu) * up(x)
      }
    return down(hidden, addedTo: others)
  }
}
