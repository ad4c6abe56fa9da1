import Corpora

/// Where a training run's rows come from.
///
/// Most sources find the rows of a step from its number alone. A source that reads files one after another
/// also has a cursor, which a checkpoint keeps.
public protocol RowSource: Sendable {
  /// Tokens predicted per row; a row holds one more.
  var length: Int { get }

  /// What must be equal for one run to go on where another stopped.
  var fingerprint: String { get }

  /// The rows of `step` when every step takes `count`; at least one weight of theirs is not 0.
  ///
  /// A source with a cursor is asked for the steps in turn.
  func rows(step: Int, count: Int) throws -> [PackedRow]

  /// Where the rows of the next step begin, nil where the step tells.
  var cursor: String? { get }

  /// Goes to a place that ``cursor`` named.
  func seek(to cursor: String) throws
}

extension RowSource {
  public var cursor: String? { nil }
  public func seek(to cursor: String) throws {}
}

/// Rows of several sources in every step, each with its share.
public struct MixedRows: RowSource {
  public let length: Int
  private let parts: [(source: any RowSource, share: Double)]

  /// The first source gets what the shares of the `others` leave.
  ///
  /// - Precondition: All rows have one length, and no share is negative.
  /// - Throws: ``TrainingError/sharesTooLarge(_:)``
  public init(_ first: any RowSource, others: [(source: any RowSource, share: Double)]) throws {
    let sum = others.reduce(0) { $0 + $1.share }
    precondition(
      others.allSatisfy { $0.source.length == first.length && $0.share >= 0 },
      "sources of \(others.map(\.source.length))")
    guard sum < 1 else { throw TrainingError.sharesTooLarge(sum) }
    length = first.length
    parts = [(first, 1 - sum)] + others
  }

  public var fingerprint: String {
    parts.map { "\($0.share) of [\($0.source.fingerprint)]" }.joined(separator: ", ")
  }

  public func rows(step: Int, count: Int) throws -> [PackedRow] {
    // The first source always has a row, so there is something to learn however small the batch.
    var rest = count - 1
    let counts = try parts.dropFirst().map { part in
      let wanted = min(Int((Double(count) * part.share).rounded()), rest)
      guard wanted > 0 || part.share == 0 else {
        throw TrainingError.noRows(share: part.share, batch: count)
      }
      rest -= wanted
      return wanted
    }
    return try zip(parts, [rest + 1] + counts).flatMap { part, count in
      count > 0 ? try part.source.rows(step: step, count: count) : []
    }
  }

  public var cursor: String? {
    let cursors = parts.map { $0.source.cursor }
    return cursors.allSatisfy { $0 == nil } ? nil : stableJSON(cursors)
  }

  public func seek(to cursor: String) throws {
    let cursors: [String?] = try decodeCursor(cursor)
    guard cursors.count == parts.count else { throw TrainingError.badCursor(cursor) }
    for (part, cursor) in zip(parts, cursors) {
      if let cursor { try part.source.seek(to: cursor) }
    }
  }
}
