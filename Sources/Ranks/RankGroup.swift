import Foundation
import Synchronization

/// Processes that work on one thing together, each with a number of its own: its rank.
///
/// Every call but ``tell(_:)`` and ``heard()`` is made by all ranks, in the same order, and any by one thread of each at a time.
/// Words are 1, 2 or 4 bytes wide.
public protocol RankGroup: Sendable {
  var rank: Int { get }
  var count: Int { get }

  /// Sends every rank its part, and receives what each has for this one.
  ///
  /// - Parameters:
  ///   - parts: What is sent, the first rank's part first.
  ///   - counts: The words of every part.
  ///   - received: Room for `count` times this rank's own part, the first rank's first.
  func exchange(
    _ parts: UnsafeRawBufferPointer, counts: [Int], wordWidth: Int,
    into received: UnsafeMutableRawBufferPointer)

  /// Gives every rank what each has.
  ///
  /// - Parameters:
  ///   - own: This rank's part.
  ///   - counts: The words of every rank's part.
  ///   - received: Room for all parts, the first rank's first.
  func gather(
    _ own: UnsafeRawBufferPointer, counts: [Int], wordWidth: Int,
    into received: UnsafeMutableRawBufferPointer)

  /// Lets the first rank know of something, without waiting until it listens; the number is 0 or above.
  func tell(_ number: Int)

  /// What all ranks have told since the last time, as far as it has arrived; to be asked by the first.
  func heard() -> [Int]
}

extension RankGroup {
  /// Whether this is the rank that speaks for all: it reports, and writes what only one can write.
  public var isFirst: Bool { rank == 0 }

  /// What every rank has, in their order; as many numbers from each.
  public func gathered(_ own: [Double]) -> [[Double]] {
    guard count > 1, !own.isEmpty else { return [own] }
    var all = [Double](repeating: 0, count: own.count * count)
    own.withUnsafeBytes { own in
      all.withUnsafeMutableBytes {
        gather(
          own, counts: Array(repeating: own.count / 4, count: count), wordWidth: 4, into: $0)
      }
    }
    return (0..<count).map { Array(all[$0 * own.count..<($0 + 1) * own.count]) }
  }

  /// What every rank has, in their order, of any length.
  public func gathered(_ own: Data) -> [Data] {
    guard count > 1 else { return [own] }
    let counts = gathered([Double(own.count)]).map { Int($0[0]) }
    var all = Data(count: counts.reduce(0, +))
    own.withUnsafeBytes { own in
      all.withUnsafeMutableBytes { gather(own, counts: counts, wordWidth: 1, into: $0) }
    }
    var rest = all[...]
    return counts.map { count in
      defer { rest = rest.dropFirst(count) }
      return Data(rest.prefix(count))
    }
  }

  /// The sums over all ranks, the same on every one of them.
  public func sum(_ own: [Double]) -> [Double] {
    gathered(own).addedInPairs { sum, other in sum = zip(sum, other).map(+) } ?? own
  }

  /// Whether it is so on any rank.
  public func any(_ own: Bool) -> Bool { any([own])[0] }

  /// The same of several questions at once.
  public func any(_ own: [Bool]) -> [Bool] {
    sum(own.map { $0 ? 1 : 0 }).map { $0 > 0 }
  }

  /// Returns when all ranks have come so far.
  public func wait() { _ = gathered([0]) }

  /// What the first rank has.
  public func ofFirst(_ own: [Double]) -> [Double] { gathered(own)[0] }
}

extension Array {
  /// The sum of all elements, neighbours first, then the sums of neighbours: the order of it does not depend on who added
  /// which half. Nil of none.
  public consuming func addedInPairs(
    _ add: (inout Element, Element) throws -> Void
  ) rethrows -> Element? {
    // In their places: who holds an element alone may be added to without a copy.
    var sums = self
    var distance = 1
    while distance < sums.count {
      for index in stride(from: 0, to: sums.count - distance, by: 2 * distance) {
        let other = sums[index + distance]
        try add(&sums[index], other)
      }
      distance *= 2
    }
    return sums.first
  }
}

/// Where numbers wait to be heard.
public final class Mailbox: Sendable {
  private let numbers = Mutex<[Int]>([])

  public init() {}

  public func put(_ number: Int) { numbers.withLock { $0.append(number) } }

  /// Removes and returns all of them.
  public func empty() -> [Int] {
    numbers.withLock { numbers in
      defer { numbers = [] }
      return numbers
    }
  }
}

/// A process by itself.
public struct Alone: RankGroup {
  private let told = Mailbox()

  public init() {}

  public var rank: Int { 0 }
  public var count: Int { 1 }

  public func exchange(
    _ parts: UnsafeRawBufferPointer, counts: [Int], wordWidth: Int,
    into received: UnsafeMutableRawBufferPointer
  ) { received.copyMemory(from: parts) }

  public func gather(
    _ own: UnsafeRawBufferPointer, counts: [Int], wordWidth: Int,
    into received: UnsafeMutableRawBufferPointer
  ) { received.copyMemory(from: own) }

  public func tell(_ number: Int) { told.put(number) }
  public func heard() -> [Int] { told.empty() }
}
