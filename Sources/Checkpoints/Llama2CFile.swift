import Files
import Foundation
import Layers
import Tensors

/// A llama2.c checkpoint, version 0: seven numbers, then float32 weights in a fixed order.
///
/// Source: `legacy_export` in https://github.com/karpathy/llama2.c. Matrices are [out, in] and are named
/// `token_embedding`, `layers.N.attention_norm`, `layers.N.attention.wq` (`wk`, `wv`, `wo`),
/// `layers.N.feed_forward_norm`, `layers.N.feed_forward.w1` (gate), `w2` (down), `w3` (up), `norm`, and
/// `output` where the classifier is not tied. Rotary embedding turns neighbours (2i, 2i + 1).
public struct Llama2CFile: TensorSource, Sendable {
  /// The numbers at the beginning of the file.
  public struct Configuration: Equatable, Sendable {
    public let width: Int
    public let hiddenWidth: Int
    public let layerCount: Int
    public let headCount: Int
    public let keyHeadCount: Int
    public let vocabularySize: Int
    public let contextLength: Int
    /// Whether the classifier is the token embedding; else there is a tensor `output`.
    public let isClassifierTied: Bool

    public var headWidth: Int { width / headCount }
  }

  public let configuration: Configuration
  private let table: TensorTable

  /// Maps the file at `url` and checks its size against its header.
  ///
  /// - Throws: `FileSystemError` when it cannot be mapped, `CheckpointError` when its header or its
  ///   size is wrong, or its version is not 0.
  public init(_ url: URL) throws {
    let file = try MappedFile(url)
    configuration = try Configuration(headerOf: file)
    let layout = Llama2CLayout(configuration)
    guard layout.byteCount == file.byteCount else {
      let expected = layout.byteCount.map { "\($0) bytes" } ?? "more bytes than there are"
      throw file.malformed(
        .wholeFile, expected: "\(expected) for \(configuration), found \(file.byteCount)")
    }
    table = try TensorTable(try layout.records(in: file), in: file)
  }

  public var sourceName: String { table.file.path }
  public var tensorNames: [String] { table.records.map(\.name) }
  public func tensor(named name: String) throws -> Tensor? { try table.tensor(named: name) }

  public func stored(_ name: String, rows: Range<Int>?) throws -> Tensor? {
    try table.stored(name, rows: rows)
  }
}

extension Llama2CFile.Configuration: CustomStringConvertible {
  public var description: String {
    "dim \(width), hidden_dim \(hiddenWidth), n_layers \(layerCount), n_heads \(headCount),"
      + " n_kv_heads \(keyHeadCount), vocab_size \(isClassifierTied ? "" : "-")\(vocabularySize),"
      + " seq_len \(contextLength)"
  }

  // The little-endian bytes of the versions after 0 begin with this instead of a width.
  fileprivate static let versionedMagic: Int32 = 0x616b_3432

  fileprivate init(headerOf file: MappedFile) throws(CheckpointError) {
    let first: Int32 = try file.integer(at: 0)
    if first == Self.versionedMagic {
      let version: Int32 = try file.integer(at: 4)
      throw file.unsupported(
        .offset(4), feature: "llama2.c version \(version)\(version == 2 ? " (int8)" : "")")
    }
    func positive(_ index: Int, _ name: String) throws(CheckpointError) -> Int {
      let number: Int32 = try file.integer(at: index * 4)
      guard number > 0 else {
        throw file.malformed(.offset(index * 4), expected: "a positive \(name), found \(number)")
      }
      return Int(number)
    }
    width = try positive(0, "dim")
    hiddenWidth = try positive(1, "hidden_dim")
    layerCount = try positive(2, "n_layers")
    headCount = try positive(3, "n_heads")
    keyHeadCount = try positive(4, "n_kv_heads")
    let signedVocabularySize: Int32 = try file.integer(at: 20)
    guard signedVocabularySize != 0 else {
      throw file.malformed(.offset(20), expected: "a vocab_size other than 0")
    }
    vocabularySize = Int(signedVocabularySize.magnitude)
    isClassifierTied = signedVocabularySize > 0
    contextLength = try positive(6, "seq_len")
    guard width.isMultiple(of: 2 * headCount) else {
      throw file.malformed(
        .offset(12),
        expected: "n_heads that part dim \(width) into heads of an even width, found \(headCount)")
    }
    guard headCount.isMultiple(of: keyHeadCount) else {
      throw file.malformed(
        .offset(16), expected: "n_kv_heads that divide \(headCount), found \(keyHeadCount)")
    }
  }
}
