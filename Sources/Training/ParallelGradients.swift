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
  /// `loss` returns a scalar whose gradient is wanted; it runs on several threads at once.
  public static func sum(
    pieces: Int, inPairs: Bool = false, on pool: WorkerPool = .shared,
    _ loss: @Sendable (Int) throws -> Tensor
  ) throws -> (loss: Double, gradients: Gradients) {
    let hands = (0..<pool.count).map {
      Array(pieces * $0 / pool.count..<pieces * ($0 + 1) / pool.count)
    }
    return try sum(hands, inPairs: inPairs, on: pool, loss)
  }

  /// The same of pieces of unlike `costs`, in any unit: the dearest is dealt out first, each to whom has least to do.
  public static func sum(
    costs: [Int], on pool: WorkerPool = .shared, _ loss: @Sendable (Int) throws -> Tensor
  ) throws -> (loss: Double, gradients: Gradients) {
    try sum(Dealing.hands(costs, to: pool.count), inPairs: false, on: pool, loss)
  }

  /// The same of the pieces in every worker's hand.
  private static func sum(
    _ hands: [[Int]], inPairs: Bool, on pool: WorkerPool,
    _ loss: @Sendable (Int) throws -> Tensor
  ) throws -> (loss: Double, gradients: Gradients) {
    let shares = Mutex<[Share]>([])
    try pool.run { worker in
      // In pairs: sums of 1, 2, 4, ... pieces, of which two of a kind become one of the next.
      var sums: [Share] = []
      for piece in hands[worker] {
        if sums.isEmpty || inPairs { sums.append(Share(of: worker)) }
        try sums[sums.count - 1].carry(loss(piece))
        while inPairs, sums.count > 1, sums[sums.count - 2].count == sums[sums.count - 1].count {
          let last = sums.removeLast()
          sums[sums.count - 1].add(last)
        }
      }
      while sums.count > 1 {
        let last = sums.removeLast()
        sums[sums.count - 1].add(last)
      }
      if let sum = sums.first { shares.withLock { $0.append(sum) } }
    }
    let all = shares.withLock { $0.sorted { $0.worker < $1.worker } }
    let sum = all.addedInPairs { $0.add($1) }
    return sum.map { ($0.loss, $0.gradients) } ?? (0, Gradients())
  }
}

/// What one worker has added up; handed over whole when the worker is done.
private final class Share: @unchecked Sendable {
  let worker: Int
  /// Pieces in the sum.
  private(set) var count = 0
  private(set) var loss = 0.0
  let gradients = Gradients()

  init(of worker: Int) { self.worker = worker }

  func carry(_ piece: Tensor) {
    count += 1
    loss += Double(piece.scalar)
    piece.backward(into: gradients)
  }

  func add(_ other: Share) {
    count += other.count
    loss += other.loss
    gradients.add(other.gradients)
  }
}
