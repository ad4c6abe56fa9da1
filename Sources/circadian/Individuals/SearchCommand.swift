import CommandLineInterface
import Individuals

struct SearchCommand: Command {
  let name = "search"
  let abstract = "Finds what an individual has read and said, by its words."
  let discussion = """
    The episodes of the journal that share words with the query, the best first (BM25), each with the passage that \
    fits best. Nothing in a query is an operator.
    """
  let examples = ["circadian search ada \"copper mill\"", "circadian search ada lamp --limit 3"]

  let individual = Argument<String>("name", help: "Whose journal.")
  let words = Argument<[String]>("words", help: "What to look for.")
  let limit = CommandLineInterface.Option(
    "limit", default: 10, must: .be(in: 1...1000), help: "At most so many episodes.")

  var parameters: ParameterList {
    individual
    words
    limit
  }

  private struct Report: Encodable {
    struct Hit: Encodable {
      var episode: Episode.ID
      var title, passage: String
      var score: Double
    }
    var individual: String
    var hits: [Hit]
  }

  func run(_ invocation: Invocation) async throws {
    let person = try invocation.individual(invocation[individual], access: .reading)
    let hits = try person.journal.search(
      invocation[words].joined(separator: " "), limit: invocation[limit])
    let report = Report(
      individual: person.name,
      hits: hits.map {
        .init(episode: $0.episodeID, title: $0.title, passage: $0.passage, score: $0.score)
      })
    try invocation.report(report) {
      hits.isEmpty
        ? "\(person.name) has no episode with any of these words"
        : hits.map { hit in
          "\(hit.episodeID)  \(hit.title)\n    "
            + hit.passage.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }.joined(separator: "\n")
    }
  }
}
