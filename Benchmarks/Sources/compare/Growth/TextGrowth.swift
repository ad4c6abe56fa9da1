import Tokenizers
import Training

/// How long a byte-pair vocabulary takes to learn from growing amounts of text, which lies in memory.
struct TextGrowth: Encodable {
  struct Line: Encodable {
    let bytes: Int
    /// Whether the text had to be repeated to be as long.
    let isRepeated: Bool
    let tokens: Int
    let timing: Timing
  }

  let vocabulary, distinctBytes: Int
  let lines: [Line]

  static func measured(
    _ text: GrowingText, vocabulary: Int, rounds: Int, progress: (String) -> Void
  ) throws -> TextGrowth {
    let trainer = BytePairTrainer(vocabularySize: vocabulary)
    var tokens = text.sizes.map { _ in 0 }
    var seconds = text.sizes.map { _ in [Double]() }
    for round in 0..<rounds {
      for (index, size) in text.sizes.enumerated() {
        progress("text: \(size / 1_000_000) MB, round \(round + 1) of \(rounds)")
        let (tokenizer, time) = try ContinuousClock().timed {
          try trainer.train { take in text.forEach(upTo: size, take) }
        }
        tokens[index] = tokenizer.vocabularySize
        seconds[index].append(time)
      }
    }
    let lines = text.sizes.enumerated().compactMap { index, size in
      Timing(seconds[index]).map {
        Line(
          bytes: size, isRepeated: size > text.distinctBytes, tokens: tokens[index], timing: $0)
      }
    }
    return TextGrowth(vocabulary: vocabulary, distinctBytes: text.distinctBytes, lines: lines)
  }

  var text: String {
    var table = Table(
      .trailing("MB"), .trailing("tokens"), .trailing("median s"), .trailing("min"),
      .trailing("max"), .trailing("MB/s"), .leading("text"))
    for line in lines {
      table.append([
        "\(line.bytes / 1_000_000)", "\(line.tokens)", line.timing.median.fixed(2),
        line.timing.minimum.fixed(2), line.timing.maximum.fixed(2),
        (Double(line.bytes) / 1e6 / line.timing.median).fixed(1),
        line.isRepeated ? "repeated" : "all different",
      ])
    }
    return "Byte-pair vocabularies of up to \(vocabulary) tokens; "
      + "\((Double(distinctBytes) / 1e6).fixed(1)) MB of text are given\n\n\(table.text)"
  }

  var plots: [NamedPlot] {
    [
      (
        "texts",
        LinePlot(
          "Learning a vocabulary", xLabel: "MB of text", yLabel: "seconds", yIncludes: 0...0,
          [.init("training", lines.map { .init(Double($0.bytes) / 1e6, $0.timing.median) })])
      )
    ]
  }
}
