import Tensors

/// Something that answers keys with values, and learns the answers by being written to.
///
/// A layer's memory of a sequence is one, a momentum is one, and so is what a night leaves (Behrouz et al., "Nested
/// Learning", 2512.24695). They differ in what a write does to them, in how much of it they learn, which is a part of what is
/// written, and in how often they are written to.
public protocol AssociativeMemory {
  /// What is written at once.
  associatedtype Association

  /// How often it is written to.
  var period: MemoryPeriod { get }

  /// What it answers `keys` with: [..., keyWidth] -> [..., valueWidth].
  func read(_ keys: Tensor) -> Tensor

  /// Learns an association.
  mutating func write(_ association: Association)
}

/// How often a memory is written to, the most often first.
public enum MemoryPeriod: Sendable, Hashable, CustomStringConvertible {
  /// Once in so many tokens of a sequence.
  case tokens(Int)
  /// Once in so many steps of an optimizer.
  case steps(Int)
  /// When something was said or read.
  case turn
  /// When an individual sleeps.
  case sleep
  /// When several nights become one memory.
  case season
  case never

  public var description: String {
    switch self {
    case .tokens(let count): count == 1 ? "every token" : "every \(count) tokens"
    case .steps(let count):
      count == 1 ? "every step of training" : "every \(count) steps of training"
    case .turn: "every turn"
    case .sleep: "every sleep"
    case .season: "every season"
    case .never: "never"
    }
  }
}

/// Linear memories, one for every sequence and head: a key is answered with M^T k.
public struct LinearMemory: AssociativeMemory {
  public private(set) var matrices: MemoryMatrices
  public let rule: MemoryRule

  public init(_ matrices: MemoryMatrices, rule: MemoryRule) {
    self.matrices = matrices
    self.rule = rule
  }

  public var period: MemoryPeriod { .tokens(1) }

  /// [batch, time, heads, keyWidth] -> [batch, time, heads, valueWidth].
  public func read(_ keys: Tensor) -> Tensor { keys.headwiseProduct(matrices.memory) }

  /// Learns the steps one after another.
  public mutating func write(_ steps: MemorySteps) { _ = writing(steps) }

  /// The same; returns what the queries were answered with, each after its own step.
  public mutating func writing(_ steps: MemorySteps) -> Tensor {
    let (read, matrices) = Tensor.linearMemory(steps, from: matrices, rule: rule)
    self.matrices = matrices
    return read
  }
}
