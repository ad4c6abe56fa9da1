import Corpora
import Foundation
import Testing

@Suite struct PackedRowsTests {
  private typealias Rows = PackedRows<Documents>

  /// Documents in memory, once or over and over.
  struct Documents: TokenSequenceSource, Sendable {
    var documents: [TokenSequence]
    var isEndless = false
    var cursor = 0

    mutating func next() -> TokenSequence? {
      guard !documents.isEmpty, isEndless || cursor < documents.count else { return nil }
      cursor += 1
      return documents[(cursor - 1) % documents.count]
    }

    mutating func seek(to cursor: Int) { self.cursor = cursor }
  }

  /// Most tokens in a document that a token can tell apart.
  private static let stride = 10_000

  /// The weight of a token, so that a weight in a wrong place is seen.
  private static func weight(_ token: Int32) -> Float { [0, 0, 1, 0, 0.5, 0, 0][Int(token) % 7] }

  /// Documents whose tokens tell which document and place they are from.
  private static func documents(
    _ seed: UInt64, count: Int, longest: Int, isDivisible: Bool? = nil
  ) -> [TokenSequence] {
    var random = Fixtures.Generator(seed: seed)
    return (0..<count).map { document in
      let size = Int.random(in: 0...longest, using: &random)
      let tokens = (0..<size).map { Int32(document * stride + $0 + 1) }
      let isDivisible = isDivisible ?? Bool.random(using: &random)
      let begins = Bool.random(using: &random)
      return TokenSequence(
        (begins ? [0] : []) + tokens, weights: (begins ? [1] : []) + tokens.map(weight),
        isDivisible: isDivisible)
    }
  }

  private static func rows(
    _ source: Documents, length: Int, buffer: Int, limit: Int = .max
  ) throws -> (rows: [PackedRow], cuts: [Rows.Cut]) {
    var packed = try Rows(source, length: length, beginningOfText: 0, bufferCount: buffer)
    var rows: [PackedRow] = []
    var cuts: [Rows.Cut] = []
    while rows.count < limit, let row = try packed.next(report: { cuts.append($0) }) {
      rows.append(row)
    }
    return (rows, cuts)
  }

  @Test(arguments: [1, 2, 7, 64, 200], [1, 3, 40])
  func everyTokenIsInOneRowOrReported(_ length: Int, _ buffer: Int) throws {
    for seed in UInt64(1)...6 {
      let documents = Self.documents(seed, count: 150, longest: [5, 30, 300][Int(seed) % 3])
      let (rows, cuts) = try Self.rows(
        Documents(documents: documents), length: length, buffer: buffer)
      var tokens = rows.flatMap(\.tokens).filter { $0 != 0 }
      for cut in cuts {
        #expect(!cut.tokens.isEmpty)
        tokens += cut.tokens.map { Int32(cut.document * Self.stride + $0 + 1) }
      }
      let expected = documents.flatMap { $0.tokens.filter { $0 != 0 } }
      let isComplete = tokens.sorted() == expected.sorted()
      #expect(isComplete, "\(tokens.count) tokens of \(expected.count)")
      for row in rows {
        #expect(row.tokens.count == length + 1 && row.weights.count == length + 1)
        #expect(row.tokens[0] == 0 && row.weights[0] == 0)
        #expect(row.weights.contains { $0 > 0 })
        for (index, token) in row.tokens.enumerated().dropFirst() {
          if token != 0 {
            #expect(row.weights[index] == Self.weight(token))
            #expect(row.tokens[index - 1] == (row.tokens[index - 1] == 0 ? 0 : token - 1))
          }
        }
      }
    }
  }

  @Test func conversationsAreNeverContinued() throws {
    let documents = Self.documents(3, count: 300, longest: 120, isDivisible: false)
    let (rows, cuts) = try Self.rows(Documents(documents: documents), length: 64, buffer: 32)
    for row in rows {
      for (previous, token) in zip(row.tokens, row.tokens.dropFirst()) where previous == 0 {
        #expect(token == 0 || Int(token) % Self.stride == 1)
      }
    }
    #expect(cuts.contains { $0.reason == .longerThanRow && $0.tokens.lowerBound == 64 })
    #expect(cuts.allSatisfy { $0.reason != .longerThanRow || $0.tokens.lowerBound == 64 })
  }

  @Test func nothingOfLearnedTextIsLost() throws {
    let texts = (0..<40).map { document in
      TokenSequence(
        text: [0] + (0..<(document * 13 % 300)).map { Int32(document * Self.stride + $0 + 1) })
    }
    let (rows, cuts) = try Self.rows(Documents(documents: texts), length: 50, buffer: 8)
    #expect(cuts.allSatisfy { $0.reason == .sourceEnded })
    #expect(rows.allSatisfy { $0.weights.dropFirst().contains(1) })
  }

  @Test(arguments: [0, 1, 17, 100]) func aCursorGoesOnExactly(_ stop: Int) throws {
    let source = Documents(
      documents: Self.documents(9, count: 97, longest: 250), isEndless: true)
    let whole = try Self.rows(source, length: 80, buffer: 24, limit: stop + 200).rows
    var first = try Rows(source, length: 80, beginningOfText: 0, bufferCount: 24)
    for _ in 0..<stop { _ = try first.next() }
    let saved = try JSONEncoder().encode(first.cursor)
    let cursor = try JSONDecoder().decode(Rows.Cursor.self, from: saved)
    #expect(cursor == first.cursor)
    var second = try Rows(
      source, length: 80, beginningOfText: 0, bufferCount: 24, cursor: cursor)
    for row in whole[stop...] { #expect(try second.next() == row) }
  }

  @Test func noDocumentWaitsForever() throws {
    let source = Documents(
      documents: Self.documents(5, count: 64, longest: 400), isEndless: true)
    var packed = try Rows(source, length: 90, beginningOfText: 0, bufferCount: 16)
    for _ in 0..<1_000 {
      _ = try packed.next()
      // A document has at most 5 parts, and each part waits for the 16 before it.
      let oldest = packed.cursor.pending.map(\.document).min() ?? 0
      #expect(packed.cursor.source - oldest <= 16 * 6 * 8)
      #expect(packed.cursor.pending.count <= 16)
    }
  }

  @Test func twoDocumentsThatFillARowAreFound() throws {
    let sizes = [3, 8, 5, 6, 4, 9, 9, 9]
    let documents = sizes.enumerated().map { document, size in
      TokenSequence(
        conversation: (0..<size).map { Int32(document * Self.stride + $0 + 1) },
        isLearned: Array(repeating: true, count: size))
    }
    // Behind the first document there is room for 12 tokens: 6 + 4 and two beginnings.
    var packed = try Rows(
      Documents(documents: documents), length: 15, beginningOfText: 0, bufferCount: 8)
    let row = try #require(try packed.next())
    #expect(row.tokens.filter { $0 % Int32(Self.stride) == 1 }.map { $0 / 10_000 } == [0, 3, 4])
  }

  @Test func aSourceWithNothingToLearnIsAnError() throws {
    let silent = TokenSequence(
      conversation: [1, 2, 3], isLearned: [false, false, false])
    let late = TokenSequence(
      conversation: Array(repeating: 1, count: 20),
      isLearned: Array(repeating: false, count: 19) + [true])
    var packed = try Rows(
      Documents(documents: [silent, late], isEndless: true), length: 10, beginningOfText: 0)
    #expect(throws: PackingError.nothingLearned(documents: 65_536, length: 10)) {
      try packed.next()
    }
    let (rows, cuts) = try Self.rows(
      Documents(documents: [silent, late]), length: 10, buffer: 4)
    #expect(rows.isEmpty)
    #expect(cuts.map(\.tokens) == [0..<3, 0..<10, 10..<20])
    #expect(cuts.map(\.reason) == [.nothingLearned, .nothingLearned, .longerThanRow])
  }

  @Test func aCursorOfOtherDocumentsIsRefused() throws {
    let source = Documents(documents: Self.documents(9, count: 97, longest: 250))
    var packed = try Rows(source, length: 80, beginningOfText: 0)
    _ = try packed.next()
    var other = source
    other.documents = [TokenSequence(text: [1])]
    let cursor = packed.cursor
    #expect(throws: PackingError.self) {
      try Rows(other, length: 80, beginningOfText: 0, cursor: cursor)
    }
  }
}
