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
  private let beginningOfText: Int32
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
    self.beginningOfText = beginningOfText
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
        let period = TokenWindows.period(of: length, share: repeatShare, using: &random)
        return period.map { repeating(row, period: $0) } ?? row
      }
    }
  }

  public var cursor: String? { state.withLock { stableJSON($0.rows.cursor) } }

  public func seek(to cursor: String) throws {
    let place: PackedRows<Source>.Cursor = try decodeCursor(cursor)
    try state.withLock { $0.rows = try $0.open(place) }
  }

  /// The row's first `period` tokens behind its beginning, over and over.
  private func repeating(_ row: PackedRow, period: Int) -> PackedRow {
    let order = [0] + (1..<row.tokens.count).map { 1 + ($0 - 1) % period }
    // What begins a document has no weight; in a conversation other tokens have none either.
    let isText = zip(row.tokens, row.weights).dropFirst().allSatisfy {
      $0 == beginningOfText || $1 > 0
    }
    return isText ? PackedRow(order.map { row.tokens[$0] }, weights: row.weights) : row
  }
}

func decodeCursor<Cursor: Decodable>(_ text: String) throws -> Cursor {
  do {
    return try JSONDecoder().decode(Cursor.self, from: Data(text.utf8))
  } catch {
    throw TrainingError.badCursor(text)
  }
}
