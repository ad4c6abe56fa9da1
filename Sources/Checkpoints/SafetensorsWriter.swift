import Foundation
import Tensors

/// Writes tensors and text metadata as one safetensors file; equal contents give equal bytes.
///
/// Tensors are laid out as the reference implementation does it: wider elements first, then by name. They
/// share storage with those added and are converted piece by piece, so no second copy is held.
public struct SafetensorsWriter {
  /// How a tensor's elements are stored.
  public enum Element: String, Sendable {
    case float32 = "F32"
    /// Rounded to nearest, ties to even.
    case bfloat16 = "BF16"

    var byteWidth: Int { self == .float32 ? 4 : 2 }
  }

  private struct Entry {
    let name: String
    let tensor: Tensor
    let element: Element

    var byteCount: Int { tensor.count * element.byteWidth }
  }

  /// Goes into the header as `__metadata__`.
  public var metadata: [String: String]
  private var entries: [Entry] = []

  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds a tensor of floats.
  public mutating func add(_ tensor: Tensor, named name: String, as element: Element = .float32) {
    precondition(tensor.scalarType != .int32, "\(name): indices are not stored")
    entries.append(Entry(name: name, tensor: tensor, element: element))
  }

  /// Replaces the file at `url` atomically.
  ///
  /// - Throws: `CheckpointError` when two tensors share a name or one has the reserved name,
  ///   `FileSystemError` when the file cannot be written; the old file then remains.
  public func write(to url: URL) throws {
    let ordered = entries.sorted {
      ($1.element.byteWidth, $0.name.utf8Bytes) < ($0.element.byteWidth, $1.name.utf8Bytes)
    }
    try checkNames(path: url.path)
    try AtomicFile.write(to: url) { output in
      try output.write(header(of: ordered))
      for entry in ordered { try entry.write(to: output) }
    }
  }

  private func checkNames(path: String) throws(CheckpointError) {
    var seen: Set<String> = ["__metadata__"]
    for entry in entries where !seen.insert(entry.name).inserted {
      throw .malformed(
        file: path, place: .tensor(entry.name),
        expected: "a name that only one tensor has, other than \"__metadata__\"")
    }
  }

  private func header(of entries: [Entry]) -> Data {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8Bytes < $1.key.utf8Bytes }
        .map { "\($0.key.json):\($0.value.json)" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for entry in entries {
      let end = offset + entry.byteCount
      let extents = entry.tensor.shape.extents.map(String.init).joined(separator: ",")
      members.append(
        "\(entry.name.json):{\"dtype\":\"\(entry.element.rawValue)\",\"shape\":[\(extents)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var text = Data("{\(members.joined(separator: ","))}".utf8)
    // Padding keeps the buffer aligned for a reader that maps the file.
    while !text.count.isMultiple(of: 8) { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text
  }
}

extension SafetensorsWriter.Entry {
  private static let pieceLength = 1 << 16

  func write(to output: borrowing FileOutput) throws(FileSystemError) {
    let wanted: ScalarType = element == .float32 ? .float32 : .bfloat16
    if tensor.scalarType == wanted {
      try write(tensor, to: output)
      return
    }
    for start in stride(from: 0, to: tensor.count, by: Self.pieceLength) {
      let piece = piece(from: start)
      try write(wanted == .float32 ? piece.float32() : piece.bfloat16(), to: output)
    }
  }

  private func piece(from start: Int) -> Tensor {
    let count = min(Self.pieceLength, tensor.count - start)
    return tensor.withBytes { bytes in
      // The piece is used up before `self` and its storage go, so nothing has to own the bytes.
      Tensor(
        borrowing: bytes.baseAddress! + start * tensor.scalarType.byteWidth, owner: Unowned.shared,
        shape: [count], scalarType: tensor.scalarType)
    }
  }

  private func write(_ tensor: Tensor, to output: borrowing FileOutput) throws(FileSystemError) {
    var failure: FileSystemError?
    tensor.withBytes { bytes in
      do throws(FileSystemError) { try output.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
