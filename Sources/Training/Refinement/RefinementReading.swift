import Corpora

/// The scores of a pretraining set, passage by passage, in some 20 bytes each.
public struct RefinementReading: Sendable {
  /// In the order of the text; a passage that repeats another has none.
  public private(set) var scores: [RefinementScore?] = []
  /// Bytes of each passage.
  public private(set) var sizes: [Int32] = []
  public private(set) var bytes = 0

  /// Reads all of `text`; `progress` is told bytes and passages read so far, and may throw to stop.
  public init(
    _ text: TextFiles, _ scorer: RefinementScorer,
    progress: (_ bytes: Int, _ passages: Int) throws -> Void = { _, _ in }
  ) throws {
    var repeats = RefinementRepeats()
    var before = (path: "", text: "")
    try text.forEachChunk { chunk in
      let passages = Array(RefinementPassages(chunk.text))
      var repeated: Set<Int> = []
      for (index, passage) in passages.enumerated() where repeats.isRepeated(passage) {
        repeated.insert(index)
      }
      scores += try scorer.scores(
        of: passages, after: before.path == chunk.path ? before.text : "", skipping: repeated)
      sizes += passages.map { Int32($0.utf8.count) }
      bytes += chunk.text.utf8.count
      before = (chunk.path, passages.last ?? "")
      try progress(bytes, scores.count)
    }
  }

  /// What is dropped: what is far out, or what is hardest where `share` of the bytes is to be kept.
  public func criteria(keeping share: Double?) -> Refinement {
    let read = zip(scores, sizes).compactMap { score, size in score.map { ($0, Int(size)) } }
    guard let share else { return Refinement(scores: read.map(\.0)) }
    return Refinement(
      scores: read.map(\.0), bytes: read.map(\.1), totalBytes: bytes, keeping: share)
  }

  /// The mean of a score by bytes.
  public func mean(_ measure: KeyPath<RefinementScore, Float>) -> Double {
    var sum = 0.0
    var weight = 0.0
    for (score, size) in zip(scores, sizes) {
      guard let score else { continue }
      sum += Double(score[keyPath: measure]) * Double(size)
      weight += Double(size)
    }
    return weight > 0 ? sum / weight : 0
  }
}
