import CommandLineInterface
import Foundation
import Individuals
import LanguageModels
import Lens
import Tensors

struct LensShowCommand: Command {
  let name = "show"
  let abstract = "Names the concepts that tonight would strengthen or weaken."
  let discussion = """
    The gradient of what waits to be slept on, at the individual's states, along the features of a lens made for its core; with the texts \
    that light each feature most. 'circadian sleep NAME --suppress N' keeps a feature's concept from being learned, '--amplify N' learns \
    more of it.
    """
  let examples = ["circadian lens show ada", "circadian lens show ada --count 20"]

  let individual = Argument<String>("name", help: "Whose night.")
  let lens = LensOptions.folder
  let count = CommandLineInterface.Option(
    "count", default: 10, must: .be(in: 1...100_000), help: "Features of each direction.")

  var parameters: ParameterList {
    individual
    lens
    count
  }

  private struct Line: Encodable {
    var push: GradientLens.Push
    var examples: [String]
  }

  func run(_ invocation: Invocation) async throws {
    let sleeper = try Individual.open(
      name: invocation[individual], in: Home(root: invocation.home), access: .reading)
    let place = LensOptions.place(invocation[lens], invocation)
    let lens = try Lens.open(place)
    let core = try Mind.wake(sleeper, upTo: .some(nil))
    try lens.verify(core.model, path: place.path)
    let waiting = try sleeper.unsleptEpisodes()
    let text = try waiting.map { try sleeper.journal.heard($0).text }.joined(separator: "\n")
    let mind = try Mind.wake(sleeper)
    let tokens = mind.tokenizer.encode(text)
    guard tokens.count > 1 else {
      throw CommandError("\(sleeper.name) has nothing to sleep on", exitCode: .usage)
    }
    let pushes = try GradientLens(lens, mind.model, mind.tokenizer).pushes(of: tokens)
    func lines(_ isWanted: (Double) -> Bool) -> [Line] {
      pushes.filter { isWanted($0.gain) }.prefix(invocation[count]).map {
        Line(push: $0, examples: lens.features[$0.feature].examples)
      }
    }
    let (stronger, weaker) = (lines { $0 > 0 }, lines { $0 < 0 })
    try invocation.report(["strengthened": stronger, "weakened": weaker]) {
      "Tonight's \(tokens.count) tokens would strengthen\n\n"
        + stronger.map(Self.text).joined(separator: "\n") + "\n\nand weaken\n\n"
        + weaker.map(Self.text).joined(separator: "\n")
    }
  }

  private static func text(_ line: Line) -> String {
    let push = line.push
    let head =
      "  \(push.feature)  \(push.gain > 0 ? "+" : "")\(Readable.fixed(1000 * push.gain, 2))e-3 nats a token, "
      + "lit by \(Readable.percent(push.share)): \(push.example)"
    return ([head] + line.examples.prefix(3).map { "      like: \($0)" }).joined(separator: "\n")
  }
}
