import Corpora
import LanguageModels
import Tensors

/// Every token is in part the one that stands there, and in part what a teacher believes would.
///
/// The teacher's probabilities (Hinton et al., 1503.02531) are kept for its most likely tokens alone, as
/// they are. What it gave to all others is estimated without bias by the text: the token that stands
/// there where it is not among the most likely, nothing where it is. Scaling the kept probabilities to 1
/// would teach that everything else is impossible.
public struct DistillationTargets: RowTargets {
  private let teacher: Transformer
  private let teacherShare: Float
  private let beliefSize: Int
  private let teacherDigest: String

  /// - Parameters:
  ///   - teacher: Of the vocabulary of the rows; it is frozen.
  ///   - teacherShare: The weight of the teacher's belief, 0 to 1; the rest is the text's.
  ///   - beliefSize: How many of its most likely tokens are kept.
  public init(_ teacher: Transformer, teacherShare: Float, beliefSize: Int = 20) {
    teacher.parameters.setTrainable { _ in false }
    self.teacher = teacher
    self.teacherShare = teacherShare
    self.beliefSize = beliefSize
    teacherDigest = teacher.parameters.digest
  }

  public var fingerprint: String {
    "\(teacherShare) by the \(beliefSize) likeliest of the teacher \(teacherDigest)"
  }

  public var operationsPerToken: Int { 2 * teacher.multipliedWeightCount }

  public func targets(for rows: [PackedRow]) -> SparseTargets {
    let inputs = rows.flatMap { $0.tokens.dropLast() }
    let hidden = teacher.hidden(
      Tensor(indices: inputs, shape: [rows.count, inputs.count / max(rows.count, 1)]))
    let belief = teacher.logits(hidden).topProbabilities(
      beliefSize, softcap: teacher.configuration.softcap, normalized: false)
    return Self.blend(
      labels: rows.flatMap { $0.tokens.dropFirst() },
      weights: rows.flatMap { $0.weights.dropFirst() }, belief, teacherShare: teacherShare)
  }

  /// Labels and a teacher's belief in one: a label takes what the belief does not hold.
  package static func blend(
    labels: [Int32], weights: [Float], _ belief: SparseTargets, teacherShare: Float
  ) -> SparseTargets {
    let kept = belief.perRow
    var ids: [Int32] = []
    var blended: [Float] = []
    ids.reserveCapacity(labels.count * (kept + 1))
    blended.reserveCapacity(labels.count * (kept + 1))
    belief.ids.withIndices { likely in
      belief.weights.withFloats { probabilities in
        for (token, (label, weight)) in zip(labels, weights).enumerated() {
          let rows = token * kept..<(token + 1) * kept
          ids.append(label)
          blended.append(weight * (likely[rows].contains(label) ? 1 - teacherShare : 1))
          ids += likely[rows]
          blended += probabilities[rows].map { weight * teacherShare * $0 }
        }
      }
    }
    let shape: Shape = [labels.count, kept + 1]
    return SparseTargets(
      ids: Tensor(indices: ids, shape: shape), weights: Tensor(blended, shape: shape))
  }
}
