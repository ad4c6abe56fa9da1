import Foundation
import TestSupport
import Testing

/// Every wrong input ends with the right code and a message that names what was wrong.
@Suite(.serialized) struct BadInputTests {
  let folder: TemporaryFolder
  let circadian: CircadianProcess

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
  }

  private func expect(
    _ arguments: String..., code: Int32, says words: String...,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try circadian.run(arguments)
    #expect(result.code == code, "\(arguments): \(result.messages)", sourceLocation: location)
    #expect(result.output.isEmpty, sourceLocation: location)
    for word in words {
      #expect(
        result.messages.contains(word), "\(result.messages)", sourceLocation: location)
    }
  }

  @Test func commandLine() throws {
    try expect("slep", "ada", code: 64, says: "sleep")
    try expect("sleep", code: 64, says: "--all")
    try expect("sleep", "ada", "--all", code: 64, says: "no name")
    try expect(
      "benchmark", "sleep", "--out", "x", "--set", #"{"window": 0}"#, code: 64, says: "window",
      "from 1")
    try expect("sleep", "ada", "--memory", "stone", code: 64, says: "slots", "lora", "both")
    try expect("recall", "nobody", code: 64, says: "nobody")
    try expect("new", "a b", code: 64, says: "a b")
    try expect("generate", "--temperature", "hot", code: 64, says: "hot")
  }

  @Test func documents() throws {
    let core = try TinyCore(in: folder)
    #expect(try circadian.run("new", "ada", "--core", core.folder.path).code == 0)
    func file(_ bytes: [UInt8], _ name: String) throws -> String {
      try folder.file(Data(bytes), name: name).path
    }
    let missing = (folder / "missing.txt").path
    try expect("read", "ada", missing, code: 74, says: missing)
    let bare = folder / "bare"
    try FileManager.default.createDirectory(at: bare, withIntermediateDirectories: true)
    try expect("read", "ada", bare.path, code: 65, says: bare.path, "nothing to read")
    try expect(
      "read", "ada", file(Array("{\"segments\": [".utf8), "cut.json"), code: 65, says: "cut.json",
      "byte 14")
    try expect("read", "ada", file([], "empty.txt"), code: 65, says: "empty.txt")
    try expect("read", "ada", file([0x20, 0x0a], "blank.txt"), code: 65, says: "blank.txt")
    try expect(
      "read", "ada", file(Array("abc".utf8) + [0xff, 0xfe, 0x41], "latin.txt"), code: 65,
      says: "latin.txt", "UTF-8")
    try expect(
      "read", "ada", file([1, 0, 2, 0, 0, 3, 0], "program"), code: 65, says: "program", "binary")
    try expect(
      "read", "ada", file(Array("1\nnot a time\nhello\n".utf8), "cut.srt"), code: 65,
      says: "cut.srt")
    // A good file before a bad one is not half-read.
    let good = try file(Array(TinyCore.day.utf8), "good.txt")
    try expect("read", "ada", good, missing, code: 74, says: missing)
    #expect(try circadian.run("history", "ada").output.contains("nothing waits"))
    let huge = folder / "huge.txt"
    _ = try folder.file(Data(), name: "huge.txt")
    let handle = try FileHandle(forWritingTo: huge)
    try handle.truncate(atOffset: 5 << 30)
    try handle.close()
    try expect("read", "ada", huge.path, code: 65, says: "huge.txt")
  }

  @Test func models() throws {
    let core = try TinyCore(in: folder)
    let weights = core.folder.appendingPathComponent("model.safetensors")
    let whole = try Data(contentsOf: weights)
    func replace(_ data: Data) throws { try data.write(to: weights) }
    let name = core.folder.path
    try expect("new", "a", "--core", (folder / "none").path, code: 74, says: "none")
    try replace(whole.prefix(whole.count / 2))
    try expect("new", "a", "--core", name, code: 65, says: "model.safetensors")
    try replace(Data([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]) + whole.dropFirst(8))
    try expect("new", "a", "--core", name, code: 65, says: "model.safetensors")
    try replace(whole)
    let configuration = core.folder.appendingPathComponent("config.json")
    let text = try String(contentsOf: configuration, encoding: .utf8)
    let wider = text.replacingOccurrences(of: "\"width\" : 64", with: "\"width\" : 128")
    #expect(wider != text)
    try Data(wider.utf8).write(to: configuration)
    try expect("new", "a", "--core", name, code: 65, says: "shape", "expected")
    try Data("{".utf8).write(to: configuration)
    try expect("new", "a", "--core", name, code: 65, says: "config.json")
    #expect(
      !FileManager.default.fileExists(atPath: circadian.home.appendingPathComponent("a").path))
    let liar = try folder.file(
      Data("GGUF".utf8) + Data([3, 0, 0, 0] + [UInt8](repeating: 0xff, count: 16)),
      name: "liar.gguf")
    try expect("generate", "--model", liar.path, code: 65, says: "liar.gguf")
    let short = try folder.file(Data([1, 2]), name: "short.bin")
    try expect("generate", "--model", short.path, code: 65, says: "short.bin")
  }

  @Test func tokenizers() throws {
    let unigram = Data(#"{"model": {"type": "Unigram"}}"#.utf8)
    let bad = try folder.file(unigram, name: "tokenizer.json")
    let text = try folder.file(Data("text".utf8), name: "text.txt")
    try expect(
      "tokenizer", "encode", "--tokenizer", bad.path, "--file", text.path, code: 65,
      says: "tokenizer.json")
    try expect(
      "tokenizer", "encode", "--tokenizer", (folder / "no.json").path, "--file", text.path,
      code: 74, says: "no.json")
  }
}
