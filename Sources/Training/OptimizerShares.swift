import Checkpoints
import Foundation
import Layers
import Optimizers
import Tensors

/// The files in which processes that train together leave their shares of an optimizer's state.
///
/// Their names hold the step, so that those of a checkpoint that is being written do not replace the last one's.
struct OptimizerShares {
  /// The file that names them.
  private let checkpoint: URL
  /// In the order of the ranks.
  let names: [String]

  init(of checkpoint: URL, step: Int, count: Int) {
    self.checkpoint = checkpoint
    names = (0..<count).map {
      "\(Self.stem(of: checkpoint))\(step)-\($0 + 1)-of-\(count).safetensors"
    }
  }

  private static func stem(of checkpoint: URL) -> String {
    checkpoint.deletingPathExtension().lastPathComponent + ".optimizer-"
  }

  /// Writes what `optimizer` keeps; the rows of a parameter that a tensor belongs to stand in the metadata.
  func write(_ optimizer: ShardedOptimizer, for parameters: [Parameter], rank: Int) throws {
    var writer = SafetensorsWriter()
    for (name, tensor) in optimizer.state {
      writer.add(tensor, named: name)
      if let (rows, count) = optimizer.rows(ofState: name, for: parameters) {
        writer.metadata[name] = "\(rows.lowerBound) \(rows.upperBound) \(count)"
      }
    }
    try writer.write(to: url(names[rank]))
  }

  /// Removes the files of other checkpoints.
  func removeOthers() { Self.removeAll(of: checkpoint, but: names) }

  static func removeAll(of checkpoint: URL, but kept: [String] = []) {
    let folder = checkpoint.deletingLastPathComponent()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where name.hasPrefix(stem(of: checkpoint)) && !kept.contains(name) {
      try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
    }
  }

  private func url(_ name: String) -> URL {
    checkpoint.deletingLastPathComponent().appendingPathComponent(name)
  }
}

/// The state of all processes' optimizers, as one process by itself would have it.
struct SharedOptimizerState: TensorSource {
  let sourceName: String
  let tensorNames: [String]
  private let files: [SafetensorsFile]

  /// Opens the files that `list`, a JSON array of names, says lie beside `checkpoint`.
  init(_ list: String, beside checkpoint: URL) throws {
    guard let names = try? JSONDecoder().decode([String].self, from: Data(list.utf8)),
      names.allSatisfy({ !$0.contains("/") }), !names.isEmpty
    else { throw TrainingError.noCheckpoint(file: checkpoint.path) }
    let folder = checkpoint.deletingLastPathComponent()
    files = try names.map { try SafetensorsFile(folder.appendingPathComponent($0)) }
    sourceName = checkpoint.path
    var seen: Set<String> = []
    tensorNames = files.flatMap(\.tensorNames).filter { seen.insert($0).inserted }
  }

  func tensor(named name: String) throws -> Tensor? {
    var parts: [(rows: Range<Int>, tensor: Tensor)] = []
    var count = 0
    for file in files {
      guard let tensor = try file.tensor(named: name) else { continue }
      // What is not divided is whole wherever it is.
      guard let rows = file.metadata[name] else { return tensor }
      let numbers = rows.split(separator: " ").compactMap { Int($0) }
      guard numbers.count == 3, 0 <= numbers[0], numbers[0] <= numbers[1],
        tensor.shape.rank > 0, tensor.shape[0] == numbers[1] - numbers[0]
      else { throw OptimizerError.malformedState(name: name, source: file.sourceName) }
      parts.append((numbers[0]..<numbers[1], tensor))
      count = numbers[2]
    }
    guard !parts.isEmpty else { return nil }
    parts.sort { $0.rows.lowerBound < $1.rows.lowerBound }
    let ends = [0] + parts.map(\.rows.upperBound)
    guard zip(parts, ends).allSatisfy({ $0.rows.lowerBound == $1 }), ends.last == count,
      parts.allSatisfy({
        $0.tensor.shape.extents.dropFirst() == parts[0].tensor.shape.extents.dropFirst()
      })
    else { throw OptimizerError.malformedState(name: name, source: sourceName) }
    return .concatenated(parts.map(\.tensor), axis: 0)
  }
}
