import Corpora
import Foundation
import Synchronization
import Tensors
import Tokenizers

/// Rows packed from documents that are read one after another, so the corpus need not fit in memory.
///
/// Some rows of text read their beginning over and over, as those of ``TextRows`` do.
public final class PackedRowSource<Source: TokenSequenceSource & SendableMetatype>: RowSource {
  public let length: Int
  public let fingerprint: String
  private let repeatShare: Double
  private let seed: UInt64
  private let state: Mutex<State>
  private let report: @Sendable (String) -> Void

  /// Only ever used by one thread at a time, behind the lock.
  private struct State: @unchecked Sendable {
    var rows: PackedRows<Source>
    let open: (PackedRows<Source>.Cursor?) throws -> PackedRows<Source>
  }

  /// - Parameters:
  ///   - name: Tells the corpus from others, as part of the fingerprint.
  ///   - report: Is told in words of tokens that no row holds.
  ///   - open: Opens the documents from their beginning; called again for every ``seek(to:)``.
  public init(
    _ name: String, length: Int, beginningOfText: Int32, repeatShare: Double = 0, seed: UInt64,
    report: @escaping @Sendable (String) -> Void = { _ in },
    open: @escaping @Sendable () throws -> sending Source
  ) throws {
    self.length = length
    self.repeatShare = repeatShare
    self.seed = seed
    self.report = report
    fingerprint = "\(name), packed rows of \(length), \(repeatShare) repeated, seed \(seed)"
    let openRows: (PackedRows<Source>.Cursor?) throws -> PackedRows<Source> = { cursor in
      try PackedRows(
        try open(), length: length, beginningOfText: beginningOfText, cursor: cursor)
    }
    state = Mutex(State(rows: try openRows(nil), open: openRows))
  }

  public func rows(step: Int, count: Int) throws -> [PackedRow] {
    var random = RandomSource(seed: seed, name: "repeats of step \(step)")
    return try state.withLock { state in
      try (0..<count).map { _ in
        guard let row = try state.rows.next(report: { report("\($0)") }) else {
          throw TrainingError.nothingLearned(step: step + 1)
        }
        let repeats = Double(random.uniform()) < repeatShare
        let period = random.integer(in: max(length / 8, 1)..<max(length / 2, 1) + 1)
        return repeats ? Self.repeating(row, period: period) : row
      }
    }
  }

  public var cursor: String? { state.withLock { stableJSON($0.rows.cursor) } }

  public func seek(to cursor: String) throws {
    let place: PackedRows<Source>.Cursor = try decodeCursor(cursor)
    try state.withLock { $0.rows = try $0.open(place) }
  }

  /// The row's first `period` tokens behind its beginning, over and over.
  private static func repeating(_ row: PackedRow, period: Int) -> PackedRow {
    let order = [0] + (1..<row.tokens.count).map { 1 + ($0 - 1) % period }
    let isText = row.weights.dropFirst().allSatisfy { $0 > 0 }
    return isText ? PackedRow(order.map { row.tokens[$0] }, weights: row.weights) : row
  }
}

/// Conversations in memory, gone through again and again, every time in another order.
public struct ConversationSource: TokenSequenceSource {
  private let sequences: [TokenSequence]
  private let seed: UInt64
  private var order: [Int] = []
  /// The number of conversations that came before.
  public private(set) var cursor = 0

  /// - Precondition: There is a conversation.
  public init(_ conversations: [Conversation], _ format: ChatFormat, seed: UInt64) {
    precondition(!conversations.isEmpty, "no conversation to learn from")
    sequences = conversations.map {
      let rendered = format.render($0)
      return TokenSequence(conversation: rendered.tokens, isLearned: rendered.isLearned)
    }
    self.seed = seed
    order = order(ofEpoch: 0)
  }

  public mutating func next() -> TokenSequence? {
    let place = cursor % sequences.count
    if place == 0 { order = order(ofEpoch: cursor / sequences.count) }
    cursor += 1
    return sequences[order[place]]
  }

  public mutating func seek(to cursor: Int) {
    self.cursor = max(cursor, 0)
    order = order(ofEpoch: self.cursor / sequences.count)
  }

  private func order(ofEpoch epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, name: "conversations of epoch \(epoch)")
    return sequences.indices.shuffled(using: &random)
  }
}

func decodeCursor<Cursor: Decodable>(_ text: String) throws -> Cursor {
  do {
    return try JSONDecoder().decode(Cursor.self, from: Data(text.utf8))
  } catch {
    throw TrainingError.badCursor(text)
  }
}
