import Foundation
import LanguageModels
import Tensors

/// Reading a prompt and writing greedily, one sequence alone, by this engine and by llama.cpp in turn on the same files.
struct DecodingComparison: Comparison {
  /// What one side did with one prompt.
  struct Run: Codable {
    var reading, writing: Double
    var tokens: [Int32]
  }

  struct Side: Encodable {
    var name, note: String
    /// Tokens a second.
    var reading, writing: Timing?
    var missing: String?
  }

  struct Model: Encodable {
    var file: String
    var bytes: Int
    var engine, peer: Side
    /// The peer's median time over the engine's.
    var readingRatio, writingRatio: Double?
    /// How many of the tokens that both wrote are the same from the first on.
    var sameTokens: Int
  }

  let date: Date
  let machine: Machine
  let promptLength, tokens: Int
  let models: [Model]

  static func measured(
    _ files: [String], prompt: Int, tokens: Int, rounds: Int, progress: (String) -> Void
  ) throws -> DecodingComparison {
    DecodingComparison(
      date: .now, machine: .current, promptLength: prompt, tokens: tokens,
      models: try files.map { file in
        try model(file, prompt: prompt, tokens: tokens, rounds: rounds, progress: progress)
      })
  }

  /// Rounds before the clock counts: pages that are read for the first time, programs that are compiled.
  private static let warmUp = 1
  private static let pause = 0.25

  private struct Setup: Encodable {
    let model: String
    let contextLength, threads: Int
  }

  private struct Request: Encodable {
    let prompt: [Int32]
    let tokens: Int
  }

  private struct Description: Decodable { let version: String }

  private static func model(
    _ file: String, prompt length: Int, tokens: Int, rounds: Int, progress: (String) -> Void
  ) throws -> Model {
    progress("\(file): preparing both sides")
    let opened = try LanguageModel.open(URL(filePath: file))
    var random = RandomSource(seed: 1337, name: "prompt")
    let prompt = (0..<length).map { _ in
      Int32(random.uniform() * Float(opened.tokenizer.vocabularySize - 1))
    }
    let peer = PeerProcess(script: "llamacpp_decoding.py")
    defer { peer.stop() }
    var (absence, version): (String?, String) = (nil, "")
    do {
      try peer.start()
      let description: Description = try peer.ask(
        Setup(
          model: file, contextLength: (length + tokens + 255) / 256 * 256,
          threads: WorkerPool.shared.count))
      version = description.version
    } catch let error as PeerError { absence = error.description }
    var (ours, theirs) = ([Run](), [Run]())
    for round in 0..<warmUp + rounds {
      progress("\(file): round \(round + 1) of \(warmUp + rounds)")
      Thread.sleep(forTimeInterval: pause)
      ours.append(run(opened, prompt, tokens))
      guard absence == nil else { continue }
      Thread.sleep(forTimeInterval: pause)
      do { theirs.append(try peer.ask(Request(prompt: prompt, tokens: tokens))) } catch let error
        as PeerError
      { absence = error.description }
    }
    let (engineSide, peerSide) = (
      side("Circadian", "", ours, length, tokens, nil),
      side("llama.cpp", version, theirs, length, tokens, absence)
    )
    func ratio(_ value: (Side) -> Timing?) -> Double? {
      value(engineSide).flatMap { own in value(peerSide).map { own.median / $0.median } }
    }
    return Model(
      file: URL(filePath: file).lastPathComponent,
      bytes: (try? URL(filePath: file).resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0,
      engine: engineSide, peer: peerSide, readingRatio: ratio(\.reading),
      writingRatio: ratio(\.writing),
      sameTokens: zip(ours.last?.tokens ?? [], theirs.last?.tokens ?? []).prefix { $0 == $1 }.count)
  }

  private static func run(_ opened: LanguageModel, _ prompt: [Int32], _ count: Int) -> Run {
    let clock = ContinuousClock()
    var generator = Generator(opened.model, opened.tokenizer)
    func likeliest() -> Int32 { Int32(generator.nextLogits!.argmax()[0]) }
    let (first, reading) = clock.timed {
      generator.read(prompt)
      return likeliest()
    }
    var tokens = [first]
    let writing = clock.timed {
      while tokens.count < count {
        generator.read([tokens.last!])
        tokens.append(likeliest())
      }
    }.seconds
    return Run(reading: reading, writing: writing, tokens: tokens)
  }

  private static func side(
    _ name: String, _ note: String, _ runs: [Run], _ prompt: Int, _ tokens: Int, _ missing: String?
  ) -> Side {
    let counted = runs.dropFirst(warmUp)
    return Side(
      name: name, note: note,
      reading: Timing(counted.map { Double(prompt) / $0.reading }),
      writing: Timing(counted.map { Double(tokens - 1) / $0.writing }), missing: missing)
  }

  var text: String {
    var table = Table(
      .leading("file"), .trailing("MB"), .leading("side"), .trailing("read/s"), .trailing("min"),
      .trailing("max"), .trailing("written/s"), .trailing("min"), .trailing("max"),
      .trailing("same"))
    for model in models {
      for side in [model.engine, model.peer] {
        func cells(_ timing: Timing?) -> [String] {
          timing.map { [$0.median.fixed(1), $0.minimum.fixed(1), $0.maximum.fixed(1)] } ?? [
            "", "", "",
          ]
        }
        table.append(
          [model.file, (Double(model.bytes) / 1e6).fixed(1), side.name] + cells(side.reading)
            + cells(side.writing) + ["\(model.sameTokens) of \(tokens)"])
      }
    }
    let ratios = models.map { model in
      guard let reading = model.readingRatio, let writing = model.writingRatio else {
        return "\(model.file): missing: llama.cpp: \(model.peer.missing ?? "no answer")"
      }
      return
        "\(model.file): \(reading.fixed(2)) x llama.cpp at reading, \(writing.fixed(2)) x at writing"
        + " (target 1.0)"
    }
    return
      ([machine.description, "\(promptLength) tokens read, \(tokens) written", table.text]
      + ratios + models.map(\.peer.note).prefix(1)).joined(separator: "\n")
  }
}
