import Individuals

/// Chooses what of a day a brief tells: what was new and learned, what the individual cares about, nothing twice.
public struct InsightSelection: Sendable {
  /// How many insights a brief has.
  public var count = 5
  /// What a standard deviation of interest counts, next to one of novelty.
  public var interestWeight = 0.5
  /// What likeness to what is chosen already costs, in standard deviations (maximal marginal relevance, Carbonell and Goldstein
  /// 1998).
  public var likenessCost = 2.0
  /// Related insights of earlier mornings: how many of each, and how like at least.
  public var related = (count: 3, least: 0.11)

  /// So many, the newest to the individual, are looked at.
  static let poolSize = 100

  public init() {}

  /// A remark of the day with what is known of it.
  public struct Candidate: Sendable {
    public var remark: Remark
    public var novelty: Novelty
    var interest = 0.0
    var score = 0.0
    /// In the texts that are compared.
    var place = 0

    public init(_ remark: Remark, _ novelty: Novelty) {
      (self.remark, self.novelty) = (remark, novelty)
    }
  }

  /// What an individual or its people said themselves: what they care about.
  public struct Concern: Sendable {
    public var episode: Episode.ID
    public var text: String

    package init(episode: Episode.ID, text: String) {
      (self.episode, self.text) = (episode, text)
    }
  }

  /// What was chosen, best first, with related ones of `earlier`.
  public func choose(
    from remarks: [Candidate], after earlier: [(night: Int, remark: Remark)],
    concerns: [Concern], _ embedding: CoreEmbedding
  ) -> [Insight] {
    var pool = pool(of: remarks, after: earlier.map(\.remark))
    guard !pool.isEmpty else { return [] }
    let likeness = Likeness(
      pool.map(\.remark.quote) + earlier.map(\.remark.quote) + concerns.map(\.text), embedding)
    let earlierPlaces = pool.count..<pool.count + earlier.count
    let concernPlaces = earlierPlaces.upperBound..<earlierPlaces.upperBound + concerns.count
    let interests = Deviations.of(
      pool.map { candidate in
        // Two of its concerns are enough to care about something; a note does not vouch for itself.
        let nearest = zip(concernPlaces, concerns)
          .filter { $1.episode != candidate.remark.episode }
          .map { likeness(candidate.place, $0.0) }.sorted(by: >).prefix(2)
        return nearest.reduce(0, +) / Double(max(nearest.count, 1))
      })
    for (index, interest) in interests.enumerated() {
      pool[index].interest = concerns.isEmpty ? 0 : interest
      pool[index].score += interestWeight * pool[index].interest
    }
    return diverse(pool, likeness).map { candidate in
      let nearest = zip(earlierPlaces, earlier).map { place, told in
        Insight.Related(
          night: told.night, remark: told.remark, likeness: likeness(candidate.place, place))
      }.filter { $0.likeness >= related.least }.sorted { $0.likeness > $1.likeness }
      return Insight(
        remark: candidate.remark, novelty: candidate.novelty, interest: candidate.interest,
        related: Array(nearest.prefix(related.count)))
    }
  }

  /// What was new, most first: without what an earlier brief told, and of near duplicates the newest.
  private func pool(of remarks: [Candidate], after earlier: [Remark]) -> [Candidate] {
    let scores = Novelty.scores(
      remarks.map { ($0.novelty.bitsLearned, $0.novelty.bytes) })
    var known = earlier.map { Shingles($0.quote) }
    var pool: [Candidate] = []
    let order = remarks.indices.filter { remarks[$0].novelty.isNew }
      .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    for index in order where pool.count < Self.poolSize {
      let shingles = Shingles(remarks[index].remark.quote)
      guard !known.contains(where: shingles.isNearly) else { continue }
      known.append(shingles)
      var candidate = remarks[index]
      (candidate.score, candidate.place) = (scores[index], pool.count)
      pool.append(candidate)
    }
    return pool
  }

  /// The best, and then always what is best for how unlike it is to what is chosen; no neighbours in one run.
  private func diverse(_ pool: [Candidate], _ likeness: Likeness) -> [Candidate] {
    var chosen: [Candidate] = []
    var left = pool
    while chosen.count < count, !left.isEmpty {
      let values = left.map { candidate in
        candidate.score
          - likenessCost
          * (chosen.map { max(0, likeness(candidate.place, $0.place)) }.max() ?? 0)
      }
      guard let best = values.indices.max(by: { values[$0] < values[$1] }) else { break }
      let next = left.remove(at: best)
      chosen.append(next)
      left.removeAll { $0.remark.isNeighbour(of: next.remark) }
    }
    return chosen
  }
}

extension Remark {
  /// Whether both are parts of one run, next to each other.
  func isNeighbour(of other: Remark) -> Bool {
    episode == other.episode && run == other.run && abs(place - other.place) <= 1
  }
}
