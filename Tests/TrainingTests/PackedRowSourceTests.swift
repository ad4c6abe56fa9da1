import Corpora
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

/// Rows that are read from files one after another, and runs that go on in the middle of them.
@Suite struct PackedRowSourceTests {
  private let format: ChatFormat
  private let conversations: [Conversation]

  init() throws {
    conversations = (0..<9).map { index in
      Conversation([.user("what is \(index)?"), .assistant("\(index) is \(index * index)")])
    }
    let words = conversations.flatMap(\.turns).map(\.text)
    let trainer = BytePairTrainer(vocabularySize: 280, specialTokens: ChatFormat.specialTokens)
    format = try ChatFormat(trainer.train(on: words))
  }

  private func packed(seed: UInt64 = 3) throws -> PackedRowSource<ConversationSource> {
    try PackedRowSource(
      "test", length: 32, beginningOfText: format.beginning, seed: seed,
      open: { [conversations, format] in ConversationSource(conversations, format, seed: seed) })
  }

  private func mixed() throws -> MixedRows {
    let text = format.tokenizer.encode(
      Array(repeating: "what is what and is that", count: 30).joined(separator: "\n"))
    return try MixedRows(
      TextRows(text, length: 32, repeatShare: 0, seed: 3), others: [(try packed(), 0.5)])
  }

  @Test func aCursorLeadsBackToTheSameRows() throws {
    let source = try packed()
    _ = try (0..<4).map { try source.rows(step: $0, count: 3) }
    let cursor = try #require(source.cursor)
    let expected = try (4..<9).map { try source.rows(step: $0, count: 3) }
    let other = try packed()
    try other.seek(to: cursor)
    let found = try (4..<9).map { try other.rows(step: $0, count: 3) }
    #expect(found == expected)
    let fromTheStart = try packed().rows(step: 4, count: 3)
    #expect(fromTheStart != expected[0])
  }

  @Test func everyPassHasAnotherOrder() throws {
    var source = ConversationSource(conversations, format, seed: 3)
    func pass() -> [[Int32]] { conversations.indices.compactMap { _ in source.next()?.tokens } }
    let (first, second) = (pass(), pass())
    #expect(first != second && Set(first) == Set(second))
    #expect(Set(first).count == conversations.count)
  }

  @Test func aMixtureKeepsTheCursorsOfItsParts() throws {
    let source = try mixed()
    _ = try (0..<3).map { try source.rows(step: $0, count: 4) }
    let cursor = try #require(source.cursor)
    let expected = try source.rows(step: 3, count: 4)
    let other = try mixed()
    try other.seek(to: cursor)
    let found = try other.rows(step: 3, count: 4)
    #expect(found == expected)
  }

  @Test(arguments: ["", "{", "[]", "[null]", "[null, \"x\"]", "[null, \"{}\", null]"])
  func aBrokenCursorIsAnError(_ cursor: String) throws {
    #expect(throws: TrainingError.self) { try mixed().seek(to: cursor) }
  }

  @Test func aRunStoppedInTheMiddleOfTheFilesEndsInTheSameBytes() throws {
    let folder = try TemporaryFolder()
    var configuration = tinyConfiguration
    configuration.vocabularySize = format.tokenizer.vocabularySize
    configuration.contextLength = 32
    configuration.convolutionTaps = 4
    let plan = tinyPlan(steps: 8)
    func run(_ checkpoint: URL, upTo end: Int = .max) throws -> Bool {
      var step = 0
      return try TrainingRun(plan, configuration, rows: mixed()).run(
        checkpoint: checkpoint,
        isInterrupted: {
          step += 1
          return step >= end
        }, report: { _ in })
    }
    let isWhole = try run(folder / "whole")
    let isInterrupted = try !run(folder / "parts", upTo: 3)
    let isComplete = try run(folder / "parts")
    #expect(isWhole && isInterrupted && isComplete)
    #expect(try Data(contentsOf: folder / "whole") == Data(contentsOf: folder / "parts"))
  }
}
