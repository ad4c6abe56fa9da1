import Foundation
import LanguageModels
import Tensors

/// From the start of a process to the first token of a model on disk, by the command and by llama.cpp in turn.
struct OpeningComparison: Comparison {
  struct Model: Encodable {
    let file: String
    let bytes: Int
    /// Seconds from the start of a process to the first token, and to its end.
    let engine, engineEnd: Timing?
    /// Seconds from the start of Python to the first token, and of those without Python and its libraries.
    let peer, peerAlone: Timing?
    let version, missing: String?
    /// The peer's median over ours: of the whole process, and of what llama.cpp alone does of it.
    let ratio, ratioAlone: Double?
    /// Whether both sides found the same token most likely; nil where there is one side.
    let agrees: Bool?
  }

  let date: Date
  let machine: Machine
  let prompt: String
  let models: [Model]

  private static let prompt = "Once upon a time"
  /// Rounds before the clock counts: a file that is not in memory yet is a measure of the disk.
  private static let warmUp = 1
  private static let pause = 0.25
  private static let targetSeconds = 0.3

  static func measured(
    _ files: [String], program: String?, rounds: Int, progress: (String) -> Void
  ) throws -> OpeningComparison {
    let program = CircadianProgram(at: program)
    return OpeningComparison(
      date: .now, machine: .current, prompt: prompt,
      models: try files.map { try model($0, program, rounds: rounds, progress: progress) })
  }

  private static func model(
    _ file: String, _ program: CircadianProgram, rounds: Int, progress: (String) -> Void
  ) throws -> Model {
    progress("\(file): looking for its first token")
    let ours = try program.firstTokens(of: file, prompt: prompt)
    let request = LlamaOpening.Request(model: file, prompt: try tokens(file))
    guard ours.promptTokens == request.prompt.count else {
      throw PeerError.failed(
        "\(file): the command reads \(ours.promptTokens) tokens, expected \(request.prompt.count)")
    }
    var runs: [CircadianProgram.Run] = []
    var peers: [LlamaOpening.Run] = []
    var absence = file.hasSuffix(".gguf") ? nil : "llama.cpp opens GGUF files only"
    for round in 0..<warmUp + rounds {
      progress("\(file): round \(round + 1) of \(warmUp + rounds)")
      Thread.sleep(forTimeInterval: pause)
      runs.append(try program.open(file, prompt: prompt))
      guard absence == nil else { continue }
      Thread.sleep(forTimeInterval: pause)
      do { peers.append(try LlamaOpening.run(request)) } catch let error as PeerError {
        absence = error.description
      }
    }
    let theirs = absence == nil ? peers.dropFirst(warmUp) : []
    runs.removeFirst(warmUp)
    let engine = Timing(runs.map(\.firstToken))
    let (peer, alone) = (Timing(theirs.map(\.seconds)), Timing(theirs.map(\.answer.alone)))
    func ratio(_ timing: Timing?) -> Double? {
      timing.flatMap { other in engine.map { other.median / $0.median } }
    }
    return Model(
      file: URL(filePath: file).lastPathComponent, bytes: size(of: URL(filePath: file)),
      engine: engine, engineEnd: Timing(runs.map(\.end)), peer: peer, peerAlone: alone,
      version: peers.first?.answer.version, missing: absence, ratio: ratio(peer),
      ratioAlone: ratio(alone),
      agrees: theirs.first.map { $0.answer.token == ours.tokens.first })
  }

  /// The prompt as the command reads it.
  private static func tokens(_ file: String) throws -> [Int32] {
    let tokenizer = try LanguageModel.open(URL(filePath: file)).tokenizer
    let begin = tokenizer.beginningOfText ?? tokenizer.endOfText
    return (begin.map { [$0] } ?? []) + tokenizer.encode(prompt)
  }

  /// Bytes of a file, or of the files of a folder.
  private static func size(of url: URL) -> Int {
    let names = FileManager.default.subpaths(atPath: url.path) ?? []
    return ([url] + names.map { url.appending(path: $0) }).reduce(0) { sum, file in
      let values = try? file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
      return sum + (values?.isRegularFile == true ? values?.fileSize ?? 0 : 0)
    }
  }

  var isSound: Bool { models.allSatisfy { $0.agrees != false } }

  var text: String {
    var table = Table(
      .leading("file"), .trailing("MB"), .leading("side"), .trailing("first token, ms"),
      .trailing("min"), .trailing("max"), .trailing("times ours"), .leading("note"))
    for model in models {
      func append(_ side: String, _ timing: Timing?, _ ratio: Double?, _ note: String) {
        let times = timing.map { [$0.median, $0.minimum, $0.maximum] } ?? []
        let cells = times.isEmpty ? ["missing", "", ""] : times.map { ($0 * 1e3).fixed(0) }
        table.append(
          [model.file, (Double(model.bytes) / 1e6).fixed(1), side] + cells
            + [ratio?.fixed(2) ?? "", note])
      }
      let end = model.engineEnd.map { "ended after \(($0.median * 1e3).fixed(0)) ms" } ?? ""
      append("Circadian", model.engine, nil, end)
      let check = model.agrees == false ? "  ANOTHER TOKEN" : ""
      append("llama.cpp in Python", model.peer, model.ratio, (model.missing ?? "") + check)
      if let alone = model.peerAlone {
        append("llama.cpp, no import", alone, model.ratioAlone, model.version ?? "")
      }
    }
    let results = models.compactMap { model in
      model.engine.map {
        "\(model.file): first token after \($0.median.fixed(3)) s (target \(Self.targetSeconds))"
      }
    }
    return
      ([machine.description, "from the start of a process to the first token", "", table.text]
      + results).joined(separator: "\n")
  }
}
