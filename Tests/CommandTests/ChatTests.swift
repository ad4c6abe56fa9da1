import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Conversations through the command line, with a core of turns that knows nothing and one of plain text.
@Suite struct ChatTests {
  let folder: TemporaryFolder
  let circadian: CircadianProcess

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
  }

  /// A core whose tokenizer knows turns and calls, with weights drawn at random.
  private func chatCore() throws -> URL {
    let tokenizerFile = folder / "chat-tokenizer.json"
    let tokenizer = try BytePairTrainer(
      vocabularySize: 300, specialTokens: ChatFormat.specialTokens
    ).train(on: [TinyCore.day])
    try tokenizer.save(to: tokenizerFile.path)
    let configuration = TransformerConfiguration.gpt(
      depth: 1, vocabularySize: tokenizer.vocabularySize, contextLength: 128)
    let model = try Transformer(configuration, in: ParameterScope(seed: 3))
    let core = folder / "chat-core"
    try LanguageModel.write(
      model, tokenizerFile: tokenizerFile, pretrainingTokens: nil, precision: .float32, to: core)
    return core
  }

  private func chat(_ input: String, _ arguments: String...) throws -> CircadianProcess.Result {
    let process = Process()
    process.executableURL = CircadianProcess.executable
    process.arguments = ["chat"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["CIRCADIAN_HOME": circadian.home.path]
    ) { $1 }
    let typed = try folder.file(Data(input.utf8), name: "typed.txt")
    let (output, messages) = (Pipe(), Pipe())
    process.standardInput = try FileHandle(forReadingFrom: typed)
    process.standardOutput = output
    process.standardError = messages
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errors = String(
      decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return .init(code: process.terminationStatus, output: text, messages: errors)
  }

  private func turns(_ result: CircadianProcess.Result) throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require((object as? [String: Any])?["turns"] as? [[String: Any]])
  }

  @Test func aCoreAloneIsTalkedWith() throws {
    let core = try chatCore()
    let result = try chat("What is 2 + 3?\nAnd 4?\n", "--model", core.path, "--json")
    #expect(result.code == 0, "\(result.messages)")
    let turns = try turns(result)
    #expect(
      turns.compactMap { $0["role"] as? String } == ["user", "assistant", "user", "assistant"])
    #expect(turns.allSatisfy { $0["parts"] is [[String: String]] && $0["text"] is String })
    #expect(turns[2]["text"] as? String == "And 4?")
    #expect(try chat("Hi\n", "--model", core.path, "--no-tools").output.hasPrefix("core: "))
    #expect(try chat("Hi\n", "--model", core.path, "--show-calls").code == 0)
  }

  @Test func anIndividualsTurnsAreInItsJournal() throws {
    let core = try chatCore()
    #expect(try circadian.run("new", "ada", "--core", core.path).code == 0)
    let same = try (0..<2).map { _ in
      try turns(chat("Hello\nBye\n", "ada", "--json", "--seed", "5"))[1]["text"] as? String
    }
    #expect(same[0] == same[1])
    let history = try circadian.run("history", "ada")
    #expect(history.output.contains("Conversation of"), "\(history)")
  }

  @Test func aCoreOfPlainTextHasAPlainDialogue() throws {
    let core = try TinyCore(in: folder)
    #expect(try circadian.run("new", "ada", "--core", core.folder.path).code == 0)
    let result = try chat("Where is the lamp?\n", "ada", "--json")
    #expect(result.code == 0, "\(result.messages)")
    let turns = try turns(result)
    #expect(turns.count == 2 && (turns[1]["parts"] as? [[String: String]])?.count == 1)
  }

  @Test func someoneMustBeNamed() throws {
    for arguments in [["chat"], ["chat", "ada", "--model", "core"]] {
      let result = try circadian.run(arguments)
      #expect(result.code == 64 && result.messages.contains("--model"))
    }
  }
}
