import CommandLineInterface
import Corpora
import Files
import Foundation
import Individuals
import LanguageModels
import Tensors
import Training

struct RefineCommand: Command {
  let name = "refine"
  let abstract = "Drops from a pretraining set what a small model should not spend its tokens on."
  let discussion = """
    Text is read in passages of a paragraph's size, and a model says how hard each is, alone and after \
    the text before it. Dropped is what has been read before, word for word or nearly; what is mere \
    memory work: most of the loss falls on names and numbers; and what is noise: far harder than the \
    rest, whatever stood before it. The others are written in their order, byte for byte, and beside \
    them the scores of all in a file whose name ends in .jsonl. Files may be larger than memory: a \
    passage takes some bytes of it.

    --pollute writes the opposite instead: the text with headers, tables, indexes, bad scans and \
    repeated pages mixed in, to measure refining by.
    """
  let examples = [
    "circadian refine --model base --out refined.txt --explain books/*.txt",
    "circadian refine --model base --out refined.txt --share 0.7 set.txt.gz",
  ]

  let files = Argument<[String]>(
    "file", completion: .files, help: "Plain text, also as .gz or .zst.")
  let model = CommandLineInterface.Option<URL?>(
    "model", completion: .folders, help: "The core that reads, instead of the one with the package."
  )
  let out = CommandLineInterface.Option<URL>("out", completion: .files, help: "The file to write.")
  let share = CommandLineInterface.Option<Double?>(
    "share", must: .be(in: 0.01...1),
    help: "The most of the bytes to keep: the hardest passages go, instead of those far out.")
  let explain = Flag("explain", help: "Show a few of the dropped passages and why they were.")
  let pollute = CommandLineInterface.Option<Double?>(
    "pollute", must: .be(in: 0.01...0.9),
    help: "Mix in so much that it is this share of the result.")
  let precision = TrainingOptions.precision

  var parameters: ParameterList {
    files
    model
    out
    share
    explain
    precision
    Section("Measuring") { pollute }
  }

  /// How much was dropped for one reason, and examples of it.
  private struct Dropped: Encodable {
    var passages = 0
    var bytes = 0
    var examples: [Example] = []
  }

  private struct Example: Encodable {
    var file: String
    var offset: Int
    var text: String
    var score: RefinementScore?
  }

  private struct Report: Encodable {
    var file: String
    var seed: UInt64
    var passages: Int
    var bytes: Int
    var keptBytes: Int
    /// Of all passages that were read by the model.
    var bitsPerByte: Double
    var bitsPerByteInContext: Double
    var criteria: Refinement
    var dropped: [Refinement.Reason: Dropped]
    var seconds: Double
  }

  /// A line of the file of scores.
  private struct Line: Encodable {
    var file: String
    var offset: Int
    var bytes: Int
    var kept: Bool
    var reason: Refinement.Reason?
    var score: RefinementScore?
  }

  func run(_ invocation: Invocation) async throws {
    let out = invocation[out]
    try AtomicFile.requireWritable(out)
    if let share = invocation[pollute] { return try pollute(invocation, share: share, to: out) }
    let start = Date()
    let core = try LanguageModel.open(invocation[model] ?? DefaultCore.folder)
    let text = TextFiles(invocation[files])
    let reading = try invocation[precision].run {
      try RefinementReading(text, RefinementScorer(core)) { bytes, passages in
        invocation.note("\(Readable.bytes(bytes)) read, \(passages) passages")
        try Interruption.check("interrupted; nothing was written")
      }
    }
    let criteria = reading.criteria(keeping: invocation[share])
    var report = Report(
      file: out.path, seed: invocation.seed, passages: reading.scores.count, bytes: reading.bytes,
      keptBytes: 0, bitsPerByte: reading.mean(\.bitsPerByte),
      bitsPerByteInContext: reading.mean(\.bitsPerByteInContext), criteria: criteria, dropped: [:],
      seconds: 0)
    try write(reading, criteria, text, invocation, to: out, &report)
    report.seconds = Date().timeIntervalSince(start)
    try invocation.report(report) { Self.text(report) }
  }

  /// Reads the text again and writes what is kept, and the scores of all.
  private func write(
    _ reading: RefinementReading, _ criteria: Refinement, _ text: TextFiles,
    _ invocation: Invocation, to out: URL, _ report: inout Report
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var random = RandomSource(seed: invocation.seed, name: "examples")
    var index = 0
    try AtomicFile.write(to: out) { kept in
      try AtomicFile.write(to: out.appendingPathExtension("jsonl")) { scores in
        try text.forEachChunk { chunk in
          try Interruption.check("interrupted; nothing was written")
          var keptText = Data()
          var lines = Data()
          var offset = chunk.offset
          for passage in RefinementPassages(chunk.text) {
            guard index < reading.scores.count,
              reading.sizes[index] == passage.utf8.count
            else {
              throw CommandError(
                "\(chunk.path): changed at byte \(offset) while it was read", exitCode: .badData)
            }
            let score = reading.scores[index]
            let reason = score.map { criteria.reason(against: $0) } ?? .repeated
            let line = Line(
              file: chunk.path, offset: offset, bytes: passage.utf8.count, kept: reason == nil,
              reason: reason, score: score)
            lines += try encoder.encode(line) + Data("\n".utf8)
            if let reason {
              let example = Example(
                file: chunk.path, offset: offset, text: String(passage.prefix(240)), score: score)
              Self.count(
                example, bytes: passage.utf8.count, in: &report.dropped[reason, default: Dropped()],
                examples: invocation[explain] ? 3 : 0, using: &random)
            } else {
              keptText += Data(passage.utf8)
              report.keptBytes += passage.utf8.count
            }
            offset += passage.utf8.count
            index += 1
          }
          try kept.write(keptText)
          try scores.write(lines)
        }
      }
    }
  }

  /// Counts a dropped passage; of all of them `examples` are kept, each with the same chance.
  private static func count(
    _ example: Example, bytes: Int, in dropped: inout Dropped, examples: Int,
    using random: inout RandomSource
  ) {
    dropped.passages += 1
    dropped.bytes += bytes
    if dropped.examples.count < examples {
      dropped.examples.append(example)
    } else if examples > 0 {
      let place = random.integer(in: 0..<dropped.passages)
      if place < examples { dropped.examples[place] = example }
    }
  }

  /// Writes the text with what does not belong there.
  private func pollute(_ invocation: Invocation, share: Double, to out: URL) throws {
    struct Report: Encodable {
      var file: String
      var seed: UInt64
      var cleanBytes = 0
      var bytes: [String: Int] = [:]
    }
    var report = Report(file: out.path, seed: invocation.seed)
    var pollution = RefinementPollution(share: share, seed: invocation.seed)
    try AtomicFile.write(to: out) { output in
      try TextFiles(invocation[files]).forEachChunk { chunk in
        var text = Data()
        for passage in RefinementPassages(chunk.text) {
          text += Data(passage.utf8)
          report.cleanBytes += passage.utf8.count
          for (kind, added) in pollution.following(passage) {
            text += Data(added.utf8)
            report.bytes[kind.rawValue, default: 0] += added.utf8.count
          }
        }
        try output.write(text)
      }
    }
    try invocation.report(report) {
      var table = TextTable("what", .trailing("bytes"))
      table.append("the text", String(report.cleanBytes))
      for (kind, bytes) in report.bytes.sorted(by: { $0.key < $1.key }) {
        table.append(kind, String(bytes))
      }
      return table.text + "Written to \(report.file)"
    }
  }

  private static func text(_ report: Report) -> String {
    var table = TextTable("", .trailing("passages"), .trailing("bytes"), .trailing("share"))
    func append(_ name: String, _ passages: Int, _ bytes: Int) {
      let share = Double(bytes) / Double(max(report.bytes, 1))
      table.append(name, String(passages), String(bytes), Readable.percent(share))
    }
    var keptPassages = report.passages
    for reason in Refinement.Reason.allCases {
      guard let dropped = report.dropped[reason] else { continue }
      keptPassages -= dropped.passages
      append(reason.rawValue, dropped.passages, dropped.bytes)
    }
    append("kept", keptPassages, report.keptBytes)
    let examples = Refinement.Reason.allCases.flatMap { reason in
      (report.dropped[reason]?.examples ?? []).map { example in
        let score = example.score.map {
          "; \(Readable.fixed(Double($0.bitsPerByte), 2)) bits per byte, in context "
            + "\(Readable.fixed(Double($0.bitsPerByteInContext), 2)), names and numbers "
            + Readable.percent(Double($0.namesAndNumbers))
        }
        let text = example.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return "\n\(reason.rawValue)\(score ?? "") (\(example.file) at byte \(example.offset)):\n"
          + "  \(text)"
      }
    }
    return table.text
      + "usual: \(Readable.fixed(Double(report.criteria.medianBits), 3)) bits per byte; noise: above "
      + Readable.fixed(Double(report.criteria.mostBits), 3)
      + (examples.isEmpty ? "" : "\n" + examples.joined(separator: "\n"))
      + "\nWritten to \(report.file); scores in \(report.file).jsonl"
  }
}
