import CommandLineInterface
import Corpora
import Foundation
import Individuals
import LanguageModels
import Lens
import Tensors
import Training

struct SteerCommand: Command {
  let name = "steer"
  let abstract =
    "Pushes a core's states along a feature of a lens, and says how many examples that is worth."
  let discussion = """
    Without --target it continues the prompt once for every strength, 1 being as strong as the places that light the feature most. With --target \
    and a file of examples, one a line, it measures how the odds of the target move with pushes and with examples before the prompt, fits \
    b + a m + gamma N^(1 - alpha) to half of the measurements, and says how well it foresees the other half and how many examples a push of 1 is \
    worth.
    """
  let examples = [
    "circadian steer 117 --prompt 'The boat lay'",
    "circadian steer 117 --prompt 'Her pet is a' --target ' heron' --example-file herons.txt",
  ]

  let feature = Argument<Int>("feature", help: "As 'circadian lens show' numbers it.")
  let lens = LensOptions.folder
  let model = CommandLineInterface.Option<URL?>(
    "model", completion: .folders, help: "The core, instead of the package's own.")
  let prompt = CommandLineInterface.Option(
    "prompt", default: "It was a", must: .init("some text") { !$0.isEmpty },
    help: "What is continued.")
  let strengths = CommandLineInterface.Option<[Double]>(
    "strength", help: "How far; may be repeated (otherwise -1, 0, 1 and 2).")
  let tokens = CommandLineInterface.Option(
    "tokens", default: 40, must: .be(in: 1...100_000), help: "The most tokens to write.")
  let target = CommandLineInterface.Option<String?>(
    "target", help: "What the prompt might go on with.")
  let exampleFile = CommandLineInterface.Option<URL?>(
    "example-file", completion: .files, help: "Examples of it, one a line.")
  let sampling = SamplingOptions()

  var parameters: ParameterList {
    feature
    lens
    model
    prompt
    strengths
    Section("What a push is worth") {
      target
      exampleFile
    }
    tokens
    sampling.section
  }

  private struct Continuation: Encodable {
    var strength: Double
    var text: String
  }

  private struct Worth: Encodable {
    var law: SteeringLaw
    var points: [SteeringLaw.Point]
    var explained: Double
    var examples: Double?
  }

  func run(_ invocation: Invocation) async throws {
    let core = try LanguageModel.open(invocation[model] ?? DefaultCore.folder)
    let place = LensOptions.place(invocation[lens], invocation)
    let lens = try Lens.open(place)
    try lens.verify(core.model, path: place.path)
    let begin = core.tokenizer.beginningOfText ?? core.tokenizer.endOfText
    let context = (begin.map { [$0] } ?? []) + core.tokenizer.encode(invocation[prompt])
    func pushed(_ strength: Double) throws -> Transformer {
      var model = core.model
      model.push = try lens.push(
        along: invocation[feature], strength: Float(strength), in: core.model, asReading: context)
      return model
    }
    switch (invocation[target], invocation[exampleFile]) {
    case (nil, nil):
      let strengths = invocation[strengths].isEmpty ? [-1, 0, 1, 2] : invocation[strengths]
      let written = try strengths.map { strength in
        var generator = Generator(try pushed(strength), core.tokenizer)
        guard context.count <= generator.room else {
          throw Self.tooLong(context.count, generator.room)
        }
        generator.read(context)
        var sampler = Sampler(sampling.sampling(invocation), seed: invocation.seed)
        let result = generator.write(
          limit: invocation[tokens], sampler: &sampler, stopStrings: invocation[sampling.stop],
          isInterrupted: { Interruption.isRequested }, emit: { _ in })
        return Continuation(strength: strength, text: result.text)
      }
      try Interruption.check("")
      try invocation.report(written) {
        written.map { "\(Readable.fixed($0.strength, 2)): \(invocation[prompt])\($0.text)" }
          .joined(separator: "\n\n")
      }
    case (let target?, let file?):
      let worth = try worth(
        of: target, examples: Self.lines(of: file), core, context: (begin, context), pushed)
      try invocation.report(worth) { Self.text(worth) }
    default:
      throw CommandError("--target and --example-file go together", exitCode: .usage)
    }
  }

  /// Odds of `target` after 0, 1, 2, 4, ... examples and pushes from -1 to 1; the law is fitted to every other one.
  private func worth(
    of target: String, examples: [String], _ core: LanguageModel,
    context: (begin: Int32?, prompt: [Int32]), _ pushed: (Double) throws -> Transformer
  ) throws -> Worth {
    let answer = core.tokenizer.encode(target)
    let counts = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32].filter { $0 <= examples.count }
    guard counts.count >= 3, !answer.isEmpty else {
      throw CommandError(
        "expected at least 2 examples and a target, found \(examples.count) and '\(target)'",
        exitCode: .badData)
    }
    let models = try [-1, -0.5, 0, 0.5, 1].map { (strength: $0, model: try pushed($0)) }
    var points: [SteeringLaw.Point] = []
    for count in counts {
      let shown = examples.prefix(count).map { $0 + "\n" }.joined()
      let before =
        (count > 0 ? (context.begin.map { [$0] } ?? []) + core.tokenizer.encode(shown) : [])
      let prompt =
        count > 0 && context.begin != nil ? Array(context.prompt.dropFirst()) : context.prompt
      let tokens = before + prompt + answer
      guard tokens.count <= core.model.configuration.contextLength else { break }
      for (strength, model) in models {
        let losses = try BitsPerByte.losses(model, tokens, window: tokens.count)
        let chance = exp(-losses.suffix(answer.count).reduce(0.0) { $0 + Double($1) })
        points.append(
          .init(
            examples: count, push: strength,
            odds: log(max(chance, 1e-30)) - log(max(1 - chance, 1e-30))))
      }
    }
    let fitted = points.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let others = points.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    let law = SteeringLaw(fitted)
    return Worth(
      law: law, points: points, explained: law.quality(on: others).explained,
      examples: law.examples(worth: 1))
  }

  private static func lines(of file: URL) throws -> [String] {
    var text = ""
    try TextFiles([file.path]).forEachChunk { text += $0.text }
    return text.split(whereSeparator: \.isNewline).map(String.init)
      .filter { !$0.allSatisfy(\.isWhitespace) }
  }

  private static func tooLong(_ count: Int, _ room: Int) -> CommandError {
    CommandError(
      "the prompt has \(count) tokens, the model's context holds \(room)", exitCode: .badData)
  }

  private static func text(_ worth: Worth) -> String {
    let law = worth.law
    let head =
      "log-odds = \(Readable.fixed(law.b, 2)) + \(Readable.fixed(law.a, 2)) push + \(Readable.fixed(law.gamma, 2)) examples^\(Readable.fixed(1 - law.alpha, 2)); "
      + "it explains \(Readable.percent(worth.explained)) of the variance of measurements that it was not fitted to"
    let value =
      worth.examples.map { "a push of 1 is worth \(Readable.fixed($0, 1)) examples" }
      ?? "pushes and examples move the odds in opposite directions: no number of examples is worth a push"
    return head + "\n" + value
  }
}
