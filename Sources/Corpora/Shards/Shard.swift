/// A file of a corpus, or a part of one.
public struct Shard: Sendable, Hashable {
  /// How documents lie in a file, told by its name without `.gz` or `.zst`.
  public enum Format: String, Sendable, CaseIterable {
    /// Running text, of which a stretch is a document.
    case text
    /// JSON: a document a line, or an array of documents.
    case json
  }

  public let path: String
  public let format: Format
  /// The bytes of the unpacked file in which documents begin; nil for all.
  public internal(set) var bounds: Range<Int>?
  /// Line breaks before the bounds.
  var firstLine = 0

  /// Extensions of the files that are taken from a folder; each may have `.gz` or `.zst` behind it.
  static let extensions: [String: Format] = [
    ".txt": .text, ".md": .text, ".jsonl": .json, ".json": .json,
  ]

  /// A file; one whose name does not tell is running text.
  public init(path: String) {
    self.path = path
    format = Self.format(ofName: path) ?? .text
  }

  /// What a file's name says it holds, nil where it says nothing.
  static func format(ofName name: String) -> Format? {
    var name = name.lowercased()
    if let compression = Compression(path: name) { name.removeLast(compression.rawValue.count) }
    return extensions.first { name.hasSuffix($0.key) }?.value
  }

  /// The shard in two: its beginning and its last share, parted between documents.
  ///
  /// The file is read up to there; a packed one is first unpacked to find out how long it is.
  func split(lastShare share: Double) throws(DocumentError) -> (Shard, Shard) {
    let size = try unpackedSize()
    let target = min(max(Int(Double(size) * (1 - share)), 0), size)
    let documents = try ShardDocuments(self, limits: .init())
    let cut = try documents.firstBoundary(from: target)
    var (beginning, end) = (self, self)
    // A file that has grown since it was measured may have its next line break behind that size.
    beginning.bounds = 0..<cut.offset
    end.bounds = cut.offset..<max(cut.offset, size)
    end.firstLine = cut.line
    return (beginning, end)
  }

  private func unpackedSize() throws(DocumentError) -> Int {
    if Compression(path: path) == nil, let size = try InputFile(path: path).size { return size }
    let reader = try ByteReader(path)
    while case let count = try reader.require(1 << 20), count > 0 { reader.consume(count) }
    return reader.offset
  }
}

/// An ordered list of files that are read document by document.
public struct TextShards: Sendable, Hashable {
  public let shards: [Shard]

  private init(shards: [Shard]) { self.shards = shards }

  /// Files, and folders of which the `.txt`, `.md`, `.jsonl` and `.json` files are taken, each also as
  /// `.gz` or `.zst`, in the order of their names.
  ///
  /// - Throws: `DocumentError` for a path without a file and a folder without a shard.
  public init(_ paths: [String]) throws(DocumentError) {
    var shards: [Shard] = []
    for path in paths {
      do {
        _ = try InputFile(path: path)
        shards.append(Shard(path: path))
      } catch .directory {
        let found = try Self.files(in: path).map(Shard.init)
        guard !found.isEmpty else {
          throw .noShards(
            path: path, expected: ".txt, .md, .jsonl or .json, each also as .gz or .zst")
        }
        shards += found
      }
    }
    self.shards = shards
  }

  /// The last shard for validation, the others for training; of a single shard the last `share`.
  ///
  /// - Throws: `DocumentError` when a file that is parted cannot be read.
  public func split(share: Double = 0.005) throws(DocumentError) -> (
    training: TextShards, validation: TextShards
  ) {
    guard shards.count < 2 else {
      return (
        TextShards(shards: Array(shards.dropLast())), TextShards(shards: Array(shards.suffix(1)))
      )
    }
    return try splitEach(share: share)
  }

  /// The last `share` of every shard for validation, the rest for training.
  ///
  /// - Throws: `DocumentError` when a file cannot be read.
  func splitEach(share: Double) throws(DocumentError) -> (
    training: TextShards, validation: TextShards
  ) {
    var (training, validation): ([Shard], [Shard]) = ([], [])
    for shard in shards {
      let (beginning, end) = try shard.split(lastShare: share)
      training.append(beginning)
      validation.append(end)
    }
    return (TextShards(shards: training), TextShards(shards: validation))
  }
}
