import Files
import Foundation
import Tensors

/// Writes tensors and text metadata as one safetensors file; equal contents give equal bytes.
///
/// Tensors are laid out as the reference implementation does it: wider elements first, then by name. They are made and
/// converted one at a time, so no second copy of a model is held.
public struct SafetensorsWriter {
  /// How a tensor's elements are stored.
  public enum Element: String, Sendable {
    case float32 = "F32"
    /// Rounded to nearest, ties to even.
    case bfloat16 = "BF16"
    case float16 = "F16"

    var byteWidth: Int { self == .float32 ? 4 : 2 }

    var scalarType: ScalarType {
      switch self {
      case .float32: .float32
      case .bfloat16: .bfloat16
      case .float16: .float16
      }
    }
  }

  fileprivate struct Entry {
    let name: String
    let shape: Shape
    let element: Element
    let load: () throws -> Tensor

    var byteCount: Int { shape.count * element.byteWidth }
  }

  /// Goes into the header as `__metadata__`.
  public var metadata: [String: String]
  private var entries: [Entry] = []

  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds a tensor of floats.
  public mutating func add(_ tensor: Tensor, named name: String, as element: Element = .float32) {
    precondition(tensor.scalarType != .int32, "\(name): indices are not stored")
    add(name, tensor.shape, as: element) { tensor }
  }

  /// Adds a tensor of `shape` that `load` gives when it is written.
  public mutating func add(
    _ name: String, _ shape: Shape, as element: Element, load: @escaping () throws -> Tensor
  ) {
    entries.append(Entry(name: name, shape: shape, element: element, load: load))
  }

  /// Replaces the file at `url` atomically.
  ///
  /// - Throws: `CheckpointError` when two tensors share a name or one has the reserved name,
  ///   `FileSystemError` when the file cannot be written; the old file then remains.
  public func write(to url: URL) throws {
    let ordered = entries.sorted {
      $0.element == $1.element
        ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        : $0.element.byteWidth > $1.element.byteWidth
    }
    try checkNames(path: url.path)
    try AtomicFile.write(to: url) { output in
      try output.write(header(of: ordered))
      for entry in ordered { try output.write(entry) }
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
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\($0.key.json):\($0.value.json)" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for entry in entries {
      let end = offset + entry.byteCount
      let extents = entry.shape.extents.map(String.init).joined(separator: ",")
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

extension FileOutput {
  fileprivate func write(_ entry: SafetensorsWriter.Entry) throws {
    // A converted copy lives only until it is written, so there is one at a time.
    let tensor = try entry.load()
    precondition(tensor.shape == entry.shape, "\(entry.name): \(tensor.shape)")
    let stored = tensor.narrowed(to: entry.element.scalarType)
    var failure: FileSystemError?
    stored.withBytes { bytes in
      do throws(FileSystemError) { try write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }
}

extension String {
  /// A JSON string literal.
  fileprivate var json: String {
    var literal = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": literal += "\\\""
      case "\\": literal += "\\\\"
      case "\n": literal += "\\n"
      case "\r": literal += "\\r"
      case "\t": literal += "\\t"
      case "\u{8}": literal += "\\b"
      case "\u{c}": literal += "\\f"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "\""
  }
}
