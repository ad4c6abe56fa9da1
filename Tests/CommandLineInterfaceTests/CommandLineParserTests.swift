import CommandLineInterface
import Foundation
import Testing

@Suite("Reading a command line")
struct CommandLineParserTests {
  typealias Report = ProbeCommand.Report

  /// What `probe ada --rank 1` and the given words report.
  private func probe(_ words: String) async throws -> Report {
    let arguments = words.split(separator: " ").map(String.init)
    let output = try Capture()
    let messages = try Capture()
    let code = await sampleTool().run(
      ["--json", "probe", "ada", "--rank", "1"] + arguments, output: output.terminal,
      messages: messages.terminal, environment: ["CIRCADIAN_HOME": "/homes/circadian"])
    let complaint = try messages.text
    try #require(code == .success, "\(complaint)")
    return try JSONDecoder().decode(Report.self, from: Data(output.text.utf8))
  }

  static let matrix: [(words: String, expected: Report)] = [
    ("", Report()),
    ("--rank 2", Report(rank: 2)),
    ("--rank=2", Report(rank: 2)),
    ("-r 2", Report(rank: 2)),
    ("-r=2", Report(rank: 2)),
    ("--rank 2 --rank 64", Report(rank: 64)),
    ("--rate 2.5e-4", Report(rate: 2.5e-4)),
    ("--rate 1 --rate 2", Report(rate: 2)),
    ("--nights 7", Report(nights: 7)),
    ("--layer 3 --layer=-1 --layer 2", Report(layers: [3, -1, 2])),
    ("--memory lora", Report(memory: "lora")),
    ("--prompt=--a=b", Report(prompt: "--a=b")),
    ("--prompt=", Report()),
    ("--prompt -", Report(prompt: "-")),
    ("--core weights/core.gguf", Report(core: "weights/core.gguf")),
    ("--strict false", Report(isStrict: false)),
    ("--no-bf16", Report(bf16: false)),
    ("--no-bf16 --bf16", Report(bf16: true)),
    ("--overwrite", Report(overwrite: true)),
    ("-f", Report(overwrite: true)),
    ("--seed 18446744073709551615", Report(seed: .max)),
    ("--quiet", Report(isQuiet: true)),
    ("-q", Report(isQuiet: true)),
    ("--home other", Report(home: "other")),
    ("a.txt b.txt", Report(files: ["a.txt", "b.txt"])),
    ("a.txt --nights 2 b.txt", Report(files: ["a.txt", "b.txt"], nights: 2)),
    ("-- --rank -h", Report(files: ["--rank", "-h"])),
    ("- -5", Report(files: ["-", "-5"])),
  ]

  @Test("every way to give a value", arguments: matrix)
  func values(words: String, expected: Report) async throws {
    var report = try await probe(words)
    // A relative home is resolved against the working folder, which tests do not control.
    if words.hasPrefix("--home") { report.home = URL(filePath: report.home).lastPathComponent }
    #expect(report == expected)
  }

  @Test("a value may begin with a dash and a space")
  func sentence() async throws {
    let outcome = try await run("probe", "ada", "-r", "1", "--json", "--prompt", "- one\n- two")
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.prompt == "- one\n- two")
  }

  @Test("arguments that may be left out")
  func optionalArguments() async throws {
    #expect(try await run("history").output == "every both\n")
    #expect(try await run("history", "3").output == "3 both\n")
    #expect(try await run("history", "3", "lora").output == "3 lora\n")
  }

  @Test("groups in groups, with options before and between the names")
  func nestedGroups() async throws {
    let outcome = try await run("-q", "tokenizer", "--seed", "1", "vocabulary", "history", "4")
    #expect(outcome.code == 0)
    #expect(outcome.output == "4 both\n")
  }

  @Test("--version")
  func version() async throws {
    let outcome = try await run("--version")
    #expect(outcome.output == "circadian 1.2.3\n")
    #expect(outcome.code == 0)
    #expect(outcome.messages.isEmpty)
  }

  @Test("declarations that contradict each other are found")
  func contradictions() {
    struct Careless: Command {
      let name = "careless"
      let abstract = "Two seeds."
      let seed = Option("seed", default: 1, help: "One too many.")
      let all = Argument<[String]>("all", help: "Everything.")
      let rest = Argument<String>("rest", help: "Nothing.")
      var parameters: ParameterList {
        seed
        all
        rest
      }
      func run(_ invocation: Invocation) async throws {}
    }
    let root = CommandGroup("tool", abstract: "") {
      Careless()
      Careless()
    }
    #expect(
      CommandPath(root: root).contradictions == [
        "'tool' declares careless twice",
        "'tool careless' declares --seed twice", "'tool careless': nothing is left for <rest>",
        "'tool careless' declares --seed twice", "'tool careless': nothing is left for <rest>",
      ])
  }
}
