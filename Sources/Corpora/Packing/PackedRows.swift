/// Packs documents into rows without padding, by best fit with exact completion.
///
/// A row opens with the oldest pending document, so none waits forever. The rest is filled with the one
/// document or the pair that fills it exactly, else with the largest that fits; when none does, a
/// divisible document is split, or the smallest is cut off and reported. Every document is preceded by
/// the beginning-of-text token, and so is every part of one.
///
/// No row is without loss: what waits has a learned token among those that the next row would take, all
/// of which fit an empty row, and every row opens with such a part.
///
/// The cursor names the documents that wait by their places in the source, which reads them again when a
/// run goes on, so it stays small and the rows that follow are the same.
public struct PackedRows<Source: TokenSequenceSource> {
  /// Tokens predicted per row; a row holds one more.
  public let length: Int
  private let beginningOfText: Int32
  private let bufferCount: Int
  private var source: Source
  /// The oldest first.
  private var pending: [PendingSequence<Source.Cursor>] = []

  /// The most documents in a row without a learned token before that is an error.
  private static var patience: Int { 1 << 16 }

  /// Tokens that no row holds.
  public struct Cut: Sendable, Equatable, CustomStringConvertible {
    public enum Reason: String, Sendable {
      case longerThanRow = "it is longer than a row"
      case fillsRow = "its beginning fills up a row"
      case nothingLearned = "nothing in them is learned"
      case sourceEnded = "the documents ended before a row was full"
    }

    /// Where the document begins.
    public var document: Source.Cursor
    /// Positions in the document's tokens, not counting a beginning-of-text token.
    public var tokens: Range<Int>
    public var reason: Reason

    public var description: String {
      "document at \(document): \(tokens.count) tokens from \(tokens.lowerBound) left out: "
        + reason.rawValue
    }
  }

  /// Where the packing stands, as part of a checkpoint.
  public struct Cursor: Codable, Equatable, Sendable {
    /// A document that waits, and how many of its tokens are in rows already.
    public struct Pending: Codable, Equatable, Sendable {
      public var document: Source.Cursor
      public var offset: Int
    }

    public var source: Source.Cursor
    /// The oldest first.
    public var pending: [Pending]
  }

  /// - Parameters:
  ///   - length: Tokens predicted per row.
  ///   - beginningOfText: Put before every document that does not begin with it.
  ///   - bufferCount: The most documents to choose from; as many rows of tokens are also enough.
  ///   - cursor: Where an earlier run stopped.
  /// - Throws: `PackingError.cursorMismatch`, and what the source throws.
  /// - Precondition: `length` and `bufferCount` are positive.
  public init(
    _ source: Source, length: Int, beginningOfText: Int32, bufferCount: Int = 256,
    cursor: Cursor? = nil
  ) throws {
    precondition(length > 0 && bufferCount > 0, "rows of \(length), buffer of \(bufferCount)")
    self.source = source
    self.length = length
    self.beginningOfText = beginningOfText
    self.bufferCount = bufferCount
    if let cursor { try restore(cursor) }
  }

  public var cursor: Cursor {
    Cursor(
      source: source.cursor,
      pending: pending.map { .init(document: $0.document, offset: $0.offset) })
  }

  /// The next row, nil when what remains does not fill one.
  ///
  /// - Parameter report: Is told of tokens that are left out.
  /// - Throws: `PackingError.nothingLearned`, and what the source throws.
  public mutating func next(report: (Cut) -> Void = { _ in }) throws -> PackedRow? {
    var row = PackedRow([], weights: [])
    row.tokens.reserveCapacity(length + 1)
    row.weights.reserveCapacity(length + 1)
    var opened: [(document: Source.Cursor, tokens: Range<Int>)] = []
    while row.tokens.count <= length {
      try refill(report)
      let room = length + 1 - row.tokens.count
      guard !pending.isEmpty else {
        for (document, tokens) in opened {
          report(Cut(document: document, tokens: tokens, reason: .sourceEnded))
        }
        return nil
      }
      guard let index = row.tokens.isEmpty ? 0 : bestFit(room) else {
        fill(&row, room: room, report)
        break
      }
      let taken = pending[index].append(to: &row, limit: length, beginning: beginningOfText)
      opened.append((pending[index].document, taken))
      let rest = pending.remove(at: index)
      // The parts of a long document come in turn with the others.
      if rest.isDivisible { enqueue(rest, at: nil, report) }
    }
    row.weights[0] = 0
    return row
  }

  /// The document to place next in `room` tokens, nil when none fits.
  private func bestFit(_ room: Int) -> Int? {
    var largest: (index: Int, cost: Int)?
    var pair: (index: Int, cost: Int)?
    // The oldest document of each cost, -1 where there is none.
    var oldest = Array(repeating: -1, count: room)
    for (index, sequence) in pending.enumerated() {
      let cost = sequence.cost(limit: length)
      if cost == room { return index }
      guard cost < room else { continue }
      if largest.map({ cost > $0.cost }) ?? true { largest = (index, cost) }
      if pair == nil, oldest[room - cost] >= 0 {
        pair = cost > room - cost ? (index, cost) : (oldest[room - cost], room - cost)
      }
      if oldest[cost] < 0 { oldest[cost] = index }
    }
    return (pair ?? largest)?.index
  }

  /// Fills up a row with the beginning of the document that loses least by it.
  private mutating func fill(_ row: inout PackedRow, room: Int, _ report: (Cut) -> Void) {
    guard room > 1 else {
      row.tokens.append(beginningOfText)
      row.weights.append(0)
      return
    }
    let index = pending.indices.min { a, b in
      (pending[a].isDivisible ? 0 : 1, pending[a].cost(limit: length))
        < (pending[b].isDivisible ? 0 : 1, pending[b].cost(limit: length))
    }
    guard let index else { return }
    _ = pending[index].append(to: &row, limit: room - 1, beginning: beginningOfText)
    let rest = pending.remove(at: index)
    if rest.isDivisible {
      enqueue(rest, at: index, report)
    } else {
      report(
        Cut(
          document: rest.document, tokens: rest.offset..<rest.tokens.count, reason: .fillsRow))
    }
  }

  /// Reads documents until there are enough to choose from.
  private mutating func refill(_ report: (Cut) -> Void) throws {
    var count = pending.reduce(0) { $0 + $1.tokens.count - $1.offset }
    var skipped = 0
    while pending.count < bufferCount, count < bufferCount * (length + 1) {
      let document = source.cursor
      guard let sequence = try source.next() else { return }
      let next = PendingSequence(sequence, document: document, beginning: beginningOfText)
      let kept = next.truncated(to: length)
      let waits = enqueue(kept, at: nil, report)
      if !next.isDivisible, next.tokens.count > length {
        report(
          Cut(document: document, tokens: length..<next.tokens.count, reason: .longerThanRow))
      }
      if waits { count += kept.tokens.count }
      skipped = waits ? 0 : skipped + 1
      guard skipped < Self.patience else {
        throw PackingError.nothingLearned(documents: skipped, length: length)
      }
    }
  }

  /// Lets a document wait, from its first part on in which something is learned, if there is one.
  @discardableResult
  private mutating func enqueue(
    _ sequence: PendingSequence<Source.Cursor>, at index: Int?, _ report: (Cut) -> Void
  ) -> Bool {
    var sequence = sequence
    let start = sequence.offset
    while sequence.offset < sequence.tokens.count, !sequence.learns(limit: length) {
      sequence.offset += sequence.cost(limit: length) - 1
    }
    if start < sequence.offset {
      report(
        Cut(
          document: sequence.document, tokens: start..<sequence.offset, reason: .nothingLearned))
    }
    guard sequence.offset < sequence.tokens.count else { return false }
    pending.insert(sequence, at: index ?? pending.count)
    return true
  }

  /// Reads the documents again that waited, in their order in the source, so that it only goes forward.
  private mutating func restore(_ cursor: Cursor) throws {
    var restored: [(age: Int, sequence: PendingSequence<Source.Cursor>)] = []
    let inOrder = cursor.pending.enumerated().sorted { $0.element.document < $1.element.document }
    for (age, waiting) in inOrder {
      func mismatch() -> PackingError {
        .cursorMismatch(document: "\(waiting.document)", offset: waiting.offset)
      }
      try source.seek(to: waiting.document)
      guard let document = try source.next() else { throw mismatch() }
      var sequence = PendingSequence(
        document, document: waiting.document, beginning: beginningOfText
      ).truncated(to: length)
      guard sequence.tokens.indices.contains(waiting.offset) else { throw mismatch() }
      sequence.offset = waiting.offset
      guard sequence.learns(limit: length) else { throw mismatch() }
      restored.append((age, sequence))
    }
    pending = restored.sorted { $0.age < $1.age }.map(\.sequence)
    try source.seek(to: cursor.source)
  }
}

extension PackedRows: Sendable where Source: Sendable {}
