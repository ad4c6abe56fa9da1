import Foundation
import Layers
import Ranks
import Tensors

/// The gradients of a step on their way between ranks: each goes where its sum is kept, while those of earlier layers are
/// still computed.
///
/// A thread of its own sends the portions, the last layers' first, when all of a portion is there. Every rank keeps to that order,
/// and says nothing else to the others until ``finish()`` returns.
final class GradientExchange: Sendable {
  private let parameters: [Leaf: Int]
  private let portionCount: Int
  private let progress = Progress()

  /// - Parameter precision: The type in which gradients travel; they are added up in float32.
  init(
    _ sharding: Sharding, of parameters: [Parameter], among ranks: any RankGroup,
    precision: Precision
  ) {
    self.parameters = Dictionary(
      uniqueKeysWithValues: parameters.enumerated().compactMap { index, parameter in
        parameter.value.leaf.map { ($0, index) }
      })
    portionCount = sharding.portions.count
    let (progress, shapes) = (progress, parameters.map(\.shape))
    Thread.detachNewThread {
      for (index, portion) in sharding.portions.enumerated().reversed() {
        guard let gradients = progress.gradients(of: portion.shards.joined().map(\.parameter))
        else { break }
        progress.put(portion.sum(of: gradients, shapes, among: ranks, precision), of: index)
      }
      progress.end()
    }
  }

  deinit { progress.complete(isGivenUp: true) }

  /// Takes a leaf's gradient, to which nothing is added any more; that of no parameter, or one that has been sent, is of no interest.
  func send(_ gradient: Tensor, of leaf: Leaf) {
    if let parameter = parameters[leaf] { progress.add(gradient, of: parameter) }
  }

  /// The sums over all ranks of what has been sent, zero where nothing has: of each portion, those of this rank's shards.
  func finish() -> [[Tensor]] {
    progress.complete(isGivenUp: false)
    let sums = progress.all()
    return (0..<portionCount).map { sums[$0]! }
  }

  /// How far it is, for the threads that compute and the one that sends.
  private final class Progress: @unchecked Sendable {
    private let condition = NSCondition()
    private var gradients: [Int: Tensor] = [:]
    private var sums: [Int: [Tensor]] = [:]
    /// Whether no more gradients come; whether nobody wants their sums; whether all has been sent.
    private var isComplete = false, isGivenUp = false, isOver = false

    func add(_ gradient: Tensor, of parameter: Int) {
      change { gradients[parameter] = gradients[parameter] ?? gradient }
    }

    func complete(isGivenUp: Bool) { change { (isComplete, self.isGivenUp) = (true, isGivenUp) } }

    /// What there is of `parameters`, when all of it has come; nil when nobody wants its sum.
    func gradients(of parameters: [Int]) -> [Int: Tensor]? {
      condition.withLock {
        while !isComplete && !parameters.allSatisfy({ gradients[$0] != nil }) { condition.wait() }
        return isGivenUp ? nil : gradients
      }
    }

    func put(_ sum: [Tensor], of portion: Int) { change { sums[portion] = sum } }

    func end() { change { isOver = true } }

    /// The sums by portion, when all are there.
    func all() -> [Int: [Tensor]] {
      condition.withLock {
        while !isOver { condition.wait() }
        return sums
      }
    }

    private func change(_ body: () -> Void) {
      condition.withLock {
        body()
        condition.broadcast()
      }
    }
  }
}

extension Sharding.Portion {
  /// The sums over all ranks of the gradients of this rank's shards; `gradients` by parameter, whose `shapes` are given.
  fileprivate func sum(
    of gradients: [Int: Tensor], _ shapes: [Shape], among ranks: any RankGroup,
    _ precision: Precision
  ) -> [Tensor] {
    let sent = Tensor(shape: [counts.reduce(0, +)]) { out in
      var place = 0
      for shard in shards.joined() {
        let part = UnsafeMutableBufferPointer(rebasing: out[place..<place + shard.elements.count])
        if let gradient = gradients[shard.parameter] {
          gradient.withFloats { _ = part.update(from: $0[shard.elements]) }
        } else {
          part.update(repeating: 0)
        }
        place += shard.elements.count
      }
    }
    let received = ranks.exchanged(
      precision == .bfloat16 ? sent.bfloat16() : sent, counts: counts)
    let sum = received.addedInPairs { $0.accumulate($1) }!
    var place = 0
    return shards[ranks.rank].map { shard in
      let range = place..<place + shard.elements.count
      place = range.upperBound
      return Tensor(shape: shapes[shard.parameter].rows(shard.rows.count)) { out in
        sum.withFloats { _ = out.update(from: $0[range]) }
      }
    }
  }
}

extension RankGroup {
  /// What every rank has for this one, in float32; `counts` are the elements of every part.
  fileprivate func exchanged(_ parts: Tensor, counts: [Int]) -> [Tensor] {
    let width = parts.byteCount / max(parts.count, 1)
    let bytes = counts[rank] * max(width, 1)
    let memory = RawMemory(byteCount: bytes * count)
    parts.withBytes {
      exchange($0, counts: counts, wordWidth: max(width, 1), into: memory.bytes)
    }
    return (0..<count).map {
      Tensor(
        borrowing: UnsafeRawPointer(memory.bytes.baseAddress! + $0 * bytes), owner: memory,
        shape: [counts[rank]], scalarType: parts.scalarType
      ).float32()
    }
  }
}

/// Memory that tensors borrow.
private final class RawMemory: @unchecked Sendable {
  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    bytes = .allocate(byteCount: max(byteCount, 64), alignment: 64)
  }

  deinit { bytes.deallocate() }
}
