import Files
import Foundation
import Layers
import Tensors

/// A safetensors checkpoint: a JSON header that names ranges of one buffer, then the buffer.
///
/// Format: https://github.com/huggingface/safetensors. Tensors stored as float32 are borrowed from the
/// mapped file; F64, F16, BF16 and integers are widened or narrowed to float32 when asked for.
public struct SafetensorsFile: TensorSource, Sendable {
  /// The `__metadata__` entries.
  public let metadata: [String: String]
  private let table: TensorTable

  // The reference implementation refuses more, too.
  private static let maximumHeaderByteCount = 100_000_000

  /// Maps the file at `url` and checks its header.
  ///
  /// - Throws: `FileSystemError` when it cannot be mapped, `CheckpointError` when its header is not
  ///   sound: every byte of the buffer must belong to exactly one tensor.
  public init(_ url: URL) throws {
    let file = try MappedFile(url)
    let headerByteCount: UInt64 = try file.integer(at: 0)
    guard headerByteCount <= Self.maximumHeaderByteCount, headerByteCount <= file.byteCount - 8
    else {
      throw file.malformed(
        .offset(0),
        expected: "the header's byte count, at most"
          + " \(min(Self.maximumHeaderByteCount, file.byteCount - 8)), found \(headerByteCount)")
    }
    let bufferStart = 8 + Int(headerByteCount)
    let header = try SafetensorsHeader(8..<bufferStart, of: file)
    let records = try header.entries.map { name, entry throws(CheckpointError) in
      try entry.record(named: name, bufferStart: bufferStart, in: file)
    }
    table = try TensorTable(records.sorted(by: Self.precedes), in: file)
    metadata = header.metadata
    try checkNoGaps(from: bufferStart)
  }

  public var sourceName: String { table.file.path }

  /// The names of all tensors, in the order of their bytes.
  public var tensorNames: [String] { table.records.map(\.name) }

  public func tensor(named name: String) throws -> Tensor? { try table.tensor(named: name) }

  public func stored(_ name: String, rows: Range<Int>?) throws -> Tensor? {
    try table.stored(name, rows: rows)
  }

  /// How a tensor is stored; nil for one that is no float tensor.
  public func element(of name: String) -> SafetensorsWriter.Element? {
    table[name].flatMap { SafetensorsWriter.Element(rawValue: $0.format.name) }
  }

  /// The shape of a tensor, without reading it.
  public func shape(of name: String) -> Shape? { table[name]?.shape }

  // Empty tensors share their offset with another, so the name decides.
  private static func precedes(_ a: TensorRecord, _ b: TensorRecord) -> Bool {
    (a.bytes.lowerBound, a.bytes.upperBound, a.name)
      < (b.bytes.lowerBound, b.bytes.upperBound, b.name)
  }

  // Bytes that belong to no tensor could hide another file inside this one.
  private func checkNoGaps(from bufferStart: Int) throws(CheckpointError) {
    var end = bufferStart
    for record in table.records {
      guard record.bytes.lowerBound == end else {
        throw table.file.malformed(
          .tensor(record.name), expected: "data_offsets that begin where the bytes before end")
      }
      end = record.bytes.upperBound
    }
    guard end == table.file.byteCount else {
      throw table.file.malformed(
        .offset(end), expected: "the end of the file after the last tensor's bytes")
    }
  }
}
