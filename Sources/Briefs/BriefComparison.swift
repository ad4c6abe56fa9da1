import Individuals

/// What a brief tells, beside what ways tell that know nothing of who reads it.
public struct BriefComparison: Sendable, Encodable {
  public struct Choice: Sendable, Encodable {
    public var chosenBy: String
    public var quotes: [String]
    /// How many of them the brief tells as well.
    public var shared: Int
  }

  public var choices: [Choice]

  /// - Throws: `IndividualError.damaged` where the night did not write down how new its day was.
  public init(_ brief: Brief, of individual: Individual) throws {
    let folder = individual.folder(ofNight: brief.night)
    guard let weighed = WeighedDay.read(in: folder) else {
      throw IndividualError.damaged(
        path: folder.appendingPathComponent(WeighedDay.fileName).path, key: nil,
        expected: "the file to exist; nights of older versions wrote none")
    }
    let remarks = try weighed.candidates(of: individual.journal).map(\.remark)
    let bits = try CoreSurprise(individual).bits(of: remarks, in: individual.journal)
    let told = brief.insights.map(\.remark)
    choices =
      [Choice(chosenBy: "the brief", quotes: told.map(\.quote), shared: told.count)]
      + Baseline.allCases.map { baseline in
        let chosen = baseline.choose(told.count, from: remarks, coreBits: bits)
        return Choice(
          chosenBy: baseline.title, quotes: chosen.map(\.quote),
          shared: chosen.count { told.contains($0) })
      }
  }

  public var text: String {
    choices.map { choice in
      "\(choice.chosenBy) (\(choice.shared) in the brief)\n"
        + choice.quotes.map { "  - \($0)" }.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}
