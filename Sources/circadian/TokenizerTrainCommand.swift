import CommandLineInterface
import Corpora
import Foundation
import Tokenizers

struct TokenizerTrainCommand: Command {
  let name = "train"
  let abstract = "Learns a byte-pair vocabulary from text."
  let discussion = """
    The result is a tokenizer.json that other tools load too. Its special token <|bos|> begins a \
    document.
    """
  let examples = ["circadian tokenizer train --vocabulary 4096 --out tokenizer.json books/*.txt"]

  let files = Argument<[String]>("file", completion: .files, help: "Plain text.")
  let vocabulary = CommandLineInterface.Option(
    "vocabulary", default: 4096, must: .be(in: 257...1_000_000), help: "The number of tokens.")
  let out = CommandLineInterface.Option<String>(
    "out", completion: .files, help: "The tokenizer.json to write.")

  var parameters: ParameterList {
    files
    vocabulary
    out
  }

  private struct Report: Encodable {
    var file: String
    var vocabulary: Int
    var bytes: Int
    var seconds: Double
  }

  func run(_ invocation: Invocation) async throws {
    let start = Date()
    var texts: [String] = []
    try TextFiles(invocation[files]).forEachChunk { texts.append($0.text) }
    let trainer = BytePairTrainer(
      vocabularySize: invocation[vocabulary], specialTokens: ["<|bos|>"])
    let tokenizer = try trainer.train(on: texts)
    try tokenizer.save(to: invocation[out])
    let report = Report(
      file: invocation[out], vocabulary: tokenizer.vocabularySize,
      bytes: texts.reduce(0) { $0 + $1.utf8.count }, seconds: Date().timeIntervalSince(start))
    try invocation.report(report) {
      "\(report.vocabulary) tokens from \(Readable.bytes(report.bytes)) in "
        + "\(Readable.fixed(report.seconds, 1)) s: \(report.file)"
    }
  }
}
