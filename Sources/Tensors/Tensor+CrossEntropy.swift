import CKernels

/// For every row a few (class, weight) pairs: one for a label, more for a teacher's most likely classes.
public struct SparseTargets: Sendable {
  /// [rows, perRow], int32.
  public let ids: Tensor
  /// [rows, perRow]; a pair of weight 0 is ignored.
  public let weights: Tensor

  public init(ids: Tensor, weights: Tensor) {
    precondition(ids.shape == weights.shape && ids.shape.rank == 2, "targets \(ids.shape)")
    self.ids = ids
    self.weights = weights
  }

  /// One label per row, each with weight 1; a negative label leaves its row out.
  public init(labels: [Int32]) {
    self.init(
      ids: Tensor(indices: labels.map { max($0, 0) }, shape: [labels.count, 1]),
      weights: Tensor(labels.map { $0 < 0 ? 0 : 1 }, shape: [labels.count, 1]))
  }

  public var perRow: Int { ids.shape[1] }
}

extension Tensor {
  /// The cross-entropy in nats of every row of logits ([..., classes]) against its targets: [rows].
  ///
  /// A row's loss is the sum over its pairs of weight * -log softmax(logits)[class]. Probabilities are
  /// never stored. With `softcap` c > 0, logits are first replaced by c * tanh(logits / c) (Gemma 2).
  public func crossEntropy(_ targets: SparseTargets, softcap: Float = 0) -> Tensor {
    let began = Profile.now
    precondition(targets.ids.shape[0] == shape.rows, "\(targets.ids.shape) targets for \(shape)")
    let classes = shape.width
    targets.ids.withIndices {
      precondition($0.allSatisfy { $0 >= 0 && $0 < classes }, "target outside \(classes) classes")
    }
    let losses = Tensor(uninitialized: [shape.rows])
    let logSumExp = Tensor(uninitialized: [shape.rows])
    ck_cross_entropy(
      floats, targets.ids.integers, targets.weights.floats, targets.perRow, softcap, losses.floats,
      logSumExp.floats, shape.rows, classes)
    return losses.recorded(
      .crossEntropy(targets, softcap: softcap, logSumExp: logSumExp), self, since: began)
  }

  /// The `count` most likely classes of every row and their probabilities, as distillation targets.
  ///
  /// With `normalized`, each row's probabilities are scaled to sum to 1.
  public func topProbabilities(
    _ count: Int, softcap: Float = 0, normalized: Bool = true
  ) -> SparseTargets {
    let count = min(count, shape.width)
    let ids = Tensor(uninitialized: [shape.rows, count], scalarType: .int32)
    let weights = Tensor(uninitialized: [shape.rows, count])
    ck_top_probabilities(
      floats, softcap, count, ids.integers, weights.floats, shape.rows, shape.width)
    if normalized {
      for row in 0..<shape.rows {
        let start = weights.floats + row * count
        ck_scale(start, Float(1 / ck_sum(start, count)), start, count)
      }
    }
    return SparseTargets(ids: ids, weights: weights)
  }

  /// The index of the largest element of every row.
  public func argmax() -> [Int] {
    (0..<shape.rows).map { ck_argmax(floats + $0 * shape.width, shape.width) }
  }
}
