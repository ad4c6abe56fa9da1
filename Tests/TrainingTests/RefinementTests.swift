import Corpora
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

@Suite struct RefinementTests {
  private static let words = [
    "river", "stone", "walked", "under", "heavy", "morning", "because", "the", "of", "and", "quiet",
    "friend", "carried", "window", "never", "letter", "against", "winter", "slowly", "every",
  ]

  /// Paragraphs of words in random order: no two have five words in a row in common, or hardly.
  private func paragraphs(_ count: Int, seed: UInt64 = 1) -> [String] {
    var random = RandomSource(seed: seed, name: "paragraphs")
    return (0..<count).map { _ in
      (0..<90).map { _ in Self.words[random.integer(in: 0..<Self.words.count)] }
        .joined(separator: " ") + ".\n\n"
    }
  }

  @Test func passagesAreTheText() {
    let long = String(repeating: "né–🙂", count: 900)
    let texts = [
      "", "\n\n\n", "a", paragraphs(7).joined(), long, "short\n\n" + long + "\n" + long,
      (0..<300).map { "line \($0)" }.joined(separator: "\r\n"),
      String(repeating: "word ", count: 2000),
    ]
    for text in texts {
      let passages = Array(RefinementPassages(text))
      #expect(passages.joined() == text)
      #expect(passages.allSatisfy { !$0.isEmpty && $0.utf8.count <= 1600 })
      #expect(passages.count <= 1 + text.utf8.count / 400)
    }
    #expect(Array(RefinementPassages(paragraphs(7).joined())) == paragraphs(7))
    // A heading goes with what it stands over.
    let chapters = paragraphs(3).map { "CHAPTER\n\n\n" + $0 }
    #expect(Array(RefinementPassages(chapters.joined())) == chapters)
  }

  @Test func repetitionsAreFoundWhereverTheyAreCut() {
    var repeats = RefinementRepeats()
    let first = paragraphs(20)
    #expect(first.allSatisfy { !repeats.isRepeated($0) })
    #expect(paragraphs(20, seed: 2).allSatisfy { !repeats.isRepeated($0) })
    #expect(first.allSatisfy { repeats.isRepeated($0) })
    // In capitals, in other lines, and with a word in thirty another one.
    let changed = first.map { paragraph in
      paragraph.uppercased().split(separator: " ").enumerated()
        .map { $0 % 30 == 0 ? "changed" : String($1) }.joined(separator: "\n")
    }
    #expect(changed.allSatisfy { repeats.isRepeated($0) })
    // Cut in the middle of the one before.
    let text = first.joined()
    let shifted = text.dropFirst(200).prefix(500)
    let isRepeated = repeats.isRepeated(String(shifted))
    #expect(isRepeated)
    #expect(!repeats.isRepeated("Only this.") && repeats.isRepeated("only this"))
    #expect(!repeats.isRepeated(" \n") && !repeats.isRepeated(" \n"))
  }

  @Test func aFullMemoryStillFindsLongRepetitions() {
    var repeats = RefinementRepeats(capacity: 200)
    let pages = stride(from: 0, to: 200, by: 10).map { start in
      paragraphs(200)[start..<start + 10].joined()
    }
    #expect(pages.count { repeats.isRepeated($0) } == 0)
    #expect(pages.count { repeats.isRepeated($0) } > 10)
  }

  @Test func namesAndNumbersAreThoseInsideASentence() {
    let text = "When I met Anna in 1812, she laughed. Then \"Pierre\" left: No 3rd time."
    let bytes = Array(text.utf8)
    let isRare = RefinementScorer.namesAndNumbers(in: bytes)
    var words: [String] = []
    var start = 0
    for word in text.split(separator: " ") {
      if isRare[start] { words.append(String(word)) }
      start += word.utf8.count + 1
    }
    #expect(words == ["Anna", "1812,", "\"Pierre\"", "3rd"])
  }

  private func score(_ bits: Float, inContext: Float, names: Float = 0.1) -> RefinementScore {
    RefinementScore(bitsPerByte: bits, bitsPerByteInContext: inContext, namesAndNumbers: names)
  }

  @Test func noiseIsWhatNoContextMakesEasier() {
    let usual = (0..<100).map { score(2 + 0.01 * Float($0 % 20), inContext: 1.9) }
    let garbled = (0..<40).map { _ in score(4.2, inContext: 4.1) }
    let criteria = Refinement(scores: usual + garbled)
    #expect(usual.allSatisfy { criteria.reason(against: $0) == nil })
    #expect(garbled.allSatisfy { criteria.reason(against: $0) == .noise })
    #expect(criteria.reason(against: score(4.2, inContext: 1.9)) == nil)
    #expect(criteria.reason(against: score(2, inContext: 2, names: 0.6)) == .memoryWork)
    let nothing = Refinement(scores: [])
    #expect(nothing.mostBits == 0)
  }

  @Test(arguments: [0.25, 0.5, 0.9, 1])
  func aShareIsKept(_ share: Double) {
    let scores = (0..<100).map { score(1 + Float($0 * 37 % 100), inContext: 200) }
    let criteria = Refinement(
      scores: scores, bytes: Array(repeating: 10, count: 100), totalBytes: 1000, keeping: share)
    let kept = scores.filter { criteria.reason(against: $0) == nil }
    #expect(abs(kept.count - Int(100 * share)) <= 1)
    #expect(kept.allSatisfy { $0.bitsPerByte <= Float(100 * share) + 1 })
  }

  @Test func theModelTellsGarbledFromClean() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let clean = Array(RefinementPassages(TinyCore.neutral.replacing(". ", with: ".\n")))
    var random = RandomSource(seed: 2, name: "garble")
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let garbled = clean.map { passage in
      String(
        passage.map { $0.isLetter ? letters[random.integer(in: 0..<letters.count)] : $0 })
    }
    let scorer = RefinementScorer(LanguageModel(model: core.model, tokenizer: core.tokenizer))
    let all = try scorer.scores(of: clean + garbled, after: "", skipping: [1])
    #expect(all[1] == nil && all.count == clean.count + garbled.count)
    let usual = all[..<clean.count].compactMap { $0 }
    let noise = all[clean.count...].compactMap { $0 }
    #expect(usual.allSatisfy { easy in noise.allSatisfy { 2 * easy.leastBits < $0.leastBits } })
    // Alone, a passage is read as any text is that begins with nothing.
    let short = String(clean[0].prefix(100))
    let bits = try BitsPerByte.measure(
      core.model, [try #require(core.tokenizer.beginningOfText)] + core.tokenizer.encode(short),
      bytes: short.utf8.count, window: 128)
    let again = try #require(try scorer.scores(of: [short], after: "")[0])
    #expect(abs(Double(again.bitsPerByte) - bits) < 1e-4)
    #expect(again.bitsPerByteInContext == again.bitsPerByte)
    let after = try #require(try scorer.scores(of: [short], after: clean[0])[0])
    #expect(after.bitsPerByteInContext != again.bitsPerByteInContext)
    #expect(after.bitsPerByte == again.bitsPerByte)
  }

  @Test func repeatedPassagesAreNotReadAgain() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let text = (paragraphs(6) + paragraphs(3)).joined()
    let file = try folder.file(Data(text.utf8), name: "text.txt")
    let reading = try RefinementReading(
      TextFiles([file.path]),
      RefinementScorer(LanguageModel(model: core.model, tokenizer: core.tokenizer)))
    #expect(
      reading.scores.map { $0 == nil } == Array(repeating: false, count: 6) + [true, true, true])
    #expect(reading.bytes == text.utf8.count)
    #expect(reading.sizes.reduce(0, +) == Int32(text.utf8.count))
    #expect(reading.mean(\.bitsPerByte) > 0)
    let all = reading.criteria(keeping: 1)
    #expect(reading.scores.compactMap { $0 }.allSatisfy { all.reason(against: $0) == nil })
  }

  @Test func pollutionIsAShareAndTheSameForTheSameSeed() {
    let text = paragraphs(400)
    func polluted(seed: UInt64) -> [(kind: RefinementPollution.Kind, text: String)] {
      var pollution = RefinementPollution(share: 0.4, seed: seed)
      return text.flatMap { pollution.following($0) }
    }
    let added = polluted(seed: 1)
    #expect(polluted(seed: 1).map(\.text) == added.map(\.text))
    #expect(polluted(seed: 2).map(\.text) != added.map(\.text))
    let clean = text.reduce(0) { $0 + $1.utf8.count }
    let dirt = added.reduce(0) { $0 + $1.text.utf8.count }
    #expect(abs(Double(dirt) / Double(clean + dirt) - 0.4) < 0.05)
    for kind in RefinementPollution.Kind.allCases {
      let bytes = added.filter { $0.kind == kind }.reduce(0) { $0 + $1.text.utf8.count }
      #expect(abs(Double(bytes) / Double(dirt) - 0.2) < 0.05, "\(kind)")
    }
  }
}
