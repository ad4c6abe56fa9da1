import CommandLineInterface
import Corpora
import Foundation
import LanguageModels
import Tokenizers

struct TokenizerEvaluateCommand: Command {
  let name = "evaluate"
  let abstract = "Measures what tokenizers make of text."
  let discussion = """
    Bytes per token say how short the text becomes; tokens per word how much words are cut, a \
    word being what white space parts; single bytes how many tokens stand for one byte; used how \
    much of the vocabulary occurs. Exact is a tokenizer whose tokens give the text back byte for \
    byte. MB/s is what one thread encodes.
    """
  let examples = [
    "circadian tokenizer evaluate --tokenizer tokenizer.json books/*.txt",
    "circadian tokenizer evaluate --tokenizer mine.json --tokenizer cl100k_base.tiktoken text.txt",
  ]

  let tokenizers = CommandLineInterface.Option<[String]>(
    "tokenizer", completion: .files,
    help: "A tokenizer file, a folder that holds one, or a GGUF file; may be repeated.")
  let files = Argument<[String]>("file", completion: .files, help: "Plain text.")

  var parameters: ParameterList {
    tokenizers
    files
  }

  private struct Place: Encodable {
    var file: String
    var offset: Int
  }

  private struct Result: Encodable {
    var tokenizer: String
    var vocabulary: Int
    var tokens: Int
    var words: Int
    var bytesPerToken: Double
    var tokensPerWord: Double
    var singleByteShare: Double
    var vocabularyUse: Double
    var isExact: Bool
    var firstDifference: Place?
    var megabytesPerSecond: Double

    init(_ path: String, _ evaluation: TokenizerEvaluation, firstDifference: Place?) {
      tokenizer = path
      vocabulary = evaluation.tokenizer.vocabularySize
      tokens = evaluation.tokenCount
      words = evaluation.wordCount
      bytesPerToken = evaluation.bytesPerToken
      tokensPerWord = evaluation.tokensPerWord
      singleByteShare = evaluation.singleByteShare
      vocabularyUse = evaluation.vocabularyUse
      isExact = firstDifference == nil
      self.firstDifference = firstDifference
      megabytesPerSecond = evaluation.bytesPerSecond / 1e6
    }
  }

  private struct Report: Encodable {
    var bytes: Int
    var results: [Result]
  }

  func run(_ invocation: Invocation) async throws {
    let paths = invocation[tokenizers]
    guard !paths.isEmpty else {
      throw CommandError("--tokenizer is missing: name at least one tokenizer", exitCode: .usage)
    }
    var evaluations = try paths.map { TokenizerEvaluation(try AnyTokenizer.open($0)) }
    var differences = [Place?](repeating: nil, count: paths.count)
    var size = 0
    try TextFiles(invocation[files]).forEachChunk { chunk in
      size += chunk.text.utf8.count
      for index in evaluations.indices {
        let offset = evaluations[index].add(chunk.text)
        if let offset, differences[index] == nil {
          differences[index] = Place(file: chunk.path, offset: chunk.offset + offset)
        }
      }
    }
    let results = paths.indices.map {
      Result(paths[$0], evaluations[$0], firstDifference: differences[$0])
    }
    try invocation.report(Report(bytes: size, results: results)) { Self.table(results) }
  }

  private static func table(_ results: [Result]) -> String {
    var table = TextTable(
      "tokenizer", .trailing("vocabulary"), .trailing("bytes/token"), .trailing("tokens/word"),
      .trailing("single bytes"), .trailing("used"), "exact", .trailing("MB/s"))
    for result in results {
      table.append(
        result.tokenizer, "\(result.vocabulary)", Readable.fixed(result.bytesPerToken, 2),
        Readable.fixed(result.tokensPerWord, 2), Readable.percent(result.singleByteShare),
        Readable.percent(result.vocabularyUse),
        result.firstDifference.map { "no: \($0.file), byte \($0.offset)" } ?? "yes",
        Readable.fixed(result.megabytesPerSecond, 1))
    }
    return table.text
  }
}
