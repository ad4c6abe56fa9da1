import Files
import Foundation
import Layers
import Tensors

/// The weights of a folder as Hugging Face publishes them: one safetensors file, or several and an index.
public struct ShardedSafetensors: TensorSource, Sendable {
  public let sourceName: String
  private let files: [SafetensorsFile]
  private let places: [String: Int]

  private static let singleName = "model.safetensors"
  private static let indexName = "model.safetensors.index.json"

  /// Maps the files of `folder` and checks their headers.
  ///
  /// - Throws: `CheckpointError` where the index and the files do not agree, `FileSystemError`.
  public init(folder: URL) throws {
    let index = folder.appendingPathComponent(Self.indexName)
    let single = folder.appendingPathComponent(Self.singleName)
    if FileManager.default.fileExists(atPath: index.path),
      !FileManager.default.fileExists(atPath: single.path)
    {
      try self.init(index: index)
    } else {
      let file = try SafetensorsFile(single)
      self.init(
        sourceName: single.path, files: [file],
        places: Dictionary(uniqueKeysWithValues: file.tensorNames.map { ($0, 0) }))
    }
  }

  private init(sourceName: String, files: [SafetensorsFile], places: [String: Int]) {
    (self.sourceName, self.files, self.places) = (sourceName, files, places)
  }

  private init(index: URL) throws {
    let names = try Self.shards(in: MappedFile(index))
    var files: [SafetensorsFile] = []
    var places: [String: Int] = [:]
    for name in Set(names.values).sorted() {
      // An index is untrusted: its files lie beside it.
      guard !name.contains("/"), name != "..", !name.isEmpty else {
        throw CheckpointError.malformed(
          file: index.path, place: .key(name), expected: "the name of a file beside the index")
      }
      let file = try SafetensorsFile(
        index.deletingLastPathComponent().appendingPathComponent(name))
      for tensor in file.tensorNames {
        guard names[tensor] == name else {
          throw CheckpointError.malformed(
            file: file.sourceName, place: .tensor(tensor),
            expected: "a tensor that the index places here")
        }
        places[tensor] = files.count
      }
      files.append(file)
    }
    for (tensor, name) in names.sorted(by: { $0.key < $1.key }) where places[tensor] == nil {
      throw CheckpointError.malformed(
        file: index.path, place: .key(tensor), expected: "a tensor of that name in \(name)")
    }
    self.init(sourceName: index.path, files: files, places: places)
  }

  /// The file of every tensor.
  private static func shards(in file: MappedFile) throws -> [String: String] {
    var names: [String: String]?
    var scanner = try JSONScanner(0..<file.byteCount, of: file)
    try scanner.object { scanner, key throws(CheckpointError) in
      guard key == "weight_map" else { return try scanner.skipValue() }
      var map: [String: String] = [:]
      try scanner.object { scanner, tensor throws(CheckpointError) in
        map[tensor] = try scanner.string()
      }
      names = map
    }
    guard let names, !names.isEmpty else {
      throw file.malformed(.key("weight_map"), expected: "an object of tensors and files")
    }
    return names
  }

  /// The names of all tensors, in the order of the files and of their bytes in them.
  public var tensorNames: [String] { files.flatMap(\.tensorNames) }

  /// The files, by their names in order.
  public var fileNames: [String] { files.map(\.sourceName) }

  public func tensor(named name: String) throws -> Tensor? {
    try places[name].flatMap { try files[$0].tensor(named: name) }
  }

  public func stored(_ name: String, rows: Range<Int>?) throws -> Tensor? {
    try places[name].flatMap { try files[$0].stored(name, rows: rows) }
  }

  /// How a tensor is stored; nil for one that is no float tensor.
  public func element(of name: String) -> SafetensorsWriter.Element? {
    places[name].flatMap { files[$0].element(of: name) }
  }

  public func shape(of name: String) -> Shape? {
    places[name].flatMap { files[$0].shape(of: name) }
  }
}
