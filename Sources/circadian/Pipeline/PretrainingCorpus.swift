import CommandLineInterface
import Corpora
import Files
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
        shards.shards.map(\.path), tokenizer, validationShare: validationShare, length: length)
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
    // The same files with other ends held out are another corpus.
    let ends = training.shards.map { $0.bounds.map { "\($0)" } ?? "whole" }.joined(separator: " ")
    rows = try PackedRowSource(
      "\(names.count) shards of \(Self.size(of: training)) bytes, \(names.joined(separator: " ")), "
        + "bounds \(ends), digest \(try Self.digest(of: training, tokenizer))",
      length: length, beginningOfText: beginning, repeatShare: Self.repeatShare, seed: seed,
      report: sparingly(note),
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
        let text =
          switch document {
          case .text(let text): text
          case .conversation(let conversation):
            conversation.turns.map(\.text).joined(separator: "\n")
          }
        let excerpt = Self.beginning(of: text, bytes: min(each, quota - taken))
        excerpts += excerpt + "\n"
        taken += excerpt.utf8.count
      }
    }
    return excerpts
  }

  /// A number that other shards, or the same ones read by another tokenizer, would hardly have.
  private static func digest(
    of shards: TextShards, _ tokenizer: any Tokenizer
  ) throws -> UInt64 {
    var digest = StableDigest()
    for shard in shards.shards {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: shard.path))
      defer { try? handle.close() }
      digest.add(try handle.read(upToCount: 1 << 16) ?? Data())
    }
    for token in 0..<tokenizer.vocabularySize { digest.add(tokenizer.bytes(for: Int32(token))) }
    return digest.value
  }

  /// The first `bytes` of a text, less what would cut a character.
  private static func beginning(of text: String, bytes: Int) -> String {
    let end = text.utf8.index(text.startIndex, offsetBy: bytes, limitedBy: text.endIndex)
    var place = end ?? text.endIndex
    while place.samePosition(in: text) == nil { place = text.utf8.index(before: place) }
    return String(text[..<place])
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
