import Tokenizers

/// What a corpus holds.
public enum ShardDocument: Sendable, Hashable {
  /// A whole text, or a stretch of a text file.
  case text(String)
  case conversation(Conversation)
}

/// The most that is held in memory of a shard, and where the text is in JSON.
public struct ShardLimits: Sendable, Hashable {
  /// The most bytes of a text file that are one document.
  public var chunkSize = 1 << 16
  /// The most bytes of a document in JSON.
  public var lineSize = 16 << 20
  /// The key of the text in a JSON object.
  public var textKey = "text"

  public init() {}
}

/// The documents of one shard, one after the other.
final class ShardDocuments {
  private enum Layout { case text, lines, array }

  private let shard: Shard
  private let limits: ShardLimits
  private let reader: ByteReader
  private let layout: Layout
  private var array: JSONArrayElements { JSONArrayElements(reader: reader) }
  private var isArrayOpen = false
  /// Where the array's closing bracket stands, once it has been read.
  private var arrayEnd: (offset: Int, line: Int)?

  init(_ shard: Shard, limits: ShardLimits) throws(DocumentError) {
    self.shard = shard
    self.limits = limits
    reader = try ByteReader(
      shard.path, end: shard.format == .text ? shard.bounds?.upperBound ?? .max : .max)
    switch shard.format {
    case .text: layout = .text
    case .json:
      try reader.skipByteOrderMark()
      _ = try reader.require(1 << 12)
      let first = reader.available.first { !$0.isSpace }
      layout = first == UInt8(ascii: "[") ? .array : .lines
    }
    if let start = shard.bounds?.lowerBound, start > 0 {
      try skip(to: start, line: shard.firstLine)
    }
  }

  /// Where the next document begins, at the latest.
  var offset: Int { arrayEnd?.offset ?? reader.offset }
  /// Line breaks before `offset`.
  var line: Int { arrayEnd?.line ?? reader.line }

  /// Goes forward to a place at which `offset` and `line` once stood.
  func skip(to offset: Int, line: Int) throws(DocumentError) {
    try reader.skip(to: offset, line: line)
    isArrayOpen = offset > 0
  }

  func next() throws(DocumentError) -> ShardDocument? {
    switch layout {
    case .text:
      return try TextChunks(reader, size: limits.chunkSize).next().map { .text($0.text) }
    case .lines:
      try reader.skipByteOrderMark()
      while isWithinBounds, let line = try reader.nextLine(limit: limits.lineSize) {
        guard line.bytes.contains(where: { !$0.isSpace }) else { continue }
        return try ShardRecord.document(
          line.bytes, path: reader.path, line: line.number, limits)
      }
      return nil
    case .array:
      guard let element = try nextElement() else { return nil }
      return try ShardRecord.document(
        element.bytes, path: reader.path, line: element.line, limits)
    }
  }

  private var isWithinBounds: Bool { reader.offset < shard.bounds?.upperBound ?? .max }

  /// The first place at or behind `target` at which a document may begin, and the line breaks before it.
  func firstBoundary(from target: Int) throws(DocumentError) -> (offset: Int, line: Int) {
    if layout == .array {
      while reader.offset < target, try nextElement() != nil {}
      return (offset, line)
    }
    // Up to one byte before, so that a target behind a line break stays where it is.
    while reader.offset < target - 1 {
      let count = try min(reader.require(1 << 16), target - 1 - reader.offset)
      guard count > 0 else { break }
      reader.consume(count)
    }
    guard target > 0 else { return (0, 0) }
    while case let count = try reader.require(1 << 12), count > 0 {
      if let end = reader.available.firstIndex(of: 0x0A) {
        reader.consume(end - reader.available.startIndex + 1)
        break
      }
      reader.consume(count)
    }
    return (reader.offset, reader.line)
  }

  /// The next element of an array and the line it begins in, nil behind the last.
  private func nextElement() throws(DocumentError) -> (bytes: [UInt8], line: Int)? {
    if arrayEnd != nil { return nil }
    if !isArrayOpen, try array.skipSpace() == UInt8(ascii: "[") { reader.consume(1) }
    isArrayOpen = true
    guard let first = try array.skipSpace() else {
      throw array.malformed("']' at the end of the array")
    }
    guard first != UInt8(ascii: "]") else {
      arrayEnd = (reader.offset, reader.line)
      reader.consume(1)
      guard try array.skipSpace() == nil else {
        throw array.malformed("the end of the file behind the array")
      }
      return nil
    }
    guard isWithinBounds else { return nil }
    let line = reader.line + 1
    return (try array.takeElement(limit: limits.lineSize), line)
  }
}
