import CommandLineInterface
import Corpora
import Foundation
import Tensors
import Tokenizers
import Training

/// What is pretrained on: rows, held-out text, and the texts that nights need beside a core.
///
/// Plain text that fits into memory is cut into windows, each epoch in a new order and at a new offset.
/// Everything else (JSONL, conversations, more than memory holds) is read shard by shard and packed.
struct PretrainingCorpus {
  private(set) var rows: any RowSource
  private(set) var validation: (tokens: [Int32], bytes: Int)
  private(set) var keep = ""
  private(set) var heldOut = ""
  /// Tokens of training text, where they have been counted.
  private(set) var tokenCount: Int?

  /// The share of rows that read a passage over and over.
  private static let repeatShare = 0.2
  /// What is taken as fitting into memory, in bytes of text.
  private static let memoryLimit = 1 << 30
  /// The most of a streamed corpus's last shard that is held against the model.
  private static let validationLimit = 1 << 20
  private static let (keepBytes, excerptBytes) = (1_200_000, 6_000)

  init(
    _ files: [String], _ tokenizer: any Tokenizer, length: Int, validationShare: Double,
    seed: UInt64, note: @escaping @Sendable (String) -> Void
  ) throws {
    let shards = try TextShards(files)
    if shards.shards.allSatisfy({ $0.format == .text }), Self.size(of: shards) <= Self.memoryLimit {
      let books = try BookCorpus(
        shards.shards.map(\.path), tokenizer, validationShare: validationShare)
      guard books.training.count > 2 * length else {
        throw TrainingError.tooShort(
          file: files.joined(separator: ", "), tokens: books.training.count, needed: 2 * length)
      }
      rows = TextRows(
        books.training, length: length, repeatShare: Self.repeatShare, seed: seed)
      (validation, keep, heldOut) = (books.validation, books.keep, books.heldOut)
      tokenCount = books.training.count
      return
    }
    let (training, last) = try shards.split(share: validationShare)
    guard let beginning = tokenizer.beginningOfText else {
      throw CommandError(
        "the tokenizer has no token that begins a document, which packing needs", exitCode: .badData
      )
    }
    let names = training.shards.map { URL(fileURLWithPath: $0.path).lastPathComponent }
    rows = try PackedRowSource(
      "\(names.count) shards of \(Self.size(of: training)) bytes: \(names.joined(separator: " "))",
      length: length, beginningOfText: beginning, repeatShare: Self.repeatShare, seed: seed,
      report: note,
      open: { TokenizedShards(ShardReader(training, seed: seed, epochs: nil), tokenizer) })
    heldOut = try Self.excerpts(of: last, total: Self.validationLimit, each: Self.validationLimit)
    guard !heldOut.isEmpty else {
      throw CommandError(
        "\(last.shards.last?.path ?? ""): the last shard is held out, and it has no text",
        exitCode: .badData)
    }
    keep = try Self.excerpts(of: training, total: Self.keepBytes, each: Self.excerptBytes)
    validation = (tokenizer.encode(heldOut), heldOut.utf8.count)
  }

  /// The beginnings of documents, spread over the shards.
  private static func excerpts(of shards: TextShards, total: Int, each: Int) throws -> String {
    let reader = ShardReader(shards)
    var excerpts = ""
    let quota = max(total / max(shards.shards.count, 1), 1)
    for shard in shards.shards.indices {
      try reader.seek(to: .init(shard: shard))
      var taken = 0
      while taken < quota, reader.cursor.shard == shard, let document = try reader.next() {
        guard case .text(let text) = document else { continue }
        let excerpt = String(decoding: text.utf8.prefix(min(each, quota - taken)), as: UTF8.self)
        excerpts += excerpt + "\n"
        taken += excerpt.utf8.count
      }
    }
    return excerpts
  }

  /// Bytes of text; of packed files a guess, since they tell only after unpacking.
  private static func size(of shards: TextShards) -> Int {
    shards.shards.reduce(0) { sum, shard in
      let attributes = try? FileManager.default.attributesOfItem(atPath: shard.path)
      let size = attributes?[.size] as? Int ?? 0
      let isPacked = shard.path.hasSuffix(".gz") || shard.path.hasSuffix(".zst")
      return sum + (isPacked ? 4 * size : size)
    }
  }

  /// Writes what the nights of individuals need beside a core: text to keep, and text to measure drift on.
  func writeNeutralTexts(to folder: URL) throws {
    try NeutralTexts.write(keep: keep, heldOut: heldOut, to: folder)
  }
}
