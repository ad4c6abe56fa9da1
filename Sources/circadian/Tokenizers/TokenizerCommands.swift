import CommandLineInterface
import Foundation
import LanguageModels
import Tokenizers

struct TokenizerEncodeCommand: Command {
  let name = "encode"
  let abstract = "Prints the token ids of a text, separated by spaces."
  let examples = ["circadian tokenizer encode --tokenizer tokenizer.json --file text.txt"]

  let tokenizer = TokenizerOption.option
  let file = CommandLineInterface.Option<String?>(
    "file", completion: .files, help: "The text; standard input when left out.")
  let special = Flag("special", help: "Recognise special tokens in the text.")

  var parameters: ParameterList {
    tokenizer
    file
    special
  }

  private struct Report: Encodable { var ids: [Int32] }

  func run(_ invocation: Invocation) async throws {
    let tokenizer = try TokenizerOption.open(invocation)
    let text = try TextInput.read(invocation[file])
    let ids = tokenizer.encode(text, recognizingSpecialTokens: invocation[special])
    try invocation.report(Report(ids: ids)) { ids.map(String.init).joined(separator: " ") }
  }
}

struct TokenizerDecodeCommand: Command {
  let name = "decode"
  let abstract = "Prints the text of token ids."
  let examples = ["circadian tokenizer decode --tokenizer tokenizer.json 464 3290"]

  let tokenizer = TokenizerOption.option
  let ids = Argument<[Int]>("id", must: .be(in: 0...Int(Int32.max)), help: "Token ids.")

  var parameters: ParameterList {
    tokenizer
    ids
  }

  private struct Report: Encodable { var text: String }

  func run(_ invocation: Invocation) async throws {
    let tokenizer = try TokenizerOption.open(invocation)
    if let unknown = invocation[ids].first(where: { $0 >= tokenizer.vocabularySize }) {
      throw CommandError(
        "id \(unknown) is not in the vocabulary of \(tokenizer.vocabularySize) tokens",
        exitCode: .badData)
    }
    let text = tokenizer.decode(invocation[ids].map(Int32.init))
    try invocation.report(Report(text: text)) { text }
  }
}

/// The option that names a tokenizer.
enum TokenizerOption {
  static let option = CommandLineInterface.Option<String>(
    "tokenizer", completion: .files,
    help: "A tokenizer file, a folder that holds one, or a GGUF file.")

  static func open(_ invocation: Invocation) throws -> any Tokenizer {
    try AnyTokenizer.open(invocation[option])
  }
}

/// Text from a file or from standard input.
enum TextInput {
  /// - Throws: ``CommandError`` when the file cannot be read or is not UTF-8.
  static func read(_ path: String?) throws -> String {
    let data: Data
    if let path {
      do {
        data = try Data(contentsOf: URL(fileURLWithPath: path))
      } catch {
        throw CommandError("\(path): cannot be read", exitCode: .inputOutput)
      }
    } else {
      data = FileHandle.standardInput.readDataToEndOfFile()
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw CommandError("\(path ?? "standard input"): not UTF-8 text", exitCode: .badData)
    }
    return text
  }
}
