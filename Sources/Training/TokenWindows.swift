import Foundation
import Tensors

/// Fixed-length windows of a long token stream, every epoch in a new order and at a new offset.
///
/// Which windows a step sees follows from the seed and the step's number alone: the data cursor of a
/// checkpoint is the step.
public struct TokenWindows: Sendable {
  public let tokens: [Int32]
  /// Tokens predicted per window.
  public let length: Int
  private let seed: UInt64

  /// - Precondition: `tokens` has more than `length` tokens.
  public init(_ tokens: [Int32], length: Int, seed: UInt64) {
    precondition(tokens.count > length, "\(tokens.count) tokens for windows of \(length)")
    self.tokens = tokens
    self.length = length
    self.seed = seed
  }

  /// Windows per epoch.
  public var count: Int { max((tokens.count - 1) / length - 1, 1) }

  /// The starts of the windows of `step`, where every step takes `batch`.
  public func starts(step: Int, batch: Int) -> [Int] {
    let first = step * batch
    var starts: [Int] = []
    starts.reserveCapacity(batch)
    var epoch = -1
    var order: [Int] = []
    for index in first..<first + batch {
      if index / count != epoch {
        epoch = index / count
        order = self.order(ofEpoch: epoch)
      }
      starts.append(order[index % count])
    }
    return starts
  }

  /// The inputs and labels of the window at `start`.
  public func window(at start: Int) -> (inputs: ArraySlice<Int32>, labels: ArraySlice<Int32>) {
    (tokens[start..<start + length], tokens[start + 1..<start + 1 + length])
  }

  private func order(ofEpoch epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, name: "epoch \(epoch)")
    let slack = tokens.count - 1 - count * length
    let offset = slack > 0 ? random.integer(in: 0..<slack + 1) : 0
    return (0..<count).map { offset + $0 * length }.shuffled(using: &random)
  }
}
