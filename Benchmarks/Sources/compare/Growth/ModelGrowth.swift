import LanguageModels
import Tensors
import Training

/// Training steps of GPT-2's shape from one million parameters on, each on as many tokens.
struct ModelGrowth: Encodable {
  struct Line: Encodable {
    let model: String
    let parameters: Int
    let timing: Timing
    let tokensPerSecond: Double
    let gigaflopsPerStep, gigaflopsPerSecond: Double
    /// Of the fastest large matrix product of this run.
    let shareOfPeak: Double
  }

  let precision: Precision
  let batch, time: Int
  let peakGigaflopsPerSecond: Double
  let lines: [Line]

  private static let (batch, time) = (8, 256)
  private static let warmUp = 1

  /// Millions of parameters, layers, width and tokens of the vocabulary; heads are 64 wide.
  private static let shapes: [(millions: Double, layers: Int, width: Int, vocabulary: Int)] = [
    (1.1, 4, 128, 2048), (3.1, 5, 192, 4096), (5.9, 6, 256, 4096), (12.3, 6, 384, 4096),
    (29.5, 8, 512, 8192), (59.9, 10, 640, 16_384), (124, 12, 768, 50_257),
  ]

  static func measured(
    upTo largest: Int, rounds: Int, progress: (String) -> Void
  ) throws -> ModelGrowth {
    let precision = Precision.fastest
    var peak = MatrixPeak(precision)
    var sides: [(model: TrainingModel, trainer: EngineTrainer, seconds: [Double])] = []
    for shape in shapes where shape.millions < Double(largest + 1) {
      let model = TrainingModel(
        name: "\(shape.millions)M",
        configuration: .gpt2(
          vocabularySize: shape.vocabulary, contextLength: time, width: shape.width,
          layerCount: shape.layers, headCount: shape.width / 64),
        batch: batch, time: time)
      progress("\(model.name): preparing")
      sides.append((model, try EngineTrainer(model, OptimizerSettings(), precision), []))
    }
    for round in 0..<warmUp + rounds {
      progress("models: step \(round + 1) of \(warmUp + rounds) of every size")
      try peak.measure()
      for index in sides.indices {
        let seconds = try sides[index].trainer.step().seconds
        if round >= warmUp { sides[index].seconds.append(seconds) }
      }
    }
    let lines = sides.compactMap { side in
      Timing(side.seconds).map { timing in
        let cost = PassCost(side.model.configuration, weights: side.trainer.multipliedWeightCount)
        let gigaflops = cost.training(time) * Double(batch * time) / 1e9
        let rate = gigaflops / timing.median
        return Line(
          model: side.model.name, parameters: side.trainer.work.parameters, timing: timing,
          tokensPerSecond: Double(batch * time) / timing.median, gigaflopsPerStep: gigaflops,
          gigaflopsPerSecond: rate, shareOfPeak: rate / peak.gigaflopsPerSecond)
      }
    }
    return ModelGrowth(
      precision: precision, batch: batch, time: time,
      peakGigaflopsPerSecond: peak.gigaflopsPerSecond, lines: lines)
  }

  var text: String {
    var table = Table(
      .trailing("parameters"), .trailing("tokens/s"), .trailing("median ms"), .trailing("min"),
      .trailing("max"), .trailing("GFLOP"), .trailing("GFLOP/s"), .trailing("of peak"))
    for line in lines {
      table.append([
        "\(line.parameters)", line.tokensPerSecond.fixed(0), (line.timing.median * 1e3).fixed(1),
        (line.timing.minimum * 1e3).fixed(1), (line.timing.maximum * 1e3).fixed(1),
        line.gigaflopsPerStep.fixed(1), line.gigaflopsPerSecond.fixed(0),
        (line.shareOfPeak * 100).fixed(0) + "%",
      ])
    }
    return "Training, \(batch) x \(time) tokens, products in \(precision.rawValue), matrix peak "
      + "\(peakGigaflopsPerSecond.fixed(0)) GFLOP/s\n\n\(table.text)"
  }

  var plots: [NamedPlot] {
    func plot(_ title: String, _ yLabel: String, _ value: (Line) -> Double) -> LinePlot {
      LinePlot(
        title, xLabel: "parameters", yLabel: yLabel, xScale: .logarithmic, yIncludes: 0...0,
        [.init("training", lines.map { .init(Double($0.parameters), value($0)) })])
    }
    return [
      ("models-rate", plot("Rate of training", "GFLOP/s", \.gigaflopsPerSecond)),
      ("models-tokens", plot("Tokens trained on", "tokens a second", \.tokensPerSecond)),
    ]
  }
}
