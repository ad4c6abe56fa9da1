import LanguageModels
import Tensors
import TestSupport
import Testing
import Tokenizers

@Suite struct GeneratorTests {
  /// Also where a context cannot be cut: what lies before the place is read again.
  @Test(
    arguments: [SmallConfiguration.convolved, SmallConfiguration.sparse]
      + SmallConfiguration.remembering)
  func rewoundItIsAsIfItHadReadNoFurther(_ given: TransformerConfiguration) throws {
    var configuration = given
    configuration.vocabularySize = smallTokenizer.vocabularySize
    let model = try randomModel(configuration)
    let (first, second) = (randomTokens(9, below: 250), randomTokens(8, below: 250, seed: 3))
    let other = randomTokens(4, below: 250, seed: 4)
    func written(after read: (inout Generator) -> Void) -> [Int32] {
      var generator = Generator(model, smallTokenizer)
      read(&generator)
      var sampler = Sampler.greedy
      return generator.write(limit: 12, sampler: &sampler).tokens
    }
    for place in [9, 12, 3, 0] {
      let rewound = written {
        $0.read(first)
        $0.read(second)
        $0.rewind(to: place)
        $0.read(other)
      }
      #expect(rewound == written { $0.read((first + second).prefix(place) + other) })
    }
  }

  /// What a model with `script` writes after the prompt "the ", and what it emits on the way.
  private func write(
    _ script: [Int32], limit: Int = 100, stops: [String] = [], contextLength: Int = 64,
    isInterrupted: () -> Bool = { false }
  ) throws -> (result: Generator.Result, pieces: [String], generator: Generator) {
    let prompt = smallTokenizer.encode("the ")
    let model = try scriptedModel(
      script, promptLength: prompt.count, vocabularySize: smallTokenizer.vocabularySize,
      contextLength: contextLength)
    var generator = Generator(model, smallTokenizer)
    generator.read(prompt)
    var sampler = Sampler.greedy
    var pieces: [String] = []
    let result = generator.write(
      limit: limit, sampler: &sampler, stopStrings: stops, isInterrupted: isInterrupted
    ) { pieces.append($0) }
    return (result, pieces, generator)
  }

  /// Every byte a token of its own, so that every string is split as finely as can be.
  private func bytes(_ text: String) -> [Int32] {
    let ids = Dictionary(
      (0..<Int32(smallTokenizer.vocabularySize)).compactMap { id in
        let bytes = smallTokenizer.bytes(for: id)
        return bytes.count == 1 ? (bytes[0], id) : nil
      }, uniquingKeysWith: { first, _ in first })
    return text.utf8.map { ids[$0]! }
  }

  private let end = smallTokenizer.endOfText!

  @Test func theScriptIsWrittenUpToTheLimit() throws {
    let script = smallTokenizer.encode("the cat saw the dog and the user")
    let (result, _, generator) = try write(script, limit: script.count)
    #expect(result.tokens == script && result.ending == .length)
    #expect(result.text == "the cat saw the dog and the user")
    #expect(generator.context == smallTokenizer.encode("the ") + script)
    let cut = try write(script, limit: 3).result
    #expect(cut.tokens == Array(script.prefix(3)) && cut.ending == .length)
    #expect(try write(script, limit: 0).result.tokens.isEmpty)
  }

  @Test func theEndOfTheTextEndsIt() throws {
    let (result, _, _) = try write(smallTokenizer.encode("the cat") + [end, 5, 6])
    #expect(result.text == "the cat" && result.ending == .endOfText)
    #expect(!result.tokens.contains(end))
  }

  @Test func aFullContextEndsIt() throws {
    let script = bytes("abcdefghijklmnopqrstuvwxyz")
    let prompt = smallTokenizer.encode("the ").count
    let (result, _, generator) = try write(
      Array(script.prefix(17 - prompt)), contextLength: 16)
    #expect(result.ending == .contextFull)
    #expect(generator.room == 0 && generator.context.count == 16)
    // One token more than fits, because what follows the last one is known.
    #expect(result.tokens.count == 17 - prompt)
  }

  @Test func interruptionEndsItAfterTheToken() throws {
    var asked = 0
    let (result, pieces, _) = try write(bytes("abcdefgh"), limit: 8) {
      asked += 1
      return asked == 3
    }
    #expect(result.ending == .interrupted && result.text == "abc")
    #expect(pieces.joined() == "abc")
  }

  @Test func emittedPiecesAreWholeCharactersAndJoinToTheText() throws {
    let text = "naïve 🙂 café 日本 e\u{301}nd"
    let (result, pieces, _) = try write(bytes(text), limit: text.utf8.count)
    #expect(result.text.unicodeScalars.elementsEqual(text.unicodeScalars))
    #expect(result.text == smallTokenizer.decode(result.tokens))
    #expect(pieces.joined().unicodeScalars.elementsEqual(text.unicodeScalars))
    #expect(!pieces.contains { $0.isEmpty || $0.contains("\u{fffd}") })
    // A character cut off by the limit becomes U+FFFD, in both.
    let cut = try write(bytes("a🙂"), limit: 3)
    #expect(cut.result.text == "a\u{fffd}" && cut.pieces.joined() == "a\u{fffd}")
    #expect(cut.result.text == smallTokenizer.decode(cut.result.tokens))
  }

  @Test(arguments: [
    ("hello user: the end", ["user:"], "hello "),
    ("hello user the end", ["user:"], "hello user the end"),
    ("uuser:", ["user:"], "u"),
    ("ususer: a", ["user:"], "us"),
    ("aaab", ["aab"], "a"),
    ("one\r\ntwo", ["\n"], "one\r"),
    ("one\n\nuser: a", ["\nuser:", "\n\n\n"], "one\n"),
    ("abcd", ["cd", "bc"], "a"),
    ("café e\u{301} end", ["é"], "caf"),
    ("x🙂y", ["🙂"], "x"),
    ("x🙃y🙂", ["🙂"], "x🙃y"),
    ("stop", ["stop"], ""),
    ("nothing", ["", "nope"], "nothing"),
    ("ends in use", ["user"], "ends in use"),
  ])
  func stopStringsNeverLeak(_ text: String, _ stops: [String], _ expected: String) throws {
    let stopped = expected != text
    for script in [bytes(text), smallTokenizer.encode(text)] {
      let (result, pieces, _) = try write(script + [end], stops: stops)
      #expect(result.text.unicodeScalars.elementsEqual(expected.unicodeScalars))
      #expect(pieces.joined().unicodeScalars.elementsEqual(expected.unicodeScalars))
      #expect(result.ending == (stopped ? .stopString : .endOfText))
    }
  }

  @Test func randomTextStopsWhereASearchFindsTheStop() throws {
    var random = RandomSource(seed: 8, name: "stops")
    func draw(_ lengths: Range<Int>) -> String {
      (0..<random.integer(in: lengths)).reduce("") { text, _ in
        text + ["a", "b", "\n", "é", "\r"][random.integer(in: 0..<5)]
      }
    }
    for _ in 0..<150 {
      let (text, stops) = (draw(0..<12), [draw(1..<4), draw(1..<4)])
      let bytes = Array(text.utf8)
      let start = bytes.indices.first { start in
        stops.contains { bytes[start...].starts(with: $0.utf8) }
      }
      let expected = String(decoding: bytes[..<(start ?? bytes.count)], as: UTF8.self)
      let (result, pieces, _) = try write(self.bytes(text) + [end], stops: stops)
      #expect(Array(result.text.utf8) == Array(expected.utf8), "\(text.debugDescription) \(stops)")
      #expect(pieces.joined() == expected)
      #expect((result.ending == .stopString) == (start != nil))
    }
  }

  @Test func continuedWritingSpeaksFromTheWholeContext() throws {
    let model = try randomModel(SmallConfiguration.llama)
    var (whole, parts) = (Generator(model, smallTokenizer), Generator(model, smallTokenizer))
    let prompt = randomTokens(6, below: 61)
    whole.read(prompt)
    for range in [0..<1, 1..<4, 4..<4, 4..<6] { parts.read(Array(prompt[range])) }
    var (one, two) = (Sampler(Sampling(), seed: 3), Sampler(Sampling(), seed: 3))
    let tokens = whole.write(limit: 20, sampler: &one).tokens
    let first = parts.write(limit: 7, sampler: &two).tokens
    #expect(first + parts.write(limit: 13, sampler: &two).tokens == tokens)
    #expect(parts.context == prompt + tokens && whole.context == parts.context)
  }

  @Test func makingRoomForgetsTheOldestAndReadsTheRestAgain() throws {
    let model = try randomModel(SmallConfiguration.llama)
    let tokens = randomTokens(40, below: 61)
    for (wanted, kept) in [(8, 40), (9, 20), (28, 20), (29, 10), (38, 10), (48, 0), (99, 0)] {
      var generator = Generator(model, smallTokenizer)
      generator.read(tokens)
      generator.makeRoom(for: wanted)
      #expect(generator.context == Array(tokens.suffix(kept)), "room for \(wanted)")
      #expect(generator.room == generator.capacity - kept)
      #expect(generator.room >= min(wanted, generator.capacity))
      guard kept > 0 else { continue }
      var fresh = Generator(model, smallTokenizer)
      fresh.read(Array(tokens.suffix(kept)))
      var (one, two) = (Sampler.greedy, Sampler.greedy)
      let limit = min(8, generator.room)
      #expect(
        generator.write(limit: limit, sampler: &one).tokens
          == fresh.write(limit: limit, sampler: &two).tokens)
    }
  }

  @Test func aModelMayHaveMoreRowsThanTheTokenizerHasTokens() throws {
    let padded = smallTokenizer.vocabularySize + 20
    let model = try scriptedModel(
      [Int32(padded - 1), 65, end], promptLength: 1, vocabularySize: padded)
    var generator = Generator(model, smallTokenizer)
    generator.read([5])
    var sampler = Sampler.greedy
    let result = generator.write(limit: 9, sampler: &sampler)
    #expect(result.tokens == [Int32(padded - 1), 65] && result.ending == .endOfText)
    #expect(result.text == smallTokenizer.decode([65]))
  }
}
