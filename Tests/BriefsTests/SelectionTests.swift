import Briefs
import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct SelectionTests {
  private func remark(_ quote: String, episode: Int = 1, run: Int, place: Int = 0) -> Remark {
    Remark(
      episode: episode, run: run, place: place, bytes: 0..<quote.utf8.count, quote: quote,
      source: .init(title: "talk"))
  }

  /// So many bits a byte before the night, and after it.
  private func candidate(
    _ quote: String, run: Int, place: Int = 0, _ before: Double, _ now: Double = 0.1
  ) -> InsightSelection.Candidate {
    let bytes = Double(quote.utf8.count)
    return .init(
      remark(quote, run: run, place: place),
      Novelty(bitsBefore: before * bytes, bitsNow: now * bytes, bytes: quote.utf8.count))
  }

  private let known = "The keeper of the north tower lights the lamp every evening at six."
  private let new = "A whale was found alive in the basin behind the copper mill this spring."
  private let noise = "The numbers of the day were nine four one one seven three two eight six."
  private let other = "Korbin sold his share of the salt works to a company from another country."

  private func chosen(
    _ candidates: [InsightSelection.Candidate], after earlier: [(night: Int, remark: Remark)] = [],
    concerns: [InsightSelection.Concern] = []
  ) throws -> [String] {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    return InsightSelection().choose(
      from: candidates, after: earlier, concerns: concerns,
      CoreEmbedding(core.model, core.tokenizer)
    ).map(\.remark.quote)
  }

  @Test func newIsWhatWasLearned() throws {
    // What still surprises after the night is noise, however much it surprised before.
    let quotes = try chosen([
      candidate(known, run: 0, 0.2), candidate(noise, run: 1, 4, 3.9), candidate(new, run: 2, 3),
    ])
    #expect(quotes == [new])
  }

  @Test func nothingIsToldTwice() throws {
    let again = "And " + new
    let told = [(night: 1, remark: remark(other, episode: 9, run: 4))]
    let quotes = try chosen(
      [candidate(new, run: 0, 3), candidate(again, run: 3, 2.9), candidate(other, run: 5, 3.5)],
      after: told)
    #expect(quotes == [new])
  }

  @Test func neighboursInARunAreOneInsight() throws {
    let quotes = try chosen([
      candidate(new, run: 0, place: 0, 3), candidate(other, run: 0, place: 1, 2.9),
      candidate(known, run: 0, place: 2, 2.8),
    ])
    #expect(quotes == [new, known])
  }

  @Test func concernsDecideBetweenEquals() throws {
    let candidates = [candidate(new, run: 0, 3), candidate(other, run: 2, 3)]
    let concern = InsightSelection.Concern(
      episode: 5, text: "Who owns the salt works, and which company from which country?")
    #expect(try chosen(candidates).first == new)
    #expect(try chosen(candidates, concerns: [concern]).first == other)
    // A note does not vouch for itself.
    #expect(
      try chosen(candidates, concerns: [.init(episode: 1, text: concern.text)]).first == new)
  }

  @Test func earlierInsightsAboutTheSameAreRelated() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let earlier = [known, "The basin behind the copper mill was dug for ships.", other].enumerated()
      .map { (night: $0 + 1, remark: remark($1, episode: 3, run: $0)) }
    let insights = InsightSelection().choose(
      from: [candidate(new, run: 0, 3)], after: earlier, concerns: [],
      CoreEmbedding(core.model, core.tokenizer))
    #expect(insights.first?.related.first?.night == 2)
  }

  @Test func shortAndLongCompareByTheirSpread() {
    // The same rate of bits at four times the length is no more of a surprise; twice the excess over the root of the length is.
    let scores = Novelty.scores([(100, 100), (400, 400), (160, 100), (520, 400)])
    #expect(abs(scores[2] - scores[3]) < 0.6)
    #expect(scores[2] > scores[0] && scores[3] > scores[1])
  }
}

@Suite struct BaselineTests {
  private let quotes = [
    "The harbour lamp burns all night", "The harbour lamp was lit by Maren",
    "Maren lit the lamp of the harbour at night", "Cheese is made of milk",
  ]

  private var remarks: [Remark] {
    quotes.enumerated().map {
      Remark(
        episode: 1, run: $0, place: 0, bytes: 0..<$1.utf8.count, quote: $1,
        source: .init(title: "talk"))
    }
  }

  @Test func choices() {
    func first(_ baseline: Baseline) -> String? {
      baseline.choose(1, from: remarks, coreBits: [10, 10, 10, 90]).first?.quote
    }
    #expect(first(.lead) == quotes[0])
    #expect(first(.textRank) == quotes[2])
    #expect(first(.centroid) == quotes[2])
    #expect(first(.coreSurprise) == quotes[3])
    #expect(Baseline.textRank.choose(9, from: remarks, coreBits: []).last?.quote == quotes[3])
  }
}
