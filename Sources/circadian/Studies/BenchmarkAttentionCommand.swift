import CommandLineInterface
import Studies

struct BenchmarkAttentionCommand: Command {
  let name = "attention"
  let abstract =
    "What attention to a few chosen tokens costs beside attention to all, as contexts grow."
  let examples = ["circadian benchmark memory attention --longest 8192"]

  let longest = CommandLineInterface.Option(
    "longest", default: 8192, must: .be(in: 256...65_536), help: "Tokens of the longest context.")
  let kept = CommandLineInterface.Option(
    "kept", default: 64, must: .be(in: 1...65_536), help: "Tokens that are chosen.")
  let heads = CommandLineInterface.Option(
    "heads", default: 4, must: .be(in: 1...128), help: "Heads of attention.")
  let width = CommandLineInterface.Option(
    "width", default: 64, must: .be(in: 1...1024), help: "The width of a head.")
  let indexHeads = CommandLineInterface.Option(
    "index-heads", default: 2, must: .be(in: 1...64), help: "Heads of the indexer.")

  var parameters: ParameterList {
    longest
    kept
    heads
    width
    indexHeads
  }

  func run(_ invocation: Invocation) async throws {
    let cost = AttentionCost(
      heads: invocation[heads], width: invocation[width], indexHeads: invocation[indexHeads],
      kept: invocation[kept])
    var lines: [AttentionCost.Line] = []
    var length = 256
    while length <= invocation[longest] {
      lines.append(cost.measure(length))
      length *= 2
    }
    try invocation.report(lines) { cost.document(lines).markdown }
  }
}
