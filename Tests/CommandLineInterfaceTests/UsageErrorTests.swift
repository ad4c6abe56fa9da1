import CommandLineInterface
import Foundation
import Testing

@Suite("Errors and exit codes")
struct UsageErrorTests {
  static let matrix: [(words: String, message: String)] = [
    ("prob ada", "there is no command 'prob'; did you mean 'probe'?"),
    ("xyzzy", "there is no command 'xyzzy'"),
    ("tokenizer vocabluary", "there is no command 'vocabluary'; did you mean 'vocabulary'?"),
    ("probe ada -r 1 --rnak 2", "there is no option '--rnak'; did you mean '--rank'?"),
    ("probe ada -r 1 --nightss=2", "there is no option '--nightss'; did you mean '--nights'?"),
    ("probe ada -r 1 -seed 2", "there is no option '-seed'; did you mean '--seed'?"),
    (
      "probe ada -r 1 --no-overwrite",
      "there is no option '--no-overwrite'; did you mean '--overwrite'?"
    ),
    ("probe ada -r 1 --zzz", "there is no option '--zzz'"),
    ("probe --version", "there is no option '--version'"),
    ("probe ada -r 1 --overwrite=yes", "--overwrite takes no value, but was given 'yes'"),
    ("probe ada --rank", "--rank needs a value: a whole number"),
    (
      "probe ada --prompt --rank",
      "--prompt needs a value: text; write --prompt=--rank if '--rank' is the value"
    ),
    ("probe ada", "--rank is missing"),
    ("probe --rank 1", "<individual> is missing"),
    ("probe ada --rank three", "--rank takes a whole number, not 'three'"),
    ("probe ada --rank 1.5", "--rank takes a whole number, not '1.5'"),
    (
      "probe ada --rank 99999999999999999999",
      "--rank takes a whole number, not '99999999999999999999'"
    ),
    ("probe ada --rank 65", "--rank must be between 1 and 64, but is '65'"),
    ("probe ada -r 1 --rate 0", "--rate must be above 0, but is '0'"),
    ("probe ada -r 1 --rate nan", "--rate takes a number, not 'nan'"),
    ("probe ada -r 1 --nights -3", "--nights must be at least 1, but is '-3'"),
    ("probe ada -r 1 --layer 1 --layer x", "--layer takes a whole number, not 'x'"),
    (
      "probe ada -r 1 --memory slot",
      "--memory takes one of slots, lora, both, not 'slot'; did you mean 'slots'?"
    ),
    (
      "probe ada -r 1 --seed -1",
      "--seed takes a whole number from 0 to 18446744073709551615, not '-1'"
    ),
    ("probe ada -r 1 --core=", "--core takes a path, not ''"),
    ("history 1 both more", "'more' is one argument too many"),
    ("history 0", "<night> must be at least 1, but is '0'"),
  ]

  @Test("wrong command lines say what is wrong and end with 64", arguments: matrix)
  func usage(words: String, message: String) async throws {
    let output = try Capture()
    let messages = try Capture()
    let code = await sampleTool().run(
      words.split(separator: " ").map(String.init), output: output.terminal,
      messages: messages.terminal, environment: [:])
    let lines = try messages.text.split(separator: "\n")
    #expect(lines.first == "error: \(message)")
    #expect(lines.dropFirst().first?.hasPrefix("usage: circadian ") == true)
    #expect(lines.last?.hasSuffix("--help'.") == true)
    #expect(try output.text.isEmpty)
    #expect(code == .usage)
  }

  @Test("the usage line is that of the command that was reached")
  func usageLine() async throws {
    let outcome = try await run("probe", "ada")
    #expect(
      outcome.messages == """
        error: --rank is missing
        usage: circadian probe --rank <n> <individual> [<file>...] [options]
        See 'circadian probe --help'.

        """)
  }

  @Test("a missing command shows the help page on standard error")
  func missingCommand() async throws {
    let outcome = try await run("tokenizer")
    #expect(outcome.code == 64)
    #expect(outcome.output.isEmpty)
    #expect(outcome.messages.contains("vocabulary  Look at words."))
  }

  struct InUse: ExitCodeProviding, CustomStringConvertible {
    let exitCode = ExitCode.inUse
    let description = "ada is in use by process 7"
  }

  static let errors: [(error: any Error, code: Int32, message: String)] = [
    (CommandError("it broke"), 1, "error: it broke\n"),
    (CommandError("line 3 is broken", exitCode: .badData), 65, "error: line 3 is broken\n"),
    (InUse(), 75, "error: ada is in use by process 7\n"),
    (Interrupted("kept 4 steps"), 130, "kept 4 steps\n"),
    (Interrupted(""), 130, ""),
    (CancellationError(), 130, "interrupted\n"),
    (OutputError.closed, 141, ""),
    (OutputError.failed(reason: "full"), 74, "error: cannot write to standard output: full\n"),
    (
      CocoaError(.fileReadNoSuchFile, userInfo: ["NSFilePath": "a.txt"]), 74,
      "error: there is no file 'a.txt'\n"
    ),
    (CocoaError(.fileReadCorruptFile), 65, "error: the file is damaged or not UTF-8 text\n"),
  ]

  @Test("errors that commands throw become exit codes", arguments: errors)
  func thrown(error: any Error, code: Int32, message: String) async throws {
    let outcome = try await run("fail", tool: sampleTool(error: error))
    #expect(outcome.code == code)
    #expect(outcome.messages == message)
  }

  @Test("a usage error of the command itself shows its usage line")
  func combination() async throws {
    let error = UsageError.invalidCombination("--a and --b exclude each other")
    let outcome = try await run("fail", tool: sampleTool(error: error))
    #expect(outcome.code == 64)
    #expect(
      outcome.messages.hasPrefix(
        "error: --a and --b exclude each other\nusage: circadian fail [options]\n"))
  }

  @Test("a decoding error names the place in the document")
  func decoding() async throws {
    struct Document: Decodable { var nights: [Int] }
    let error = try #require(
      throws: DecodingError.self
    ) { try JSONDecoder().decode(Document.self, from: Data(#"{"nights": [1, "x"]}"#.utf8)) }
    let outcome = try await run("fail", tool: sampleTool(error: error))
    #expect(outcome.code == 65)
    #expect(outcome.messages.hasPrefix("error: JSON at nights.1: expected"))
  }
}
