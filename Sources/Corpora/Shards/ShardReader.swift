/// Reads a corpus document by document, epoch after epoch, and can stop and go on anywhere.
///
/// No more than a document and a few buffers are in memory. Documents come in the order of the files;
/// with a seed the shards come in another order every epoch.
public final class ShardReader {
  /// A place between two documents.
  public struct Cursor: Codable, Hashable, Sendable, Comparable, CustomStringConvertible {
    public var epoch: Int
    /// The shard's place in the order of the epoch.
    public var shard: Int
    /// Bytes of the unpacked shard that come before.
    public var offset: Int
    /// Line breaks of the unpacked shard that come before, for messages.
    public var line: Int

    public init(epoch: Int = 0, shard: Int = 0, offset: Int = 0, line: Int = 0) {
      (self.epoch, self.shard, self.offset, self.line) = (epoch, shard, offset, line)
    }

    public var description: String {
      // A damaged cursor may hold any number.
      "epoch \(epoch &+ 1), shard \(shard &+ 1), line \(line &+ 1), byte \(offset)"
    }

    public static func < (a: Cursor, b: Cursor) -> Bool {
      (a.epoch, a.shard, a.offset) < (b.epoch, b.shard, b.offset)
    }
  }

  private let corpus: TextShards
  private let limits: ShardLimits
  private let seed: UInt64?
  private let epochs: Int?
  private var order: [Int]
  private var place = Cursor()
  /// The shard that is open, at `place`.
  private var documents: ShardDocuments?
  private var isEpochEmpty = true

  /// - Parameters:
  ///   - seed: Orders the shards, differently in every epoch; nil keeps their order.
  ///   - epochs: How often the corpus is read; nil for ever.
  public init(
    _ corpus: TextShards, seed: UInt64? = nil, epochs: Int? = 1, limits: ShardLimits = .init()
  ) {
    self.corpus = corpus
    self.limits = limits
    self.seed = seed
    self.epochs = epochs
    order = Self.order(count: corpus.shards.count, epoch: 0, seed: seed)
  }

  /// Where the next document begins, to go on from in another run.
  public var cursor: Cursor { place }

  /// The next document, nil when all epochs are over.
  ///
  /// - Throws: `DocumentError`, which names the file, the line and what was expected.
  public func next() throws(DocumentError) -> ShardDocument? {
    while epochs.map({ place.epoch < $0 }) ?? true {
      guard place.shard < order.count else {
        guard try beginEpoch() else { return nil }
        continue
      }
      let documents = try opened()
      let document = try documents.next()
      (place.offset, place.line) = (documents.offset, documents.line)
      if let document {
        isEpochEmpty = false
        return document
      }
      self.documents = nil
      place = Cursor(epoch: place.epoch, shard: place.shard + 1)
    }
    return nil
  }

  /// Goes to a place that `cursor` named in a run with the same corpus, seed and limits.
  ///
  /// Going back in a packed shard unpacks it again from its beginning.
  ///
  /// - Throws: `DocumentError.changed` when the corpus has no such place.
  public func seek(to cursor: Cursor) throws(DocumentError) {
    let path = corpus.shards.first?.path ?? "the corpus"
    guard (0...corpus.shards.count).contains(cursor.shard) else {
      throw .changed(
        path: path, expected: "\(cursor.shard &+ 1) shards, found \(corpus.shards.count)")
    }
    // Beyond these no file and no run goes; sums of them do not overflow.
    let limit = 1 << 48
    guard [cursor.epoch, cursor.offset, cursor.line].allSatisfy((0..<limit).contains) else {
      throw .changed(path: path, expected: "a place in it, found \(cursor)")
    }
    if cursor.epoch != place.epoch {
      order = Self.order(count: order.count, epoch: cursor.epoch, seed: seed)
    }
    let isAhead =
      (cursor.epoch, cursor.shard) == (place.epoch, place.shard) && cursor.offset >= place.offset
    if !isAhead { documents = nil }
    place = cursor
    // Another run found documents before this place.
    isEpochEmpty = cursor.shard == 0 && cursor.offset == 0
    if let documents { try documents.skip(to: place.offset, line: place.line) }
  }

  private func opened() throws(DocumentError) -> ShardDocuments {
    if let documents { return documents }
    let documents = try ShardDocuments(corpus.shards[order[place.shard]], limits: limits)
    if place.offset > documents.offset {
      try documents.skip(to: place.offset, line: place.line)
    }
    self.documents = documents
    return documents
  }

  /// Whether there is another epoch; without a document the corpus would be read for ever.
  private func beginEpoch() throws(DocumentError) -> Bool {
    guard !isEpochEmpty else {
      // A small share of a corpus may well have no document.
      if corpus.shards.contains(where: { $0.bounds != nil }) { return false }
      throw .empty(path: corpus.shards.map(\.path).joined(separator: ", "))
    }
    place = Cursor(epoch: place.epoch + 1)
    isEpochEmpty = true
    order = Self.order(count: order.count, epoch: place.epoch, seed: seed)
    return epochs.map { place.epoch < $0 } ?? true
  }

  /// A permutation of the shards (Fisher and Yates; Durstenfeld 1964).
  static func order(count: Int, epoch: Int, seed: UInt64?) -> [Int] {
    var order = Array(0..<count)
    guard let seed, count > 1 else { return order }
    var state = seed ^ (UInt64(epoch) &* 0xd129_42fa_8c3b_1d6f)
    for last in stride(from: count - 1, to: 0, by: -1) {
      // SplitMix64 (Steele, Lea and Flood 2014).
      state &+= 0x9e37_79b9_7f4a_7c15
      var draw = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
      draw = (draw ^ (draw >> 27)) &* 0x94d0_49bb_1331_11eb
      draw ^= draw >> 31
      order.swapAt(last, Int(draw.multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    return order
  }
}
