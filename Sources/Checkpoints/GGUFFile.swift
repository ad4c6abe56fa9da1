import Files
import Foundation
import Layers
import Tensors

/// A GGUF checkpoint, version 2 or 3: typed metadata, a list of tensors, then their aligned bytes.
///
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Extents stand innermost first in the
/// file and are reversed here, so a matrix is [out, in]. F32, F16, BF16 and Q8_0 tensors can be read.
/// The rows of `attn_q` and `attn_k` of architecture `llama` are ordered for rotary embedding that turns
/// neighbours (2i, 2i + 1), as in ``Llama2CFile``.
public struct GGUFFile: TensorSource, Sendable {
  public let version: Int
  /// The metadata, under keys such as `llama.block_count`; see ``value(of:as:)`` for typed access.
  public let metadata: [String: GGUFValue]
  private let table: TensorTable

  private static let magic: UInt32 = 0x4655_4747  // "GGUF" in little-endian order
  private static let alignmentKey = "general.alignment"

  /// Maps the file at `url` and checks everything that stands before its tensors' bytes.
  ///
  /// - Throws: `FileSystemError` when it cannot be mapped, `CheckpointError` when it is not sound.
  public init(_ url: URL) throws {
    var cursor = ByteCursor(file: try MappedFile(url), offset: 0)
    version = try Self.version(&cursor)
    // A tensor takes a name's length, a number of extents, a type and an offset at least.
    let tensorCount = try cursor.count(of: "tensors", minimumByteCount: 24)
    let valueCount = try cursor.count(of: "metadata values", minimumByteCount: 13)
    metadata = try Self.metadata(valueCount, &cursor)
    let alignment = try Self.alignment(metadata, in: cursor.file)
    let entries = try (0..<tensorCount).map { _ in try TensorEntry(&cursor) }
    // Neither an offset into memory nor a power of 2 exceeds 2^62, so the sum does not overflow.
    let dataStart = (cursor.offset + alignment - 1) & ~(alignment - 1)
    table = try TensorTable(
      try entries.map { entry throws(CheckpointError) in
        try entry.record(dataStart: dataStart, alignment: alignment, in: cursor.file)
      }, in: cursor.file)
  }

  public var sourceName: String { table.file.path }

  /// The names of all tensors, in the order of the file's list.
  public var tensorNames: [String] { table.records.map(\.name) }

  public func tensor(named name: String) throws -> Tensor? { try table.tensor(named: name) }

  public func stored(_ name: String, rows: Range<Int>?) throws -> Tensor? {
    try table.stored(name, rows: rows)
  }

  /// The shape of a tensor, without reading it.
  public func shape(of name: String) -> Shape? { table[name]?.shape }

  var file: MappedFile { table.file }

  private static func version(_ cursor: inout ByteCursor) throws(CheckpointError) -> Int {
    let file = cursor.file
    guard try cursor.integer("\"GGUF\"", as: UInt32.self) == magic else {
      throw file.malformed(.offset(0), expected: "a file that begins with \"GGUF\"")
    }
    let version: UInt32 = try cursor.integer("the version")
    switch version {
    case 2, 3: return Int(version)
    case 1: throw file.unsupported(.offset(4), feature: "GGUF version 1")
    case let other where other.byteSwapped <= 16 && other != 0:
      throw file.unsupported(.offset(4), feature: "a big-endian GGUF file")
    default: throw file.malformed(.offset(4), expected: "GGUF version 2 or 3, found \(version)")
    }
  }

  private static func metadata(
    _ count: Int, _ cursor: inout ByteCursor
  ) throws -> [String: GGUFValue] {
    var metadata: [String: GGUFValue] = [:]
    for _ in 0..<count {
      let place = CheckpointError.Place.offset(cursor.offset)
      let key = try cursor.string("a key")
      guard !key.isEmpty else {
        throw cursor.file.malformed(place, expected: "a key that is not empty")
      }
      let kind = try cursor.kind()
      guard metadata.updateValue(try cursor.value(kind), forKey: key) == nil else {
        throw cursor.file.malformed(.key(key), expected: "a key that appears once")
      }
    }
    return metadata
  }

  private static func alignment(
    _ metadata: [String: GGUFValue], in file: MappedFile
  ) throws(CheckpointError) -> Int {
    guard let value = metadata[alignmentKey] else { return 32 }
    guard case .integer(let number) = value, let alignment = Int(exactly: number),
      alignment > 0, alignment & (alignment - 1) == 0
    else { throw file.malformed(.key(alignmentKey), expected: "a power of 2") }
    return alignment
  }
}

/// A tensor as the file lists it.
private struct TensorEntry {
  // ggml's own tensors have no more.
  private static let maximumRank = 4

  let name: String
  let extents: [Int]
  let type: UInt32
  /// In bytes from the beginning of the tensors' bytes.
  let offset: UInt64

  init(_ cursor: inout ByteCursor) throws {
    name = try cursor.string("a tensor's name")
    let rank: UInt32 = try cursor.integer("the number of a tensor's extents")
    guard rank <= Self.maximumRank else {
      throw cursor.file.malformed(
        .tensor(name), expected: "at most \(Self.maximumRank) extents, found \(rank)")
    }
    var extents: [Int] = []
    for _ in 0..<rank {
      let extent: UInt64 = try cursor.integer("a tensor's extent")
      guard let extent = Int(exactly: extent) else {
        throw cursor.file.malformed(.tensor(name), expected: "smaller extents than \(extent)")
      }
      extents.insert(extent, at: 0)
    }
    self.extents = extents
    type = try cursor.integer("a tensor's type")
    offset = try cursor.integer("a tensor's offset")
  }

  func record(
    dataStart: Int, alignment: Int, in file: MappedFile
  ) throws(CheckpointError) -> TensorRecord {
    guard let format = ElementFormat(ggml: type) else {
      throw file.unsupported(.tensor(name), feature: "element type number \(type)")
    }
    guard offset.isMultiple(of: UInt64(alignment)) else {
      throw file.malformed(
        .tensor(name), expected: "an offset that is a multiple of \(alignment), found \(offset)")
    }
    guard let offset = Int(exactly: offset), offset <= file.byteCount - dataStart else {
      throw file.malformed(.tensor(name), expected: "an offset inside the file, found \(offset)")
    }
    return try TensorRecord(
      name: name, format: format, extents: extents, offset: dataStart + offset, in: file)
  }
}
