/// What the guard made of a night's reflections: `guard.json`.
public struct GuardReport: Sendable, Codable, Equatable {
  static let fileName = "guard.json"

  /// A batch is asked for so many times before the night goes on without it.
  static let attempts = 3
  /// By how much hotter it is asked for again.
  static let temperatureStep: Float = 0.3
  /// The least share of a batch's new questions that the teacher has to answer as drafted.
  static let leastGrounded = 0.5
  /// The least share of different ones in effect (Vendi) among a batch's drafts.
  static let leastSpread = 0.25

  /// One round of reflection.
  public struct Batch: Sendable, Codable, Equatable {
    public var round: Int
    public var temperature: Float
    public var verdicts: [String: Int]
    public var diversity: Diversity
    /// Why it was not studied; nil where it was.
    public var refusal: String?

    package init(_ entries: [StudyEntry], round: Int, temperature: Float) {
      self.round = round
      self.temperature = temperature
      verdicts = entries.reduce(into: [:]) { $0[$1.verdict.rawValue, default: 0] += 1 }
      diversity = Diversity(of: entries.map(\.question))
      let judged = entries.filter { $0.verdict == .kept || $0.verdict == .ungrounded }
      let grounded = judged.count { $0.verdict == .kept }
      if Double(grounded) < leastGrounded * Double(judged.count) {
        refusal =
          "ungrounded: of \(judged.count) questions the teacher answers \(grounded) as drafted"
      } else if diversity.count > 1, diversity.vendi < leastSpread * Double(diversity.compared) {
        refusal =
          "collapsed: \(diversity.compared) questions are as many as \(Int(diversity.vendi.rounded())) different ones"
      }
    }
  }

  public var batches: [Batch] = []
  /// Of the day's conversations; nil where nothing was asked in them.
  public var review: Review?
}
