import Synchronization
import Tensors

/// Gradients of a loss that is a sum over independent pieces, each carried by one worker end to end.
public enum ParallelGradients {
  /// Adds up losses and gradients of `pieces` pieces over all workers.
  ///
  /// Pieces are dealt out in order and sums are taken in order, so the same pieces on as many workers give the same
  /// bytes; another number of workers adds in another order.
  /// `loss` returns a scalar whose gradient is wanted; it runs on several threads at once.
  public static func sum(
    pieces: Int, on pool: WorkerPool = .shared, _ loss: @Sendable (Int) throws -> Tensor
  ) throws -> (loss: Double, gradients: Gradients) {
    try sum(costs: Array(repeating: 1, count: pieces), on: pool, loss)
  }

  /// The same of pieces of unlike `costs`, in any unit: the dearest is dealt out first, each to whom has least to do.
  public static func sum(
    costs: [Int], on pool: WorkerPool = .shared, _ loss: @Sendable (Int) throws -> Tensor
  ) throws -> (loss: Double, gradients: Gradients) {
    let hands = dealt(costs, to: pool.count)
    let shares = Mutex<[Share?]>(Array(repeating: nil, count: pool.count))
    try pool.run { worker in
      let share = Share()
      for piece in hands[worker] {
        let value = try loss(piece)
        share.loss += Double(value.scalar)
        value.backward(into: share.gradients)
      }
      shares.withLock { $0[worker] = share }
    }
    let all = shares.withLock { $0.compactMap { $0 } }
    for share in all.dropFirst() {
      all[0].loss += share.loss
      all[0].gradients.add(share.gradients)
    }
    return (all[0].loss, all[0].gradients)
  }

  /// Which pieces each of `count` workers carries, in the order in which it does.
  package static func dealt(_ costs: [Int], to count: Int) -> [[Int]] {
    var hands = [[Int]](repeating: [], count: count)
    var loads = [Int](repeating: 0, count: count)
    let order = costs.indices.sorted {
      costs[$0] != costs[$1] ? costs[$0] > costs[$1] : $0 < $1
    }
    for piece in order {
      let least = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      hands[least].append(piece)
      loads[least] += costs[piece]
    }
    return hands
  }
}

/// What one worker has added up; handed over whole when the worker is done.
private final class Share: @unchecked Sendable {
  var loss = 0.0
  let gradients = Gradients()
}
