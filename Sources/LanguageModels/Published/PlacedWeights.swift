import Layers
import Tensors

/// The tensors of a published file under the paths of the model's parameters.
///
/// What was asked for is remembered: a tensor that the model has no place for is an error, as a missing one is.
final class PlacedWeights: TensorSource {
  let sourceName: String
  /// Whether anything is left is asked of ``checkAllUsed()``.
  let tensorNames: [String] = []
  private let source: any TensorSource
  private let table: PlacementTable
  private var used: Set<String> = []

  init(_ source: any TensorSource, _ table: PlacementTable) {
    self.source = source
    self.table = table
    sourceName = source.sourceName
  }

  func ownName(of path: String) -> String { table[path]?.name ?? path }

  func tensor(named path: String) throws -> Tensor? {
    guard let placement = table[path] else { return nil }
    used.insert(placement.name)
    switch placement {
    case .whole(let name): return try source.tensor(named: name)
    case .aboveOne(let name):
      return try source.tensor(named: name).map {
        $0.addingRow(Tensor(repeating: 1, shape: [$0.count]))
      }
    default: return try stored(path, rows: nil)?.float32()
    }
  }

  func stored(_ path: String, rows: Range<Int>?) throws -> Tensor? {
    precondition(rows == nil, "part of a parameter")
    guard let placement = table[path] else { return nil }
    used.insert(placement.name)
    switch placement {
    case .whole(let name): return try source.stored(name, rows: nil)
    case .rows(let name, let rows): return try part(name, rows)
    case .columns(let name, let columns):
      // Only a copy can be read as [out, in].
      return try source.tensor(named: name).map { whole in
        try check(name, whole.shape[-1], holds: columns)
        let part = whole.sliced(axis: -1, columns)
        return whole.shape.rank == 1 ? part : part.transposed()
      }
    case .interleaved(let name, let part, let width):
      return try source.tensor(named: name).map { whole in
        let heads = whole.shape[0] / (3 * width)
        try check(name, whole.shape[0], holds: 0..<3 * width * max(heads, 1))
        let rest = whole.count / whole.shape[0]
        return whole.reshaped([heads, 3, width * rest]).sliced(axis: 1, part..<part + 1)
          .reshaped(Shape([heads * width] + whole.shape.extents.dropFirst()))
      }
    case .aboveOne: return try tensor(named: path)
    }
  }

  private func part(_ name: String, _ rows: Range<Int>) throws -> Tensor? {
    // A vector's elements are its rows; what is too short is said to be so.
    guard let whole = try source.stored(name, rows: nil) else { return nil }
    try check(name, whole.shape[0], holds: rows)
    return whole.shape.rank == 2
      ? try source.stored(name, rows: rows) : whole.sliced(axis: 0, rows)
  }

  private func check(_ name: String, _ count: Int, holds range: Range<Int>) throws {
    guard range.upperBound <= count else {
      throw ParameterError.wrongShape(
        path: name, expected: [range.upperBound], found: [count], source: sourceName)
    }
  }

  /// - Throws: `ParameterError.unused`, naming what the model has no place for.
  func checkAllUsed() throws {
    let unused = source.tensorNames.filter { !used.contains($0) && !table.isIgnorable($0) }
    if !unused.isEmpty { throw ParameterError.unused(paths: unused, source: sourceName) }
  }
}
