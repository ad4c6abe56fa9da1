import Corpora
import Foundation
import Individuals
import LanguageModels
import Tensors
import Training

/// What a trained core foresees of long texts while its feed-forward blocks go on learning, against the same core as it is.
public struct ReadingBenchmark: Sendable {
  /// A way to read.
  public struct Arm: Sendable, Codable, Equatable {
    public var title: String
    public var form: ContinuumReader.Form
    /// Whether what was learned of a text goes when it ends; the slowest level keeps it otherwise.
    public var beginsAnew: Bool

    public init(_ title: String, _ form: ContinuumReader.Form, beginsAnew: Bool = true) {
      self.title = title
      self.form = form
      self.beginsAnew = beginsAnew
    }

    /// The core as it is, and levels of one pace, of three, and of three of which the slowest and the beginnings last, each at
    /// every one of `rates`.
    public static func all(rates: [Float]) -> [Arm] {
      [Arm("as it is", .init(periods: [64], rate: 0))]
        + rates.flatMap { rate in
          [
            Arm("one level, rate \(rate)", .init(periods: [64], rate: rate)),
            Arm("three levels, rate \(rate)", .init(rate: rate)),
            Arm(
              "three levels, rate \(rate), from text to text", .init(rate: rate, carry: 0.5),
              beginsAnew: false),
          ]
        }
    }
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var arm: Arm
    /// Of every text, and of its second half.
    public var bitsPerByte, ofSecondHalves: [Double]
    public var tokensPerSecond: Double
  }

  private let core: CoreReference
  private let texts: [String]

  public init(_ core: CoreReference, _ documents: [Document]) {
    self.core = core
    texts = documents.map(\.plainText)
  }

  /// Reads all texts on one thread, so that several arms can read side by side.
  public func run(_ arm: Arm) throws -> Outcome {
    let start = Date()
    let opened = try LanguageModel.open(core.url)
    var reader = ContinuumReader(opened.model, arm.form)
    var outcome = Outcome(arm: arm, bitsPerByte: [], ofSecondHalves: [], tokensPerSecond: 0)
    var count = 0
    for (index, text) in texts.enumerated() {
      if index > 0 {
        reader.endContext()
        if arm.beginsAnew {
          reader = ContinuumReader(try LanguageModel.open(core.url).model, arm.form)
        }
      }
      let tokens = opened.tokenizer.encode(text)
      count += tokens.count
      let losses = try reader.read(tokens)
      let bytes = tokens.dropFirst(tokens.count - losses.count).map {
        opened.tokenizer.bytes(for: $0).count
      }
      func bits(_ range: Range<Int>) -> Double {
        let nats = losses[range].reduce(0) { $0 + Double($1) }
        return nats / log(2) / Double(max(bytes[range].reduce(0, +), 1))
      }
      outcome.bitsPerByte.append(bits(0..<losses.count))
      outcome.ofSecondHalves.append(bits(losses.count / 2..<losses.count))
    }
    outcome.tokensPerSecond = Double(count) / Date().timeIntervalSince(start)
    return outcome
  }
}

/// Ways to read side by side.
public struct ReadingBenchmarkReport: Sendable {
  private let outcomes: [ReadingBenchmark.Outcome]

  public init(_ outcomes: [ReadingBenchmark.Outcome]) { self.outcomes = outcomes }

  public var document: ReportDocument {
    let table = ReportTable(
      "mean over the texts, lowest and highest beside it",
      [
        .text("levels"), .number("bits per byte"), .number("of second halves"), .number("tokens/s"),
      ],
      rows: outcomes.map { outcome in
        [
          .init(outcome.arm.title), .init(spread: outcome.bitsPerByte),
          .init(spread: outcome.ofSecondHalves),
          .init(ReportNumber.fixed(outcome.tokensPerSecond, 0)),
        ]
      })
    return ReportDocument(
      "Levels that learn while they read",
      [
        .paragraph(
          "\(outcomes.first?.bitsPerByte.count ?? 0) texts, every token foreseen before it is learned from; tokens "
            + "per second with as many ways side by side as there are cores."),
        .table(table),
      ])
  }
}
