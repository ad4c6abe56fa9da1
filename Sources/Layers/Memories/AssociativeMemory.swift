import Tensors

/// Something that answers keys with values, and learns the answers by being written to.
///
/// A linear memory of a sequence is one, the momentum of an optimizer is one, and the levels of a continuum are
/// (Nested Learning, 2512.24695): they differ in what a write does, how much of it, and how often.
public protocol AssociativeMemory {
  /// What `keys` call up: [..., keyWidth] -> [..., valueWidth].
  func read(_ keys: Tensor) -> Tensor

  /// Makes the memory answer `keys` more as `values` say; with a rate of 0 it stays what it is.
  mutating func write(_ values: Tensor, at keys: Tensor, rate: Float)
}

/// A memory that collects what is written to it and takes it up at once, every `period` writes.
///
/// Between, it answers as before: with a longer period it changes more slowly (the levels of the continuum memory
/// system, 2512.24695).
public struct PeriodicMemory<Memory: AssociativeMemory>: AssociativeMemory {
  public private(set) var memory: Memory
  public let period: Int
  private var waiting: [(values: Tensor, keys: Tensor, rate: Float)] = []

  /// - Precondition: `period` is positive.
  public init(_ memory: Memory, period: Int) {
    precondition(period > 0, "a period of \(period) writes")
    self.memory = memory
    self.period = period
  }

  public func read(_ keys: Tensor) -> Tensor { memory.read(keys) }

  public mutating func write(_ values: Tensor, at keys: Tensor, rate: Float) {
    waiting.append((values, keys, rate))
    if waiting.count == period { flush() }
  }

  /// Takes up what waits, as at the end of a sequence that the period does not divide.
  public mutating func flush() {
    for write in waiting { memory.write(write.values, at: write.keys, rate: write.rate) }
    waiting = []
  }
}
