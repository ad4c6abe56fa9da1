import LanguageModels
import Layers
import Tensors
import Training

/// Passes over contexts of growing length, with attention to everything and to a few chosen tokens.
struct ContextGrowth: Encodable {
  /// Per token of a context.
  struct Cost: Encodable {
    let microseconds: Timing
    /// 10^6 operations by formula.
    let megaflops: Double
    let gigaflopsPerSecond: Double

    init(_ microseconds: Timing, operations: Double) {
      self.microseconds = microseconds
      megaflops = operations / 1e6
      gigaflopsPerSecond = megaflops / microseconds.median * 1e3
    }
  }

  struct Line: Encodable {
    let length: Int
    let architecture: CoreArchitecture
    let training, reading: Cost
  }

  let parameters: [String: Int]
  /// Tokens that sparse attention is computed for.
  let kept: Int
  let lines: [Line]

  private static let (depth, vocabulary, shortest) = (4, 4096, 256)
  private static let warmUp = 1

  static func measured(
    upTo longest: Int, rounds: Int, progress: (String) -> Void
  ) throws -> ContextGrowth {
    let lengths = Array(
      sequence(first: shortest) { 2 * $0 }.prefix { $0 <= max(longest, shortest) })
    let sides = try [CoreArchitecture.gpt, .sparse].map { architecture in
      let configuration = architecture.configuration(
        depth: depth, vocabularySize: vocabulary, contextLength: lengths.last!)
      let model = try Transformer(configuration, in: ParameterScope(seed: 1))
      return (architecture: architecture, pass: ContextPass(model, mostTokens: lengths.last!))
    }
    var seconds: [[String: (training: [Double], reading: [Double])]] = lengths.map { _ in [:] }
    for round in 0..<warmUp + rounds {
      for (index, length) in lengths.enumerated() {
        progress("contexts: \(length) tokens, round \(round + 1) of \(warmUp + rounds)")
        for (architecture, pass) in sides {
          let (training, reading) = (try pass.training(length), pass.reading(length))
          guard round >= warmUp else { continue }
          seconds[index][architecture.rawValue, default: ([], [])].training.append(training * 1e6)
          seconds[index][architecture.rawValue, default: ([], [])].reading.append(reading * 1e6)
        }
      }
    }
    let lines = sides.flatMap { architecture, pass in
      lengths.enumerated().compactMap { index, length -> Line? in
        guard let times = seconds[index][architecture.rawValue],
          let training = Timing(times.training), let reading = Timing(times.reading)
        else { return nil }
        return Line(
          length: length, architecture: architecture,
          training: Cost(training, operations: pass.cost.training(length)),
          reading: Cost(reading, operations: pass.cost.reading(length)))
      }
    }
    return ContextGrowth(
      parameters: Dictionary(
        uniqueKeysWithValues: sides.map { ($0.architecture.rawValue, $0.pass.parameterCount) }),
      kept: LightningIndexer.Form().kept, lines: lines)
  }

  var text: String {
    var table = Table(
      .leading("attention"), .trailing("tokens"), .trailing("training us/token"),
      .trailing("MFLOP"), .trailing("GFLOP/s"), .trailing("reading us/token"), .trailing("MFLOP"),
      .trailing("GFLOP/s"))
    for line in lines {
      func cells(_ cost: Cost) -> [String] {
        [
          cost.microseconds.median.fixed(1), cost.megaflops.fixed(1),
          cost.gigaflopsPerSecond.fixed(0),
        ]
      }
      table.append(
        [line.architecture.attention, "\(line.length)"] + cells(line.training)
          + cells(line.reading))
    }
    let growths = [CoreArchitecture.gpt, .sparse].compactMap { architecture -> String? in
      let own = lines.filter { $0.architecture == architecture }
      guard let first = own.first, let last = own.last, last.length > first.length else {
        return nil
      }
      func growth(_ cost: (Line) -> Cost) -> String {
        let time = cost(last).microseconds.median / cost(first).microseconds.median
        let formula = cost(last).megaflops / cost(first).megaflops
        return "\(time.fixed(2)) times (by formula \(formula.fixed(2)))"
      }
      return "\(architecture.attention): from \(first.length) to \(last.length) tokens, training "
        + "costs \(growth(\.training)), reading \(growth(\.reading)) for each token"
    }
    return
      "Contexts, \(Self.depth) blocks of width \(64 * Self.depth), sparse attention to \(kept) "
      + "tokens; training in \(Precision.fastest.rawValue), reading in float32\n\n"
      + "\(table.text)\(growths.joined(separator: "\n"))"
  }

  var plots: [NamedPlot] {
    func plot(_ title: String, _ cost: (Line) -> Cost) -> LinePlot {
      let series = [CoreArchitecture.gpt, .sparse].flatMap { architecture in
        let own = lines.filter { $0.architecture == architecture }
        // The formula at the rate of the shortest context: where time would lie if it were all that counts.
        let rate = own.first.map { cost($0).microseconds.median / cost($0).megaflops } ?? 0
        return [
          LinePlot.Series(
            architecture.attention,
            own.map { .init(Double($0.length), cost($0).microseconds.median) }),
          LinePlot.Series(
            "\(architecture.attention), by formula",
            own.map { .init(Double($0.length), cost($0).megaflops * rate) }),
        ]
      }
      return LinePlot(
        title, xLabel: "tokens of context", yLabel: "microseconds per token",
        xScale: .logarithmic, yIncludes: 0...0, series)
    }
    return [
      ("contexts-training", plot("Training on longer contexts", \.training)),
      ("contexts-reading", plot("Reading longer contexts", \.reading)),
    ]
  }
}

extension CoreArchitecture {
  fileprivate var attention: String { self == .sparse ? "sparse" : "full" }
}
