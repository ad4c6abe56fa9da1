import Files
import Foundation
import Tensors

/// Writes metadata and tensors as one GGUF file, version 3; equal contents give equal bytes.
///
/// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Tensors are converted one at a time, so no second copy of
/// a model is held.
public struct GGUFWriter {
  /// A metadata value as it is written.
  public enum Value: Sendable {
    case uint32(UInt32)
    case int32(Int32)
    case float32(Float)
    case bool(Bool)
    case string(String)
    /// Texts need not be UTF-8: tokens are bytes.
    case strings([[UInt8]])
    case int32s([Int32])
    case float32s([Float])
  }

  private struct Entry {
    let name: String
    let shape: Shape
    let type: ScalarType
    let load: () throws -> Tensor
  }

  private static let alignment = 32
  private var metadata: [(key: String, value: Value)] = []
  private var entries: [Entry] = []

  public init() {}

  /// Adds a metadata value; keys are written in the order in which they were added.
  public mutating func add(_ key: String, _ value: Value) { metadata.append((key, value)) }

  /// Adds a tensor of `shape` that `load` gives when it is written, stored as `type`.
  ///
  /// Where rows are no whole blocks of the type, float16 takes its place, as other programs do it.
  public mutating func add(
    _ name: String, _ shape: Shape, as type: ScalarType, load: @escaping () throws -> Tensor
  ) {
    let fits = shape.width % type.blockLength == 0
    entries.append(Entry(name: name, shape: shape, type: fits ? type : .float16, load: load))
  }

  /// Replaces the file at `url` atomically.
  ///
  /// - Throws: `CheckpointError` where two tensors or keys share a name, `FileSystemError`, what loading throws.
  public func write(to url: URL) throws {
    var seen: Set<String> = []
    for name in metadata.map(\.key) + entries.map(\.name) where !seen.insert(name).inserted {
      throw CheckpointError.malformed(
        file: url.path, place: .key(name), expected: "a name that stands for one thing only")
    }
    let header = try header()
    try AtomicFile.write(to: url) { output in
      try output.write(header)
      for entry in entries {
        let tensor = try entry.load()
        precondition(tensor.shape == entry.shape, "\(entry.name): \(tensor.shape)")
        let stored = tensor.narrowed(to: entry.type)
        var failure: FileSystemError?
        stored.withBytes { bytes in
          do throws(FileSystemError) { try output.write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        let rest = Self.padded(stored.byteCount) - stored.byteCount
        if rest > 0 { try output.write(Data(repeating: 0, count: rest)) }
      }
    }
  }

  private static func padded(_ count: Int) -> Int {
    (count + alignment - 1) / alignment * alignment
  }

  private func header() throws -> Data {
    var data = Data("GGUF".utf8)
    data.append(integer: UInt32(3))
    data.append(integer: UInt64(entries.count))
    data.append(integer: UInt64(metadata.count))
    for (key, value) in metadata {
      data.append(text: Array(key.utf8))
      data.append(value)
    }
    var offset = 0
    for entry in entries {
      data.append(text: Array(entry.name.utf8))
      data.append(integer: UInt32(entry.shape.rank))
      for extent in entry.shape.extents.reversed() { data.append(integer: UInt64(extent)) }
      data.append(integer: entry.type.ggmlNumber)
      data.append(integer: UInt64(offset))
      offset += Self.padded(entry.type.byteCount(of: entry.shape.count))
    }
    data.append(Data(repeating: 0, count: Self.padded(data.count) - data.count))
    return data
  }
}

extension ScalarType {
  /// The number that ggml gives the type.
  package var ggmlNumber: UInt32 {
    switch self {
    case .float32: 0
    case .float16: 1
    case .int4Blocks: 2
    case .int8Blocks: 8
    case .int4Superblocks: 12
    case .int6Superblocks: 14
    case .int32: 26
    case .bfloat16: 30
    }
  }
}

extension Data {
  /// Appends the bytes of `integer`, the lowest first.
  package mutating func append<T: FixedWidthInteger>(integer: T) {
    Swift.withUnsafeBytes(of: integer.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(text: [UInt8]) {
    append(integer: UInt64(text.count))
    append(contentsOf: text)
  }

  fileprivate mutating func append(_ value: GGUFWriter.Value) {
    func kind(_ kind: GGUFValue.Kind) { append(integer: kind.rawValue) }
    func array(_ element: GGUFValue.Kind, _ count: Int) {
      kind(.array)
      kind(element)
      append(integer: UInt64(count))
    }
    switch value {
    case .uint32(let number):
      kind(.uint32)
      append(integer: number)
    case .int32(let number):
      kind(.int32)
      append(integer: number)
    case .float32(let number):
      kind(.float32)
      append(integer: number.bitPattern)
    case .bool(let bool):
      kind(.bool)
      append(bool ? 1 : 0)
    case .string(let text):
      kind(.string)
      append(text: Array(text.utf8))
    case .strings(let texts):
      array(.string, texts.count)
      for text in texts { append(text: text) }
    case .int32s(let numbers):
      array(.int32, numbers.count)
      for number in numbers { append(integer: number) }
    case .float32s(let numbers):
      array(.float32, numbers.count)
      for number in numbers { append(integer: number.bitPattern) }
    }
  }
}
