import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers

@Suite struct ConfigurationTests {
  @Test func theDialSetsTheShape() {
    let configuration = TransformerConfiguration.gpt(
      depth: 6, vocabularySize: 4096, contextLength: 512)
    #expect(configuration.width == 384 && configuration.layerCount == 6)
    #expect(configuration.headCount == 6 && configuration.keyHeadCount == 6)
    #expect(configuration.hiddenWidth == 1536 && !configuration.tiesHead)
    #expect(configuration.problem == nil)
    #expect(SmallConfiguration.all.allSatisfy { $0.problem == nil })
  }

  @Test func everyProblemIsNamed() {
    func problem(_ change: (inout TransformerConfiguration) -> Void) -> String {
      var configuration = SmallConfiguration.llama
      change(&configuration)
      return configuration.problem ?? ""
    }
    let extents: [(String, WritableKeyPath<TransformerConfiguration, Int>)] = [
      ("vocabularySize", \.vocabularySize), ("contextLength", \.contextLength), ("width", \.width),
      ("layerCount", \.layerCount), ("headCount", \.headCount), ("keyHeadCount", \.keyHeadCount),
      ("hiddenWidth", \.hiddenWidth),
    ]
    for (name, path) in extents {
      for value in [0, -1, .min, .max] {
        #expect(
          problem { $0[keyPath: path] = value }.hasPrefix("\(name) is \(value), expected 1 to"))
      }
    }
    #expect(problem { $0.headCount = 7 }.contains("headCount 7"))
    #expect(problem { $0.keyHeadCount = 3 }.contains("keyHeadCount 3"))
    #expect(problem { $0.width = 24 }.contains("odd width 3"))
    for base in [0, -1, .infinity, .nan] as [Float] {
      #expect(problem { $0.positions = .rotary(base: base, pairing: .halves) }.contains("base"))
    }
    for epsilon in [0, -1, 1, .nan] as [Float] {
      #expect(problem { $0.epsilon = epsilon }.contains("epsilon"))
    }
    for taps in [Int.min, -1, 0, 1, 65] {
      #expect(problem { $0.convolutionTaps = taps }.contains("convolutionTaps is \(taps)"))
    }
    for softcap in [-1, .infinity, .nan] as [Float] {
      #expect(problem { $0.softcap = softcap }.contains("softcap"))
    }
    for sharpness in [0, -1, .nan, .infinity] as [Float] {
      #expect(problem { $0.querySharpness = sharpness }.contains("querySharpness"))
    }
  }

  /// The message of opening a folder after `change` of its `config.json`.
  private func message(
    in folder: ModelFolder, _ change: (inout [String: Any]) -> Void
  ) throws -> String {
    try folder.rewriteConfiguration(change)
    let error = try #require(throws: LanguageModelError.self) { try folder.open() }
    let message = "\(error)"
    #expect(message.hasPrefix(folder.configurationFile.path + ": "), "\(message)")
    return String(message.dropFirst(folder.configurationFile.path.count + 2))
  }

  @Test func keysAreNamed() throws {
    let folder = try ModelFolder()
    func message(of key: String, being value: Any?) throws -> String {
      try self.message(in: folder) { root in
        var object = root["configuration"] as? [String: Any] ?? [:]
        object[key] = value
        root["configuration"] = object
      }
    }
    func rootMessage(of key: String, being value: Any?) throws -> String {
      try self.message(in: folder) { $0[key] = value }
    }
    #expect(try rootMessage(of: "format", being: "other-9").contains("format is 'other-9'"))
    #expect(try rootMessage(of: "format", being: nil) == "key 'format' is missing")
    #expect(try rootMessage(of: "configuration", being: nil) == "key 'configuration' is missing")
    #expect(try rootMessage(of: "configuration", being: [1]).hasPrefix("key 'configuration': "))
    #expect(try rootMessage(of: "pretrainingTokens", being: "x").hasPrefix("key 'pretrainingT"))
    for key in [
      "vocabularySize", "contextLength", "width", "layerCount", "headCount", "keyHeadCount",
      "hiddenWidth", "normalization", "epsilon", "positions", "feedForward", "normalizesKeys",
      "normalizesEmbedding", "hasBias", "tiesHead", "softcap",
    ] {
      #expect(try message(of: key, being: nil) == "key 'configuration.\(key)' is missing")
      for value in [NSNull(), "x", ["a": 1], [true], -1] as [Any] {
        #expect(try message(of: key, being: value).contains(key), "\(key) = \(value)")
      }
      // Of a number that fits no type, the decoder does not tell the key.
      let text = try message(of: key, being: 5e299)
      #expect(text.contains(key) || text.hasSuffix("A number is out of range."), "\(text)")
    }
    #expect(try message(of: "feedForward", being: "tanh").contains("configuration.feedForward"))
    #expect(
      try message(of: "positions", being: ["rotary": ["base": 1]]).contains(
        "configuration.positions.rotary.pairing"))
    #expect(try message(of: "positions", being: ["sine": [String: Int]()]).contains("positions"))
  }

  @Test func textThatIsNoObjectIsReported() throws {
    let folder = try ModelFolder()
    let deep = String(repeating: "[", count: 100_000)
    for text in ["[]", "null", "3", "\"text\"", "{", "}", "\u{0}", "{\"format\":", deep] {
      try folder.writeConfiguration(Data(text.utf8))
      let error = try #require(throws: LanguageModelError.self) { try folder.open() }
      let message = "\(error)".dropFirst(folder.configurationFile.path.count)
      #expect(
        message.hasPrefix(": not valid JSON: ") || message.hasPrefix(": not a JSON object"),
        "\(message)")
    }
    try folder.writeConfiguration(Data("{\n  \"format\": 1,,\n}".utf8))
    let error = try #require(throws: LanguageModelError.self) { try folder.open() }
    #expect("\(error)".hasSuffix("not valid JSON: Invalid value around character 16."))
    try folder.writeConfiguration(Data([0xff, 0xfe, 0x7b]))
    #expect(throws: LanguageModelError.self) { try folder.open() }
  }

  @Test func aGiganticFileIsNotRead() throws {
    let folder = try ModelFolder()
    let file = try FileHandle(forWritingTo: folder.configurationFile)
    try file.truncate(atOffset: 1 << 40)
    try file.close()
    #expect(
      throws: LanguageModelError.unreadableConfiguration(
        path: folder.configurationFile.path,
        reason: "1099511627776 bytes, expected at most 1048576")
    ) { try folder.open() }
  }

  @Test func aTruncatedFileIsAlwaysRefused() throws {
    let folder = try ModelFolder()
    let sound = folder.soundConfiguration
    // The last byte is a line break.
    for length in 1..<sound.count - 1 {
      try folder.writeConfiguration(sound.prefix(length))
      let error = try #require(throws: LanguageModelError.self) { try folder.open() }
      #expect("\(error)".contains("config.json: "))
    }
  }

  @Test func damagedFilesGiveErrorsOrModels() throws {
    let folder = try ModelFolder()
    let sound = folder.soundConfiguration
    var random = RandomSource(seed: 9, name: "damage")
    var refused = 0
    for _ in 0..<400 {
      var bytes = sound
      for _ in 0...random.integer(in: 0..<3) {
        let index = random.integer(in: 0..<bytes.count)
        switch random.integer(in: 0..<5) {
        case 0: bytes[index] = UInt8(random.integer(in: 0..<256))
        case 1: bytes.remove(at: index)
        case 2:
          bytes.insert(
            contentsOf: Array("0123456789-e.\"{}[],:".utf8).randomElement(using: &random).map {
              [$0]
            } ?? [], at: index)
        case 3:
          // Another number in place of one that is there.
          let digits = bytes.indices.filter { (0x30...0x39).contains(bytes[$0]) }
          bytes[digits.randomElement(using: &random) ?? index] = UInt8(
            random.integer(in: 0x30..<0x3a))
        default:
          let other = random.integer(in: 0..<bytes.count)
          bytes.swapAt(index, other)
        }
      }
      try folder.writeConfiguration(bytes)
      do {
        _ = try folder.open().model.hidden(row([1, 2, 3]))
      } catch {
        refused += 1
        #expect("\(error)".contains(folder.url.path), "\(error)")
      }
    }
    #expect(refused > 200 && refused < 400)
  }
}
