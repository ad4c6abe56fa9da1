import CommandLineInterface
import Corpora
import Foundation
import Tokenizers

struct TokenizerTrainCommand: Command {
  let name = "train"
  let abstract = "Learns a byte-pair vocabulary from text."
  let discussion = """
    The result is a tokenizer.json that other tools load too. Of its tokens the first 256 are the \
    bytes and the last are special: <|bos|>, which begins a document, and those that mark the \
    turns, calls and results of a conversation. The text may be larger than memory.
    """
  let examples = ["circadian tokenizer train --vocabulary 4096 --out tokenizer.json books/*.txt"]

  let files = Argument<[String]>("file", completion: .files, help: "Plain text.")
  let vocabulary = CommandLineInterface.Option(
    "vocabulary", default: 4096, must: .be(in: 256 + ChatFormat.specialTokens.count...1_000_000),
    help: "The number of tokens, bytes and special ones included.")
  let split = CommandLineInterface.Option(
    "split", default: Split.standard,
    help:
      "How text is cut into the pieces within which bytes merge; standard keeps every digit apart.")
  let out = CommandLineInterface.Option<String>(
    "out", completion: .files, help: "The tokenizer.json to write.")

  var parameters: ParameterList {
    files
    vocabulary
    split
    out
  }

  enum Split: String, CaseIterable, CommandLineValue {
    case standard, gpt2, cl100k, o200k, llama3, qwen2

    var pattern: SplitPattern {
      switch self {
      case .standard: .standard
      case .gpt2: .gpt2
      case .cl100k: .cl100k
      case .o200k: .o200k
      case .llama3: .llama3
      case .qwen2: .qwen2
      }
    }
  }

  private struct Report: Encodable {
    var file: String
    var vocabulary: Int
    var split: String
    var bytes: Int
    var seconds: Double
  }

  func run(_ invocation: Invocation) async throws {
    let start = Date()
    let trainer = BytePairTrainer(
      vocabularySize: invocation[vocabulary], specialTokens: ChatFormat.specialTokens,
      pattern: invocation[split].pattern)
    var size = 0
    let tokenizer = try trainer.train { take in
      try TextFiles(invocation[files]).forEachChunk { chunk in
        size += chunk.text.utf8.count
        take(chunk.text)
      }
    }
    try tokenizer.save(to: invocation[out])
    let report = Report(
      file: invocation[out], vocabulary: tokenizer.vocabularySize,
      split: invocation[split].rawValue, bytes: size, seconds: Date().timeIntervalSince(start))
    if report.vocabulary < invocation[vocabulary] {
      invocation.warn(
        "\(report.vocabulary) tokens instead of \(invocation[vocabulary]): "
          + "no other pair occurs twice")
    }
    try invocation.report(report) {
      "\(report.vocabulary) tokens from \(Readable.bytes(report.bytes)) in "
        + "\(Readable.fixed(report.seconds, 1)) s: \(report.file)"
    }
  }
}
