import Foundation
import Individuals
import LanguageModels
import Layers
import Optimizers
import Tensors
import Training

/// Attention to a few tokens that an indexer chooses, which learns from attention what it would want (DeepSeek-V3.2).
public struct SparseChoice: Study {
  /// Steps in which the indexers learn.
  package var lessons = (full: 200, quick: 30)

  public init() {}

  public let name = "sparse-choice"
  public let claim = Claim(
    "Attention can be sparse and lose next to nothing",
    words:
      "humans have some kind of a very elaborate sparse attention scheme, which I think we're starting to see some early hints of. So DeepSeq V3.2 just came out and I saw "
      + "that they have like a sparse attention", place: "004, 24:22",
    published: [
      "A lightning indexer I(t, s) = sum_j w_tj ReLU(q_tj . k_s) learns by KL from the attention of all heads, and each query attends to the best 2,048 of 131,072 keys, with "
        + "benchmarks about the same (DeepSeek-AI 2025, DeepSeek-V3.2, section 2)."
    ])
  public let setup = """
    The default core is given indexers that know nothing; they learn from its attention on novels, 8 windows of 512 tokens a step, while the core \
    stays as it is. Bits a byte on text that nobody learned: attending to all 512 tokens, to 64 that untaught indexers choose, and to 64 \
    that taught ones do. With as many keys as there are rows, attention to what is chosen must be attention.
    """

  private static let kept = 64

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(lessons.full, quick: lessons.quick)
    let core = try LanguageModel.open(DefaultCore.folder)
    let windows = TokenWindows(core.tokenizer.encode(try StudyText.kept), length: 512, seed: 0)
    let heldOut = try String(
      contentsOf: DefaultCore.folder.appendingPathComponent("neutral/held-out.txt"),
      encoding: .utf8)
    let tokens = Array(core.tokenizer.encode(heldOut).prefix(setting.pick(20_000, quick: 8192)))
    let bytes = tokens.reduce(0) { $0 + core.tokenizer.bytes(for: $1).count }
    func bits(_ model: Transformer) throws -> Double {
      try BitsPerByte.measure(model, tokens, bytes: bytes, window: 512)
    }
    let all = try bits(core.model)
    var (untaught, taught, distance) = ([Double](), [Double](), [Double]())
    var curves: [LinePlotSeries] = []
    for seed in setting.seeds {
      let sparse = try core.model.sparse(.init(heads: 2, kept: Self.kept), seed: seed)
      sparse.parameters.setTrainable { $0.contains(".indexer.") }
      untaught.append(try bits(sparse))
      var optimizer = AdamW(learningRate: 3e-3)
      let schedule = Schedule(warmupSteps: 5, decayShare: 0.7, floor: 0)
      var curve: [(Double, Double)] = []
      for step in 0..<steps {
        let starts = windows.starts(step: step, batch: 8)
        let (loss, gradients) = try ParallelGradients.sum(pieces: 8) { piece in
          let window = Array(windows.window(at: starts[piece]).dropLast())
          let (_, lessons) = sparse.hidden(
            Tensor(indices: window, shape: [1, window.count]), teachingIndexers: true)
          return lessons.dropFirst().reduce(lessons[0]) { $0 + $1 }
        }
        try optimizer.update(
          sparse.parameters.trainable, along: gradients,
          rate: schedule.factor(at: step, of: steps), gradientScale: 1 / (8 * 512))
        let rows = Double(8 * 512 * core.model.configuration.layerCount)
        curve.append((Double(step + 1), loss / rows))
      }
      curves.append(("seed \(seed)", curve))
      distance.append(curve.last!.1 / curve.first!.1)
      taught.append(try bits(sparse))
      setting.note(
        "seed \(seed): \(LinePlot.digits(all)) bits a byte with all keys, \(LinePlot.digits(untaught.last!)) and \(LinePlot.digits(taught.last!)) with \(Self.kept)"
      )
    }
    return StudyOutcome(
      [
        Finding(
          "all keys chosen, less attention to all", setting.seeds.map(Self.difference),
          .atMost(1e-5)),
        Finding("bits a byte, attending to all", all),
        Finding("bits a byte that 64 of 512 cost, indexers untaught", untaught.map { $0 - all }),
        Finding(
          "bits a byte that 64 of 512 cost, indexers taught", taught.map { $0 - all },
          .atMost(0.02)),
        Finding(
          "of what they cost untaught", zip(taught, untaught).map { ($0 - all) / ($1 - all) },
          .atMost(0.5)),
        Finding("distance from attention, end by beginning", distance),
      ],
      [
        .plot(
          .of(
            "Indexers learn what attention wants", x: "step", y: "KL, nats a row and layer",
            curves)), .table(Self.costs),
      ])
  }

  /// The largest difference between attention to all keys and to those chosen when all may be.
  private static func difference(seed: UInt64) -> Double {
    var random = RandomSource(seed: seed, name: "attention")
    let (batch, length, heads, width) = (2, 96, 2, 32)
    func drawn(_ shape: Shape) -> Tensor { .normal(shape, deviation: 1, using: &random) }
    let (queries, keys) = (
      drawn([batch, length, heads, width]), drawn([batch, length, heads, width])
    )
    let values = drawn([batch, length, heads, width])
    let index = IndexRows(
      queries: drawn([batch, length, heads, width]), weights: drawn([batch, length, heads]),
      keys: drawn([batch, length, width]))
    let dense = queries.attending(keys: keys, values: values).values
    let sparse = queries.attending(keys: keys, values: values, chosen: index.chosen(length)).values
    return zip(dense, sparse).reduce(0) { max($0, Double(abs($1.0 - $1.1))) }
  }

  /// Multiplications that a layer of the default core makes for a whole context.
  private static var costs: ReportTable {
    ReportTable(
      "millions of multiplications a layer, the choosing included: four heads of 64, two index heads of 64, 64 keys",
      [.number("tokens"), .number("all"), .number("chosen"), .number("share")],
      rows: [512, 2048, 8192, 131_072].map { length in
        let pairs = Double(length) * Double(length + 1) / 2
        let all = pairs * 2 * 4 * 64
        // Scores of the indexer for every pair, attention for the chosen ones.
        let chosen = pairs * 2 * 65 + Double(length * kept) * 2 * 4 * 64
        return [
          .init("\(length)"), .init(ReportNumber.fixed(all / 1e6, 0)),
          .init(ReportNumber.fixed(chosen / 1e6, 0)),
          .init(ReportNumber.fixed(chosen / all, 2)),
        ]
      })
  }
}
