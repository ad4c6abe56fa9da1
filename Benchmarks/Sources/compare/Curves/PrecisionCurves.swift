import Foundation
import LanguageModels
import Optimizers
import Tensors
import Tokenizers
import Training

/// The same training in float32 and in bfloat16: the same weights at the beginning, the same windows in the same order.
///
/// How far two courses part that differ in one rounding, of the weights that they begin with, says what a difference between
/// precisions means.
struct PrecisionCurves: Comparison, Plotted {
  enum Way: String, Encodable, CaseIterable {
    case float32
    case roundedBeginning = "float32 from rounded weights"
    case bfloat16

    var precision: Precision { self == .bfloat16 ? .bfloat16 : .float32 }
  }

  struct Curve: Encodable {
    let way: Way
    let seed: UInt64
    /// Nats a token of every step, before it.
    let losses: [Double]
    /// Nats a token of the windows that are never trained on, after the last step.
    let heldOut: Double
  }

  let date: Date
  let machine: Machine
  let model: String
  let steps, batch, time: Int
  let curves: [Curve]

  private static let batch = 8
  private static let seeds: [UInt64] = [1337, 1338, 1339]
  /// A share of the text, at its end, and how many windows of it are read.
  private static let heldOutShare = 0.05
  private static let heldOutWindows = 64

  static func measured(
    _ files: [String], steps: Int, progress: (String) -> Void
  ) throws -> PrecisionCurves {
    let model = TrainingModel.all.first { $0.name == "1.9M" }!
    let text = try GrowingText(files, most: 4)
    progress("learning a vocabulary")
    let size = min(text.distinctBytes, 4_000_000)
    let tokenizer = try BytePairTrainer(vocabularySize: model.configuration.vocabularySize).train {
      take in text.forEach(upTo: size, take)
    }
    var tokens: [Int32] = []
    text.forEach(upTo: size) { tokens += tokenizer.encode($0) }
    let split = Int(Double(tokens.count) * (1 - heldOutShare))
    let (training, heldOut) = (Array(tokens[..<split]), Array(tokens[split...]))
    var curves: [Curve] = []
    for seed in seeds {
      for way in Way.allCases {
        progress("\(way.rawValue), seed \(seed): \(steps) steps")
        curves.append(try curve(model, training, heldOut, way, seed: seed, steps: steps))
      }
    }
    return PrecisionCurves(
      date: .now, machine: .current, model: model.name, steps: steps, batch: batch,
      time: model.time, curves: curves)
  }

  private static func curve(
    _ shape: TrainingModel, _ training: [Int32], _ heldOut: [Int32], _ way: Way,
    seed: UInt64, steps: Int
  ) throws -> Curve {
    let model = try shape.initialized(seed: seed)
    if way == .roundedBeginning {
      for parameter in model.parameters.parameters {
        parameter.replace(with: parameter.value.bfloat16().float32())
      }
    }
    var random = RandomSource(seed: seed, name: "windows")
    var optimizer = AdamW(learningRate: 1e-3, weightDecay: 0.1)
    let span = shape.time + 1
    @Sendable func losses(_ starts: [Int], of tokens: [Int32]) -> Tensor {
      let windows = starts.map { Array(tokens[$0..<$0 + span]) }
      let hidden = model.hidden(
        Tensor(
          indices: windows.flatMap { $0.dropLast() }, shape: [windows.count, shape.time]))
      return model.losses(hidden, SparseTargets(labels: windows.flatMap { $0.dropFirst() }))
    }
    var curve: [Double] = []
    for step in 0..<steps {
      let starts = (0..<batch).map { _ in random.integer(in: 0..<training.count - span) }
      try way.precision.run {
        let half = batch / 2
        let (loss, gradients) = try ParallelGradients.sum(pieces: 2) { piece in
          losses(Array(starts[piece * half..<(piece + 1) * half]), of: training).sum()
        }
        let scale = 1 / Float(batch * shape.time)
        curve.append(loss * Double(scale))
        // Down along a quarter of a cosine, from a twentieth of the steps on.
        let warm = Float(min(1, Double(step + 1) / Double(max(steps / 20, 1))))
        try optimizer.update(
          model.parameters.trainable, along: gradients,
          rate: warm * cos(.pi / 2 * Float(step) / Float(steps)), gradientScale: scale)
      }
    }
    let stride = (heldOut.count - span) / heldOutWindows
    let mean = way.precision.run {
      (0..<heldOutWindows).reduce(0.0) {
        $0 + Double(losses([$1 * stride], of: heldOut).mean().scalar) / Double(heldOutWindows)
      }
    }
    return Curve(way: way, seed: seed, losses: curve, heldOut: mean)
  }

  /// The mean of the steps up to one, so that the noise of single windows does not hide the course.
  private static func smooth(_ losses: [Double]) -> [LinePlot.Point] {
    let width = max(losses.count / 40, 1)
    return stride(from: width, through: losses.count, by: width).map { end in
      .init(Double(end), losses[end - width..<end].reduce(0, +) / Double(width))
    }
  }

  var plot: LinePlot {
    LinePlot(
      "The same training in two precisions", xLabel: "step", yLabel: "nats a token",
      [Way.float32, .bfloat16].map { way in
        let losses = curves.filter { $0.way == way }.map(\.losses)
        let mean = (0..<steps).map { step in
          losses.reduce(0) { $0 + $1[step] } / Double(losses.count)
        }
        return .init(way.rawValue, Self.smooth(mean))
      })
  }

  var text: String {
    var table = Table(
      .leading("products"), .trailing("seed"), .trailing("first step"),
      .trailing("mean of the last tenth"), .trailing("held out"))
    for curve in curves {
      let tail = curve.losses.suffix(max(steps / 10, 1))
      table.append([
        curve.way.rawValue, "\(curve.seed)", (curve.losses.first ?? 0).fixed(4),
        (tail.reduce(0, +) / Double(tail.count)).fixed(4), curve.heldOut.fixed(4),
      ])
    }
    return
      "\(machine.description)\n\(model), \(steps) steps of \(batch) x \(time) tokens, nats a token"
      + "\n\n\(table.text)\nHeld out, less float32: rounded weights \(differences(.roundedBeginning)); "
      + "bfloat16 \(differences(.bfloat16))"
  }

  private func differences(_ way: Way) -> String {
    Self.seeds.compactMap { seed -> String? in
      let own = curves.filter { $0.seed == seed }
      guard let changed = own.first(where: { $0.way == way }),
        let plain = own.first(where: { $0.way == .float32 })
      else { return nil }
      return (changed.heldOut - plain.heldOut).fixed(4)
    }.joined(separator: ", ")
  }

  func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data((plot.svg + "\n").utf8).write(to: folder.appending(path: "precision-curves.svg"))
  }
}
