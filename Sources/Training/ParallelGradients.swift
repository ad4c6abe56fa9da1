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
    let shares = Mutex<[Share?]>(Array(repeating: nil, count: pool.count))
    try pool.run { worker in
      let share = Share()
      for piece in stride(from: worker, to: pieces, by: pool.count) {
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
}

/// What one worker has added up; handed over whole when the worker is done.
private final class Share: @unchecked Sendable {
  var loss = 0.0
  let gradients = Gradients()
}
