import Foundation
import TestSupport
import Testing

/// The stages from text to a core through the command line: the same bytes for the same command, stopped or not.
@Suite(.serialized) struct TrainingCommandsTests {
  let folder: TemporaryFolder
  let circadian: CircadianProcess
  let text, tokenizer: URL

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
    let sentences = (0..<1500).map {
      "The \(["baker", "miller", "pilot"][$0 % 3]) of town \($0 % 7) has \($0) pears and \($0 % 11) figs."
    }
    text = try folder.file(Data(sentences.joined(separator: "\n").utf8), name: "text.txt")
    tokenizer = folder / "tokenizer.json"
    let trained = try circadian.run(
      "tokenizer", "train", "--vocabulary", "400", "--out", tokenizer.path, text.path)
    #expect(trained.code == 0, "\(trained.messages)")
  }

  private func model(_ name: String) throws -> Data {
    try Data(contentsOf: folder / "\(name)/model.safetensors")
  }

  /// Runs a command twice, the second time stopped on the way, and compares what comes out.
  private func checkResumption(_ name: String, _ arguments: [String]) throws {
    let whole = try circadian.run(arguments + ["--out", (folder / name).path])
    #expect(whole.code == 0, "\(name): \(whole.messages)")
    let stopped = arguments + ["--out", (folder / "\(name)-stopped").path]
    let (process, _, messages) = try circadian.start(stopped)
    var seen = ""
    while !seen.contains("step 3/") {
      let data = messages.fileHandleForReading.availableData
      if data.isEmpty { break }
      seen += String(decoding: data, as: UTF8.self)
    }
    kill(process.processIdentifier, SIGINT)
    _ = messages.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130, "\(name): \(seen)")
    let rest = try circadian.run(stopped)
    #expect(rest.code == 0, "\(name): \(rest.messages)")
    #expect(!rest.messages.contains("step 3/"), "\(name) went on from its checkpoint")
    let isSame = try model(name) == model("\(name)-stopped")
    #expect(isSame, "\(name)")
  }

  @Test func everyStageEndsInTheSameBytesWhereverItWasStopped() throws {
    try checkResumption(
      "base",
      [
        "pretrain", "--depth", "1", "--context", "128", "--batch", "4", "--tokens", "51200",
        "--tokenizer", tokenizer.path, text.path,
      ])
    for (name, stage, source) in [("mid", "midtrain", "base"), ("tuned", "finetune", "mid")] {
      try checkResumption(
        name,
        [
          stage, "--model", (folder / source).path, "--tokens", "51200", "--batch", "8", text.path,
        ])
    }
    try checkResumption(
      "reinforced",
      [
        "reinforce", "--model", (folder / "tuned").path, "--digits", "1", "--steps", "60",
        "--problems", "2", "--answers", "2", "--limit", "12", "--held-out", "4",
      ])
  }

  @Test func shardsThatAreStreamedAreResumedInTheMiddle() throws {
    try FileManager.default.createDirectory(
      at: folder / "shards", withIntermediateDirectories: true)
    for index in 0..<3 {
      let lines = (0..<400).map { #"{"text": "Shard \#(index) says \#($0 * 7) and \#($0 % 13)."}"# }
      _ = try folder.file(
        Data(lines.joined(separator: "\n").utf8), name: "shards/\(index).jsonl")
    }
    try checkResumption(
      "streamed",
      [
        "pretrain", "--depth", "1", "--context", "64", "--batch", "4", "--tokens", "25600",
        "--tokenizer", tokenizer.path, (folder / "shards").path,
      ])
    #expect(
      FileManager.default.fileExists(atPath: (folder / "streamed/neutral/held-out.txt").path))
    // What a stream holds is not counted beforehand.
    let counted = try circadian.run(
      "pretrain", "--depth", "1", "--epochs", "1", "--tokenizer", tokenizer.path,
      "--out", (folder / "x").path, (folder / "shards").path)
    #expect(counted.code == 64 && counted.messages.contains("--tokens"), "\(counted.messages)")
  }

  /// A core that has seen next to nothing.
  private func makeBase(steps: Int = 2) throws -> CircadianProcess.Result {
    try circadian.run(
      "pretrain", "--depth", "1", "--context", "256", "--batch", "2", "--tokens",
      "\(512 * steps)", "--tokenizer", tokenizer.path, "--out", (folder / "base").path, text.path)
  }

  @Test func theCoreThatARunBeganFromIsNotOverwritten() throws {
    #expect(try makeBase().code == 0)
    let before = try model("base")
    for command in ["midtrain", "finetune", "reinforce"] {
      let result = try circadian.run(
        command, "--model", (folder / "base").path, "--out", (folder / "base/../base").path)
      #expect(result.code == 64 && result.messages.contains("folder of its own"))
    }
    #expect(try model("base") == before)
    let neutral = folder / "base/neutral/keep.txt"
    #expect(FileManager.default.fileExists(atPath: neutral.path))
  }

  @Test func aRunThatBeginsAfreshDropsTheOldOnesMetrics() throws {
    #expect(try makeBase(steps: 9).code == 0)
    let other = try makeBase(steps: 4)
    #expect(other.code == 64 && other.messages.contains("belongs to another run"))
    try FileManager.default.removeItem(at: folder / "base/checkpoint.safetensors")
    #expect(try makeBase(steps: 4).code == 0)
    let lines = try String(contentsOf: folder / "base/metrics.jsonl", encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.count == 4 && lines.last?.contains("\"measures\"") == true, "\(lines)")
  }

  @Test func armsOfOtherSettingsAreNotMixed() throws {
    #expect(try makeBase().code == 0)
    func compare(_ steps: Int) throws -> CircadianProcess.Result {
      try circadian.run(
        "compare-rewards", "--model", (folder / "base").path, "--out", (folder / "arms").path,
        "--seeds", "1", "--digits", "1", "--steps", "\(steps)", "--problems", "2", "--answers", "2",
        "--limit", "20", "--held-out", "4")
    }
    let first = try compare(2)
    #expect(first.code == 0 && first.output.contains("process reward"), "\(first.messages)")
    let again = try compare(2)
    #expect(again.code == 0 && again.output == first.output)
    let other = try compare(3)
    #expect(other.code == 64 && other.messages.contains("belongs to another run"))
  }

  @Test func sharesThatCannotBeAreRefused() throws {
    #expect(try makeBase().code == 0)
    for (arguments, word) in [
      (["--text-share", "1"], "add up to 1"), (["--text-share", "0.1", "--batch", "2"], "is none"),
    ] {
      let result = try circadian.run(
        ["midtrain", "--model", (folder / "base").path, "--out", (folder / "mid").path, text.path]
          + arguments)
      #expect(result.code == 64 && result.messages.contains(word), "\(result.messages)")
    }
    let line = try folder.file(Data(String(repeating: "no end ", count: 999).utf8), name: "line")
    let result = try circadian.run(
      "pretrain", "--depth", "1", "--context", "64", "--tokenizer", tokenizer.path, "--out",
      (folder / "x").path, line.path)
    #expect(result.code == 65 && result.messages.contains("text in lines"), "\(result.messages)")
  }

  @Test func whatCannotBeWrittenOrComparedIsRefusedBeforeTheWork() throws {
    #expect(try makeBase().code == 0)
    let missing = (folder / "missing").appendingPathComponent("x.json").path
    for option in ["--out", "--answers"] {
      let result = try circadian.run("evaluate", "--model", (folder / "base").path, option, missing)
      #expect(result.code == 74 && !result.messages.contains("asking"), "\(result.messages)")
    }
    let refined = try circadian.run("refine", "--out", missing, text.path)
    #expect(refined.code == 74 && refined.messages.contains("missing"), "\(refined.messages)")
    let compared = try circadian.run(
      "compare-rewards", "--model", (folder / "base").path, "--out", (folder / "arms").path,
      "--held-out", "0")
    #expect(compared.code == 64 && compared.messages.contains("--held-out"))
    let distilled = try circadian.run(
      "distill", "--model", (folder / "base").path, "--depth", "1", "--out", (folder / "s").path,
      "--tokens", "1e30")
    #expect(distilled.code == 64 && distilled.messages.contains("--tokens"))
  }

  @Test func tasksFromFilesAreEvaluated() throws {
    #expect(try makeBase().code == 0)
    let story = "1 Mara went to the garden.\n2 Where is Mara?\tgarden\t1\n"
    let babi = try folder.file(Data(story.utf8), name: "qa1.txt")
    let problem = #"{"question": "2 pears and 3?", "answer": "<<2+3=5>>\n#### 5"}"#
    let problems = try folder.file(Data(problem.utf8), name: "sums.jsonl")
    let result = try circadian.run(
      "evaluate", "--model", (folder / "base").path, "--quick", "--facts", "2",
      "--babi", babi.path, "--gsm8k", problems.path, "--answers", (folder / "answers.jsonl").path)
    #expect(result.code == 0, "\(result.messages)")
    #expect(result.output.contains("qa1 ") && result.output.contains("sums "))
    struct Answer: Decodable {
      struct Turn: Decodable { var role: String }
      var topic: String
      var expected, written: Turn
    }
    let lines = try String(contentsOf: folder / "answers.jsonl", encoding: .utf8).split(
      separator: "\n")
    let answers = try lines.map { try JSONDecoder().decode(Answer.self, from: Data($0.utf8)) }
    #expect(
      answers.allSatisfy { $0.expected.role == "assistant" && $0.written.role == "assistant" })
    #expect(Set(answers.map(\.topic)).isSuperset(of: ["facts", "spelling", "qa1", "sums"]))
    // The context of this core is too small for a passage and its quiz.
    #expect(result.messages.contains("do not fit the core's context of 256 tokens"))
    let bad = try circadian.run(
      "evaluate", "--model", (folder / "base").path, "--babi", problems.path)
    #expect(bad.code == 65 && bad.messages.contains("sums.jsonl"), "\(bad.messages)")
  }
}
