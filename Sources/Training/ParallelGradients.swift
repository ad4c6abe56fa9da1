import Ranks
import Synchronization
import Tensors

/// Gradients of a loss that is a sum over independent pieces, each carried by one worker end to end.
public enum ParallelGradients {
  /// Adds up losses and gradients of `pieces` pieces over all workers.
  ///
  /// Every worker carries pieces that follow one another, and the workers' sums are added in pairs: the same pieces on as
  /// many workers give the same bytes, on another number of workers or processes the same but for rounding. With
  /// `inPairs`, a worker's own pieces are added in that way as well, instead of one onto the other, which takes longer: then also
  /// other numbers of workers and processes give the same bytes, where each carries a power of two of them.
  /// `loss` returns a scalar whose gradient is wanted; it runs on several threads at once. `whenFinal` hears of every gradient that
  /// is returned, most of them while those of earlier layers are still computed.
  public static func sum(
    pieces: Int, inPairs: Bool = false, on pool: WorkerPool = .shared,
    whenFinal: GradientListener? = nil, _ loss: @Sendable (Int) throws -> Tensor
  ) throws -> (loss: Double, gradients: Gradients) {
    let hands = (0..<pool.count).map {
      Array(pieces * $0 / pool.count..<pieces * ($0 + 1) / pool.count)
    }
    return try sum(hands, inPairs: inPairs, on: pool, whenFinal, loss)
  }

  /// The same of pieces of unlike `costs`, in any unit: the dearest is dealt out first, each to whom has least to do.
  public static func sum(
    costs: [Int], on pool: WorkerPool = .shared, _ loss: @Sendable (Int) throws -> Tensor
  ) throws -> (loss: Double, gradients: Gradients) {
    try sum(Dealing.hands(costs, to: pool.count), inPairs: false, on: pool, nil, loss)
  }

  /// The same of the pieces in every worker's hand.
  private static func sum(
    _ hands: [[Int]], inPairs: Bool, on pool: WorkerPool, _ whenFinal: GradientListener?,
    _ loss: @Sendable (Int) throws -> Tensor
  ) throws -> (loss: Double, gradients: Gradients) {
    let workers = hands.indices.filter { !hands[$0].isEmpty }
    let total = TotalGradients(of: workers, whenFinal)
    let losses = Mutex<[Int: Double]>([:])
    try pool.run { worker in
      guard let last = hands[worker].indices.last else { return }
      let share = Share()
      for (index, piece) in hands[worker].enumerated() {
        try share.carry(
          loss(piece), startsSum: inPairs,
          whenFinal: index < last ? nil : { total.add(share.take($0), for: $0, of: worker) })
      }
      for leaf in share.leaves { total.add(share.take(leaf), for: leaf, of: worker) }
      total.finish(worker)
      losses.withLock { $0[worker] = share.loss }
    }
    let loss = losses.withLock { losses in workers.map { losses[$0]! } }.addedInPairs(+=)
    return (loss ?? 0, total.gradients)
  }
}

/// What one worker has added up.
private final class Share {
  /// What came of so many pieces.
  private struct Sum {
    var count = 0
    var loss = 0.0
    let gradients = Gradients()
  }

  /// One of all; or, where pieces are added in pairs, of 1, 2, 4, ... of them, of which two of a kind become one of the next.
  private var sums: [Sum] = []

  /// Adds a piece onto the others, or with `startsSum` to them in pairs.
  func carry(_ piece: Tensor, startsSum: Bool, whenFinal: ((Leaf) -> Void)?) {
    if sums.isEmpty || startsSum { sums.append(Sum()) }
    let last = sums.count - 1
    sums[last].count += 1
    sums[last].loss += Double(piece.scalar)
    piece.backward(into: sums[last].gradients, whenFinal: whenFinal)
    while sums.count > 1, sums[sums.count - 2].count == sums[sums.count - 1].count {
      let later = sums.removeLast()
      let sum = sums.count - 1
      sums[sum].count += later.count
      sums[sum].loss += later.loss
      for leaf in later.gradients.leaves {
        sums[sum].gradients.add(later.gradients.take(leaf)!, for: leaf)
      }
    }
  }

  /// Added up from the last sum on, which is how sums become one another.
  var loss: Double { sums.reversed().reduce(nil) { $1.loss + ($0 ?? 0) } ?? 0 }

  var leaves: Set<Leaf> { Set(sums.flatMap(\.gradients.leaves)) }

  /// Removes and returns the gradient of a leaf, added up in the same order.
  func take(_ leaf: Leaf) -> Tensor? {
    sums.reversed().reduce(nil) { later, sum in
      guard var own = sum.gradients.take(leaf) else { return later }
      if let later { own.accumulate(later) }
      return own
    }
  }
}

/// The gradients of all workers, each leaf's added up as soon as the last of them has come to it.
private final class TotalGradients: Sendable {
  private struct State: ~Copyable {
    /// By worker; nil where nothing has flowed.
    var parts: [Leaf: [Int: Tensor?]] = [:]
    var finished: Set<Int> = []
    let gradients = Gradients()
  }

  private let workers: [Int]
  private let whenFinal: GradientListener?
  private let state = Mutex(State())

  init(of workers: [Int], _ whenFinal: GradientListener?) {
    (self.workers, self.whenFinal) = (workers, whenFinal)
  }

  /// All of them, when all workers have finished.
  var gradients: Gradients { state.withLock { $0.gradients } }

  /// Takes what `worker` has for `leaf`, once.
  ///
  /// Nobody else keeps it: it may be what the others are added to, and would be copied for that.
  func add(_ gradient: consuming Tensor?, for leaf: Leaf, of worker: Int) {
    let parts = state.withLock { state in
      state.parts[leaf, default: [:]][worker] = .some(gradient.take())
      return complete(leaf, &state)
    }
    if let parts { pass(consume parts, of: leaf) }
  }

  /// Takes note that `worker` has nothing more to add.
  func finish(_ worker: Int) {
    let complete = state.withLock { state in
      state.finished.insert(worker)
      return state.parts.keys.compactMap { leaf in self.complete(leaf, &state).map { (leaf, $0) } }
    }
    for (leaf, parts) in complete { pass(parts, of: leaf) }
  }

  /// The parts of `leaf`, in the order of the workers, when all are there; they are removed.
  private func complete(_ leaf: Leaf, _ state: inout State) -> [Tensor?]? {
    guard let parts = state.parts[leaf],
      workers.allSatisfy({ parts[$0] != nil || state.finished.contains($0) })
    else { return nil }
    state.parts[leaf] = nil
    return workers.map { parts[$0] ?? nil }
  }

  private func pass(_ parts: consuming [Tensor?], of leaf: Leaf) {
    let sum = parts.addedInPairs { sum, other in
      guard let other else { return }
      if sum == nil { sum = other } else { sum!.accumulate(other) }
    }
    guard let sum = sum ?? nil else { return }
    state.withLock { $0.gradients.add(sum, for: leaf) }
    whenFinal?(sum, leaf)
  }
}
