import Corpora
import Foundation
import Individuals
import LanguageModels
import Layers
import Tensors
import Training

/// One form of a core to train, another to serve: in fewer bits, and as a smaller core that learned from it.
public struct ServingForm: Study {
  package var steps = (full: 800, quick: 40)
  /// How much of what a student learns is its teacher's belief.
  package var teacherShare: Float = 0.7

  public init() {}

  public let name = "serving-form"
  public let claim = Claim(
    "What is trained and what is served need not be the same",
    words:
      "A fundamental constraint today is that the model architecture used for training must be the same as the one used for inference. Future breakthroughs could come from "
      + "lifting this constraint. This would allow for specialized models", place: "002",
    published: [
      "A student of its teacher's probabilities does better than one of the same size that learns the text alone (Hinton et al., 1503.02531)."
    ])
  public let setup = """
    The default core in float32 and in bfloat16; and a student of a quarter of its weights per layer and half of its layers, which learns the same \
    novels once from the text alone and once from the core's twenty likeliest next tokens, 8,192 tokens a step. Bits a byte on text that \
    nobody learned, bytes of the weights, tokens a second of reading on all cores.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    let core = try LanguageModel.open(DefaultCore.folder)
    let heldOut = try String(
      contentsOf: DefaultCore.folder.appendingPathComponent("neutral/held-out.txt"),
      encoding: .utf8)
    let tokens = Array(core.tokenizer.encode(heldOut).prefix(setting.pick(30_000, quick: 8192)))
    let bytes = tokens.reduce(0) { $0 + core.tokenizer.bytes(for: $1).count }
    let text = core.tokenizer.encode(try StudyText.kept)
    func measured(_ model: Transformer, _ precision: Precision) throws -> Form {
      let start = Date()
      let bits = try precision.run {
        try BitsPerByte.measure(model, tokens, bytes: bytes, window: 512)
      }
      return Form(
        bits: bits, megabytes: Double(model.parameters.count * precision.bytes) / 1e6,
        speed: Double(tokens.count) / Date().timeIntervalSince(start))
    }
    var forms: [(name: String, Form)] = []
    let full = try measured(core.model, .float32)
    forms.append(("the core, float32", full))
    let half = try measured(core.model, .bfloat16)
    forms.append(("the core, bfloat16", half))
    var students: [String: [Form]] = [:]
    for seed in setting.seeds {
      for (name, teacherShare) in [("text", Float(0)), ("teacher", self.teacherShare)] {
        var configuration = core.model.configuration
        (configuration.width, configuration.hiddenWidth) = (128, 512)
        (configuration.headCount, configuration.keyHeadCount) = (2, 2)
        configuration.layerCount = 2
        var plan = TrainingPlan(configuration, steps: steps, batch: 32, seed: seed)
        plan.scaleRates(by: 0.5)
        let model = try Transformer(configuration, in: ParameterScope(seed: seed))
        let rows = TextRows(text, length: 256, repeatShare: 0, seed: seed)
        let targets: any RowTargets =
          teacherShare > 0
          ? DistillationTargets(core.model, teacherShare: teacherShare) : LabelTargets()
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        _ = try TrainingRun(plan, model: model, origin: "study", rows: rows, targets: targets)
          .run(checkpoint: folder.url.appendingPathComponent("checkpoint")) { line in
            if line.step.isMultiple(of: max(1, steps / 4)) {
              setting.note(
                "seed \(seed), \(name): step \(line.step)/\(steps), loss \(LinePlot.digits(line.loss))"
              )
            }
          }
        students[name, default: []].append(try measured(model, .fastest))
      }
    }
    let (byText, byTeacher) = (students["text"]!, students["teacher"]!)
    forms.append(("a student of the text, \(Precision.fastest.rawValue)", byText[0]))
    forms.append(("a student of the core, \(Precision.fastest.rawValue)", byTeacher[0]))
    return StudyOutcome(
      [
        Finding(
          "bits a byte lost by bfloat16", abs(half.bits - full.bits), .atMost(0.01)),
        Finding("bytes saved by it", 1 - half.megabytes / full.megabytes, .atLeast(0.49)),
        Finding("student of the text, bits a byte", byText.map(\.bits)),
        Finding("student of the core, bits a byte", byTeacher.map(\.bits)),
        Finding(
          "bits a byte gained by having a teacher",
          zip(byText, byTeacher).map { $0.bits - $1.bits },
          .atLeast(0.005)),
        Finding(
          "speed of the student by that of the core", byTeacher.map { $0.speed / half.speed },
          .atLeast(1.5)),
      ],
      [
        .table(
          ReportTable(
            "forms to serve",
            [.text("form"), .number("bits a byte"), .number("MB"), .number("tokens/s")],
            rows: forms.map { name, form in
              [
                .init(name), .init(ReportNumber.fixed(form.bits, 4)),
                .init(ReportNumber.fixed(form.megabytes, 2)), .init("\(Int(form.speed))"),
              ]
            }))
      ])
  }

  private struct Form {
    var bits, megabytes, speed: Double
  }
}

extension Precision {
  /// Of a number.
  fileprivate var bytes: Int { self == .float32 ? 4 : 2 }
}
