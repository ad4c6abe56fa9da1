import Foundation
import TestSupport
import Testing

/// `scripts/pipeline` and `scripts/train-default-core`, with a program that only pretends to train.
@Suite struct PipelineScriptTests {
  let folder: TemporaryFolder

  /// Notes how it was called, and leaves the files of a stage behind.
  private static let program = #"""
    #!/usr/bin/env bash
    set -eu
    printf '%s\n' "$*" >>"$PRETENDED_CALLS"
    command=$1 arguments=("$@") out=
    for index in "${!arguments[@]}"; do
      [[ ${arguments[index]} != --out ]] || out=${arguments[index + 1]}
    done
    if [[ ${PRETENDED_INTERRUPTION-} == "$command" ]]; then
      kill -INT "$PPID"
      exit 130
    fi
    [[ ${PRETENDED_FAILURE-} != "$command" ]] || exit 65
    case $command in
      tokenizer | evaluate) echo '{"rows":[]}' >"$out" ;;
      compare-rewards) echo '{}' >"$out/reinforcement.json" ;;
      report) echo report >report.html ;;
      *)
        mkdir -p "$out/neutral"
        touch "$out"/{stage.json,config.json,model.safetensors,tokenizer.json}
        echo words | tee "$out/neutral/keep.txt" >"$out/neutral/held-out.txt"
        ;;
    esac
    """#

  private static let scripts = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../scripts").standardizedFileURL

  /// All commands of a run from nothing.
  private static let commands = [
    "tokenizer", "pretrain", "evaluate", "midtrain", "evaluate", "finetune", "evaluate",
    "reinforce", "evaluate", "compare-rewards", "report",
  ]

  init() throws {
    folder = try TemporaryFolder()
    _ = try folder.script(Self.program, name: "program")
    try FileManager.default.createDirectory(
      at: folder / "a library", withIntermediateDirectories: true)
    for name in ["b", "a"] {
      try Data(repeating: 0x61, count: 3400).write(to: folder / "a library/\(name).txt")
    }
  }

  private struct Result {
    var code: Int32
    var output, messages: String
    /// The arguments of every call of the program.
    var calls: [String]
    var commands: [String] { calls.compactMap { $0.split(separator: " ").first.map(String.init) } }
  }

  private func run(
    _ script: String, _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Result {
    try run(script, arguments, environment: environment)
  }

  private func run(
    _ script: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    let calls = folder / "calls"
    try Data().write(to: calls)
    let process = Process()
    process.executableURL = Self.scripts.appendingPathComponent(script)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging([
      "CIRCADIAN_PROGRAM": (folder / "program").path, "PRETENDED_CALLS": calls.path,
      "CIRCADIAN_DEFAULT_CORE": (folder / "core").path,
    ]) { $1 }.merging(environment) { $1 }
    let (output, messages) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = messages
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let errors = messages.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      messages: String(decoding: errors, as: UTF8.self),
      calls: try String(contentsOf: calls, encoding: .utf8).split(separator: "\n").map(String.init))
  }

  private var out: String { (folder / "run").path }
  private var library: String { (folder / "a library").path }

  @Test func runsEveryStageOnceAndReports() throws {
    let first = try run(
      "pipeline", "--depth", "2", "--tokens-scale", "0.01", "--out", out, "--text", library)
    #expect(first.code == 0, "\(first.messages)")
    #expect(first.commands == Self.commands)
    // Half the depth and a hundredth of the tokens.
    #expect(first.calls[1].contains("--depth 2 ") && first.calls[1].contains("--tokens 25000 "))
    #expect(first.calls[1].hasSuffix("a library/a.txt \(library)/b.txt"))
    #expect(first.calls[3].contains("--model base --out mid --tokens 45000 "))
    #expect(first.calls.filter { $0.hasPrefix("evaluate") }.allSatisfy { $0.contains("--quick") })
    #expect(first.output.contains("midtrain") && first.output.contains("total"))
    // The commands are on record as a shell reads them.
    let record = try String(contentsOf: folder / "run/commands.txt", encoding: .utf8)
    #expect(record.split(separator: "\n").count == Self.commands.count - 1)
    #expect(record.contains("pretrain: circadian pretrain --depth 2 "))
    #expect(record.contains(#"a\ library/a.txt"#))
    let second = try run(
      "pipeline", "--depth", "2", "--tokens-scale", "0.01", "--out", out, "--text", library)
    #expect(second.code == 0 && second.commands == ["report"])
    #expect(second.output.contains("was complete"))
    let other = try run(
      "pipeline", "--depth", "3", "--tokens-scale", "0.01", "--out", out, "--text", library)
    #expect(other.code == 64 && other.commands.isEmpty)
    #expect(other.messages.contains("another run"))
  }

  @Test(arguments: ["tokenizer", "pretrain", "midtrain", "finetune", "reinforce", "report"])
  func goesOnWhereItWasInterrupted(stage: String) throws {
    let arguments = ["--out", out, "--text", library]
    let first = try run("pipeline", arguments, environment: ["PRETENDED_INTERRUPTION": stage])
    #expect(first.code == 130)
    #expect(first.commands.last == stage)
    #expect(first.messages.contains("goes on from there"))
    #expect(first.output.contains("  interrupted"))
    let second = try run("pipeline", arguments)
    #expect(second.code == 0 && second.commands.first == stage)
    #expect(first.commands.dropLast() + second.commands == Self.commands)
  }

  /// A summary alone is no complete stage.
  @Test func stageWithoutItsModelIsDoneAgain() throws {
    #expect(try run("pipeline", "--out", out, "--text", library).code == 0)
    try FileManager.default.removeItem(at: folder / "run/tuned/model.safetensors")
    let again = try run("pipeline", "--out", out, "--text", library)
    #expect(again.commands == ["finetune", "report"])
  }

  @Test func failureOfAStageEndsTheRun() throws {
    let result = try run(
      "pipeline", "--out", out, "--text", library, environment: ["PRETENDED_FAILURE": "midtrain"])
    #expect(result.code == 65 && result.messages.contains("'midtrain' failed"))
    #expect(result.commands.last == "midtrain")
  }

  @Test func badArguments() throws {
    for arguments in [
      ["--depth", "0"], ["--tokens-scale", "-1"], ["--tokens-scale", "0.0"], ["--seed", "x"],
      ["--depth", "65"], ["--text", "--depth", "1"],
      ["--out"], ["books"],
    ] {
      let result = try run("pipeline", arguments)
      #expect(result.code == 64 && result.messages.contains(arguments[0]), "\(result.messages)")
    }
    let missing = try run("pipeline", "--out", out, "--text", (folder / "none").path)
    #expect(missing.code == 74 && missing.messages.contains("none"))
    let nothing = try run(
      "pipeline", "--out", out, environment: ["CIRCADIAN_DATA": folder.url.path])
    #expect(nothing.code == 64 && nothing.messages.contains("--text"))
  }

  @Test func defaultCoreIsCopiedWhenItIsSmallEnough() throws {
    let first = try run("train-default-core", "--out", out, library)
    #expect(first.code == 0, "\(first.messages)")
    #expect(first.commands == Self.commands)
    #expect(first.calls[3].contains("--tokens 60000000 "))
    let files = FileManager.default
    #expect(files.fileExists(atPath: (folder / "core/model.safetensors").path))
    #expect(files.fileExists(atPath: (folder / "core/neutral/held-out.txt").path))
    try files.removeItem(at: folder / "core")
    let handle = try FileHandle(forWritingTo: folder / "run/tuned/model.safetensors")
    try handle.truncate(atOffset: 12_000_001)
    try handle.close()
    let large = try run("train-default-core", "--out", out, library)
    #expect(large.code == 1 && large.messages.contains("12000000"))
    #expect(!files.fileExists(atPath: (folder / "core").path))
  }
}
