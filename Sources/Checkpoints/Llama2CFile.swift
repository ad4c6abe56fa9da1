import Files
import Foundation
import Layers
import Tensors

/// A llama2.c checkpoint of version 0, 1 or 2: a header, then weights in a fixed order.
///
/// Versions 0 and 1 hold float32. Version 2 holds matrices as int8 in groups with a float32 scale, which are widened when
/// they are read; the products of scales and integers are the weights.
///
/// Source: `export.py` and `runq.c` in https://github.com/karpathy/llama2.c. Matrices are [out, in] and are named
/// `token_embedding`, `layers.N.attention_norm`, `layers.N.attention.wq` (`wk`, `wv`, `wo`),
/// `layers.N.feed_forward_norm`, `layers.N.feed_forward.w1` (gate), `w2` (down), `w3` (up), `norm`, and
/// `output` where the classifier is not tied. Rotary embedding turns neighbours (2i, 2i + 1).
public struct Llama2CFile: TensorSource, Sendable {
  public let configuration: Configuration
  private let table: TensorTable

  /// Maps the file at `url` and checks its size against its header.
  ///
  /// - Throws: `FileSystemError` when it cannot be mapped, `CheckpointError` when its header or its
  ///   size is wrong, or its version is none of those above.
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
