import CommandLineInterface
import Foundation
import Testing

@Suite("Shell completions")
struct CompletionScriptTests {
  private static func path(of shell: Shell) -> String? {
    ["/bin/", "/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/"]
      .map { $0 + shell.rawValue }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private static let installed: [Shell] = Shell.allCases.filter { shell in
    if path(of: shell) != nil { return true }
    print("skipped: \(shell) is not installed, so its completions are not tried")
    return false
  }

  /// Runs `program` after the tool's completions in `shell`; returns the status and the output.
  private func run(
    _ program: String, in shell: Shell, options: [String] = []
  ) throws -> (status: Int32, output: String) {
    let script = CompletionScript(root: sampleTool().root).text(for: shell)
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sh")
    try Data((script + program).utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.path(of: shell)))
    process.arguments = options + [file.path()]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  @Test("the scripts are well formed", arguments: installed)
  func syntax(shell: Shell) throws {
    let result = try run("", in: shell, options: ["-n"])
    #expect(result.status == 0)
    #expect(result.output.isEmpty)
  }

  @Test("the command prints the script")
  func command() async throws {
    let outcome = try await CommandLineInterfaceTests.run("completions", "bash")
    #expect(outcome.output == CompletionScript(root: sampleTool().root).text(for: .bash))
  }

  @Test(
    "bash offers what may stand at the cursor", .enabled(if: installed.contains(.bash)),
    arguments: [
      (["circadian", "pr"], "probe"),
      (["circadian", ""], "probe history fail tokenizer completions"),
      (["circadian", "--home", "probe", "tok"], "tokenizer"),
      (["circadian", "tokenizer", ""], "vocabulary"),
      (["circadian", "tokenizer", "vocabulary", "h"], "history"),
      (["circadian", "probe", "--mem"], "--memory"),
      (["circadian", "probe", "ada", "--memory", ""], "slots lora both"),
      (["circadian", "probe", "ada", "--memory", "=", "l"], "lora"),
      (["circadian", "probe", "ada", "--memory", "="], "slots lora both"),
      (["circadian", "probe", "--memory", "lora", "--no"], "--no-bf16"),
      (["circadian", "completions", ""], "bash zsh fish"),
      (["circadian", "--ver"], "--version"),
    ])
  func bash(words: [String], offered: String) throws {
    let quoted = words.map { "'\($0)'" }.joined(separator: " ")
    let program = """
      COMP_WORDS=(\(quoted)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _circadian; printf '%s' "${COMPREPLY[*]}"
      """
    #expect(try run(program, in: .bash).output == offered)
  }

  @Test(
    "fish offers what may stand at the cursor", .enabled(if: installed.contains(.fish)),
    arguments: [
      ("circadian pr", "probe"),
      ("circadian --home probe tok", "tokenizer"),
      ("circadian tokenizer vocabulary h", "history"),
      ("circadian probe ada --memory l", "lora"),
      ("circadian probe ada --memory=l", "--memory=lora"),
      ("circadian probe --no", "--no-bf16"),
    ])
  func fish(line: String, offered: String) throws {
    let result = try run("complete -C '\(line)' | string split -f1 \\t", in: .fish)
    #expect(result.output.split(separator: "\n").map(String.init) == [offered])
  }

  @Test("text that shells would read as code is quoted")
  func quoting() throws {
    struct Hostile: Command {
      let name = "hostile"
      let abstract = "It's $(false) `false` [a:b] \\ \"c\"."
      let option = Option<Memory?>("option", help: "It's $(false) `false` [a:b] \\ \"c\".")
      var parameters: ParameterList { option }
      func run(_ invocation: Invocation) async throws {}
    }
    let root = CommandGroup("circadian", abstract: "") { Hostile() }
    for shell in Self.installed {
      let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      try Data(CompletionScript(root: root).text(for: shell).utf8).write(to: file)
      defer { try? FileManager.default.removeItem(at: file) }
      let process = Process()
      process.executableURL = URL(filePath: try #require(Self.path(of: shell)))
      process.arguments = ["-n", file.path()]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(shell)")
    }
  }
}
