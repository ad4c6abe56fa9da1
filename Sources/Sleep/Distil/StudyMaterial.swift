import LanguageModels
import Tensors

/// A text to study with no context but its own window, and what to answer at each of its tokens.
public struct StudyMaterial: Sendable {
  public let tokens: [Int32]
  /// For every token the classes and weights of its target, `perToken` each; those of the first are unused.
  private let ids: [Int32]
  private var weights: [Float]
  private let perToken: Int
  /// How far the belief is from being sure of what is to be learned, from 0 to 1: the mean over its tokens.
  let doubt: Float
  /// The residual stream at every token but the last, [tokens - 1, width], at a height that is the same for everything
  /// studied together; see ``read(_:by:before:)``.
  private var stream: Tensor?
  /// Whether ``read(_:by:before:)`` has.
  var isRead: Bool { stream != nil }

  /// Targets that are the token itself (weight `1 - teacherShare`) and a teacher's belief (the rest).
  ///
  /// `belief` has a row for every token but the first: the most likely classes as the teacher saw it
  /// coming, with their true probabilities. What the teacher gave to all others is estimated without
  /// bias by the text: the token itself where it is not among the most likely, nothing where it is.
  /// Scaling the kept probabilities to 1 instead would teach that everything else is impossible.
  /// `scale` multiplies all weights.
  public init(tokens: [Int32], belief: SparseTargets, teacherShare: Float, scale: Float = 1) {
    self.init(
      tokens: tokens, learnedFrom: 1, belief: belief, teacherShare: teacherShare, scale: scale)
  }

  /// A question and its answer: only the answer's tokens, those from `first` on, are to be learned.
  ///
  /// `belief` has a row for every one of them.
  public init(
    tokens: [Int32], learnedFrom first: Int, belief: SparseTargets, teacherShare: Float,
    scale: Float = 1
  ) {
    precondition(
      first > 0 && belief.ids.shape[0] == tokens.count - first, "a belief for every learned token")
    let perToken = belief.perRow + 1
    var ids = [Int32](repeating: 0, count: tokens.count * perToken)
    var weights = [Float](repeating: 0, count: tokens.count * perToken)
    var sureness: Float = 0
    belief.ids.withIndices { beliefIDs in
      belief.weights.withFloats { beliefWeights in
        for row in 0..<tokens.count - first {
          let start = (row + first) * perToken
          ids[start] = tokens[row + first]
          let likely = row * belief.perRow..<(row + 1) * belief.perRow
          let isLikely = beliefIDs[likely].contains(tokens[row + first])
          weights[start] = (isLikely ? 1 - teacherShare : 1) * scale
          for (offset, rank) in likely.enumerated() {
            ids[start + 1 + offset] = beliefIDs[rank]
            weights[start + 1 + offset] = teacherShare * scale * beliefWeights[rank]
            if beliefIDs[rank] == tokens[row + first] { sureness += beliefWeights[rank] }
          }
        }
      }
    }
    self.tokens = tokens
    self.ids = ids
    self.weights = weights
    self.perToken = perToken
    doubt = 1 - sureness / Float(max(tokens.count - first, 1))
  }

  /// Several texts one after another; a window may span two.
  public init(joining parts: [StudyMaterial]) {
    tokens = parts.flatMap(\.tokens)
    ids = parts.flatMap(\.ids)
    weights = parts.flatMap(\.weights)
    perToken = parts.first?.perToken ?? 1
    doubt = parts.map(\.doubt).max() ?? 0
  }

  /// The same with the target of every token multiplied by its factor; nil where nothing is left to be learned.
  func weighted(by factors: [Float]) -> StudyMaterial? {
    var weighted = self
    for token in tokens.indices {
      for index in token * perToken..<(token + 1) * perToken {
        weighted.weights[index] *= factors[token]
      }
    }
    return weighted.weights.contains { $0 != 0 } ? weighted : nil
  }

  /// Whether a window of `length` tokens fits.
  public func holds(_ length: Int) -> Bool { tokens.count > length }

  /// Several windows that a worker carries together.
  public struct Batch: Sendable {
    /// [windows, length].
    public let inputs: Tensor
    /// The residual stream of `inputs`, [windows, length, width], where every window has been read already.
    public let stream: Tensor?
    /// Which tokens of `inputs`, counted through all windows, something is learned at.
    public let rows: Tensor
    /// What to answer at these.
    public let targets: SparseTargets
  }

  /// Windows of `length` tokens; what is shorter is filled up behind its end, where nothing is learned.
  public static func batch(
    _ windows: [(material: StudyMaterial, start: Int)], length: Int
  ) -> Batch {
    var inputs: [Int32] = []
    var rows: [Int32] = []
    var ids: [Int32] = []
    var weights: [Float] = []
    for (material, start) in windows {
      let count = min(length, material.tokens.count - 1 - start)
      for token in start + 1..<start + 1 + count {
        let target = token * material.perToken..<(token + 1) * material.perToken
        guard material.weights[target].contains(where: { $0 != 0 }) else { continue }
        rows.append(Int32(inputs.count + token - start - 1))
        ids += material.ids[target]
        weights += material.weights[target]
      }
      inputs +=
        material.tokens[start..<start + count] + Array(repeating: 0, count: length - count)
    }
    let shape: Shape = [rows.count, windows[0].material.perToken]
    return Batch(
      inputs: Tensor(indices: inputs, shape: [windows.count, length]),
      stream: stream(windows, length: length), rows: Tensor(indices: rows),
      targets: SparseTargets(
        ids: Tensor(indices: ids, shape: shape), weights: Tensor(weights, shape: shape)))
  }
  private static func stream(
    _ windows: [(material: StudyMaterial, start: Int)], length: Int
  ) -> Tensor? {
    var floats: [Float] = []
    var width = 0
    for (material, start) in windows {
      guard let stream = material.stream else { return nil }
      width = stream.shape[1]
      let end = min(start + length, stream.shape[0])
      stream.withFloats { floats += $0[start * width..<end * width] }
      floats += Array(repeating: 0, count: (length - (end - start)) * width)
    }
    return Tensor(floats, shape: [windows.count, length, width])
  }

  /// The same materials with the residual stream of `model` before `block`, so that a night that changes nothing below
  /// does not read them again in every step.
  ///
  /// They have to be studied from their first token on: what stands before a window is not forgotten.
  package static func read(
    _ materials: [StudyMaterial], by model: Transformer, before block: Int
  ) throws -> [StudyMaterial] {
    let order = materials.indices.sorted { materials[$0].tokens.count < materials[$1].tokens.count }
    let groups = stride(from: 0, to: order.count, by: readTogether).map {
      Array(order[$0..<min($0 + readTogether, order.count)])
    }
    var read = materials
    let streams = try WorkerPool.shared.map(groups.count) { number in
      let group = groups[number]
      let length = materials[group[group.count - 1]].tokens.count - 1
      let inputs = batch(group.map { (materials[$0], 0) }, length: length).inputs
      return model.stream(inputs, before: block).detached()
    }
    for (group, streams) in zip(groups, streams) {
      for (row, index) in group.enumerated() {
        let shape: Shape = [materials[index].tokens.count - 1, streams.shape[2]]
        read[index].stream = streams.sliced(axis: 0, row..<row + 1)
          .sliced(axis: 1, 0..<shape[0]).reshaped(shape)
      }
    }
    return read
  }

  private static let readTogether = 16
}
