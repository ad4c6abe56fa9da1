import Files
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
  let seed: UInt64

  /// - Precondition: `tokens` has more than `length` tokens.
  public init(_ tokens: [Int32], length: Int, seed: UInt64) {
    precondition(tokens.count > length, "\(tokens.count) tokens for windows of \(length)")
    self.tokens = tokens
    self.length = length
    self.seed = seed
  }

  /// A number that other tokens would hardly have.
  var digest: UInt64 {
    tokens.withUnsafeBytes {
      var digest = StableDigest()
      digest.add($0)
      return digest.value
    }
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

  /// The tokens of the window at `start` with the one after it: inputs and labels, one apart.
  ///
  /// With a `period` the window reads its first `period` tokens over and over instead: the one way to
  /// go on is to look back.
  public func window(at start: Int, period: Int? = nil) -> [Int32] {
    guard let period else { return Array(tokens[start..<start + length + 1]) }
    return (0...length).map { tokens[start + $0 % period] }
  }

  /// For every window of `step` the period at which it repeats itself, nil for most.
  ///
  /// `share` of all windows repeat, at periods from an eighth to half of their length.
  public func periods(step: Int, batch: Int, share: Double) -> [Int?] {
    var random = RandomSource(seed: seed, name: "periods of step \(step)")
    return (0..<batch).map { _ in Self.period(of: length, share: share, using: &random) }
  }

  /// The period of one window, nil where it does not repeat itself.
  static func period(of length: Int, share: Double, using random: inout RandomSource) -> Int? {
    let repeats = Double(random.uniform()) < share
    let period = random.integer(in: max(length / 8, 1)..<max(length / 2, 1) + 1)
    return repeats ? period : nil
  }

  private func order(ofEpoch epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, name: "epoch \(epoch)")
    let slack = tokens.count - 1 - count * length
    let offset = slack > 0 ? random.integer(in: 0..<slack + 1) : 0
    return (0..<count).map { offset + $0 * length }.shuffled(using: &random)
  }
}
