import CommandLineInterface
import Foundation
import LanguageModels
import Tokenizers

struct TokenizerEncodeCommand: Command {
  let name = "encode"
  let abstract = "Prints the token ids of a text, separated by spaces."
  let discussion = """
    With --lines every line of the input is a JSON string, and a line of ids is printed for each.
    """
  let examples = [
    "circadian tokenizer encode --tokenizer tokenizer.json --file text.txt",
    "circadian tokenizer encode --tokenizer tokenizer.json --lines --file strings.jsonl",
  ]

  let tokenizer = TokenizerOption.option
  let file = CommandLineInterface.Option<String?>(
    "file", completion: .files, help: "The text; standard input when left out.")
  let special = Flag("special", help: "Recognise special tokens in the text.")
  let framed = Flag(
    "framed", help: "Put the tokens around the text that the vocabulary's publisher puts there.")
  let lines = Flag("lines", help: "Read a JSON string from every line.")

  var parameters: ParameterList {
    tokenizer
    file
    special
    framed
    lines
  }

  private struct Report: Encodable { var ids: [Int32] }
  private struct LinesReport: Encodable { var ids: [[Int32]] }

  func run(_ invocation: Invocation) async throws {
    let tokenizer = try TokenizerOption.open(invocation)
    let text = try TextInput.read(invocation[file])
    let recognizes = invocation[special]
    func encode(_ text: String) -> [Int32] {
      invocation[framed]
        ? tokenizer.encodeFramed(text, recognizingSpecialTokens: recognizes)
        : tokenizer.encode(text, recognizingSpecialTokens: recognizes)
    }
    if invocation[lines] {
      let ids = try TextInput.lines(of: text).enumerated().map { index, line in
        encode(try Self.string(line, number: index + 1))
      }
      try invocation.report(LinesReport(ids: ids)) {
        ids.map { $0.map(String.init).joined(separator: " ") }.joined(separator: "\n")
      }
      return
    }
    let ids = encode(text)
    try invocation.report(Report(ids: ids)) { ids.map(String.init).joined(separator: " ") }
  }

  private static func string(_ line: Substring, number: Int) throws -> String {
    do {
      return try JSONDecoder().decode(String.self, from: Data(line.utf8))
    } catch {
      throw CommandError("line \(number): not a JSON string", exitCode: .badData)
    }
  }
}

struct TokenizerDecodeCommand: Command {
  let name = "decode"
  let abstract = "Prints the text of token ids."
  let discussion = """
    With --lines every line of a file or of standard input holds ids parted by spaces, and a JSON \
    string is printed for each.
    """
  let examples = ["circadian tokenizer decode --tokenizer tokenizer.json 464 3290"]

  let tokenizer = TokenizerOption.option
  let ids = Argument<[Int]>("id", atLeast: 0, must: .be(in: 0...Int(Int32.max)), help: "Token ids.")
  let lines = Flag("lines", help: "Read ids from every line.")
  let file = CommandLineInterface.Option<String?>(
    "file", completion: .files, help: "The lines; standard input when left out.")

  var parameters: ParameterList {
    tokenizer
    ids
    lines
    file
  }

  private struct Report: Encodable { var text: String }
  private struct LinesReport: Encodable { var texts: [String] }

  func run(_ invocation: Invocation) async throws {
    let tokenizer = try TokenizerOption.open(invocation)
    if invocation[lines] {
      let texts = try TextInput.lines(of: TextInput.read(invocation[file])).enumerated().map {
        index, line in
        let ids = try line.split(separator: " ").map { word in
          guard let id = Int(word), id >= 0 else {
            throw CommandError("line \(index + 1): '\(word)' is no id", exitCode: .badData)
          }
          return id
        }
        return try Self.decode(ids, tokenizer)
      }
      try invocation.report(LinesReport(texts: texts)) {
        try texts.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
          .joined(separator: "\n")
      }
      return
    }
    guard !invocation[ids].isEmpty else {
      throw CommandError("id is missing: name at least one, or read --lines", exitCode: .usage)
    }
    let text = try Self.decode(invocation[ids], tokenizer)
    try invocation.report(Report(text: text)) { text }
  }

  private static func decode(_ ids: [Int], _ tokenizer: any Tokenizer) throws -> String {
    if let unknown = ids.first(where: { $0 >= tokenizer.vocabularySize }) {
      throw CommandError(
        "id \(unknown) is not in the vocabulary of \(tokenizer.vocabularySize) tokens",
        exitCode: .badData)
    }
    return tokenizer.decode(ids.map(Int32.init))
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

  /// The lines of a text; what ends it is no empty line.
  static func lines(of text: String) -> [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
