import Layers
import Tensors

/// A low-rank change of a tensor as a published file holds it: up * down is added to it.
///
/// Where several parameters share a tensor, their changes stand side by side in it: each has rows of the rank to itself.
struct PlacedChange {
  let name: String
  /// [rank, in].
  var down: Tensor
  /// [out, rank].
  var up: Tensor
  /// Whether the file holds the matrix as [in, out].
  var isTransposed = false

  var rank: Int { down.shape[0] }

  /// What is added to the tensor, as the file holds it.
  var difference: Tensor {
    let difference = up.multiplied(by: down)
    return isTransposed ? difference.transposed() : difference
  }
}

/// A change of a parameter, by its path.
public typealias ParameterChange = (path: String, change: LowRank)

extension PlacementTable {
  /// The changes of parameters as changes of the tensors that hold them, in the order of the first of each.
  ///
  /// - Throws: ``ExportError`` for a change that is no matrix.
  func place(_ changes: [ParameterChange], order: RowOrder = .same) throws -> [PlacedChange] {
    var placed: [PlacedChange] = []
    for (path, change) in changes {
      guard change.activation == nil else { throw ExportError.notLinear }
      guard let placement = self[path] else { throw ExportError.noPlace(path: path) }
      let down = change.down.value
      let scaled = change.up.value.detached() * change.scale
      let up = order.ordered(scaled, path: path)
      switch placement {
      case .whole(let name), .aboveOne(let name):
        placed.append(PlacedChange(name: name, down: down, up: up))
      case .rows(let name, let rows): placed.add(up, down, to: name, rows: Array(rows))
      case .columns(let name, let rows):
        placed.add(up, down, to: name, rows: Array(rows), isTransposed: true)
      case .interleaved(let name, let part, let width):
        let rows = (0..<up.shape[0]).map { $0 / width * 3 * width + part * width + $0 % width }
        placed.add(up, down, to: name, rows: rows)
      }
    }
    return placed
  }
}

extension [PlacedChange] {
  /// Adds a change of some rows of a tensor beside those of its other rows.
  fileprivate mutating func add(
    _ up: Tensor, _ down: Tensor, to name: String, rows: [Int], isTransposed: Bool = false
  ) {
    let index = firstIndex { $0.name == name }
    let held = index.map { self[$0] }
    let (rank, before) = (up.shape[1], held?.rank ?? 0)
    let height = Swift.max((rows.max() ?? -1) + 1, held?.up.shape[0] ?? 0)
    let all = Tensor(shape: [height, before + rank]) { floats in
      floats.update(repeating: 0)
      held?.up.withFloats { old in
        for row in 0..<held!.up.shape[0] {
          for column in 0..<before {
            floats[row * (before + rank) + column] = old[row * before + column]
          }
        }
      }
      up.withFloats { new in
        for (row, place) in rows.enumerated() {
          for column in 0..<rank {
            floats[place * (before + rank) + before + column] = new[row * rank + column]
          }
        }
      }
    }
    let joined = held.map { Tensor.concatenated([$0.down, down], axis: 0) } ?? down
    let change = PlacedChange(
      name: name, down: joined, up: all, isTransposed: isTransposed)
    if let index { self[index] = change } else { append(change) }
  }
}

/// The order of the rows of queries and keys.
struct RowOrder {
  /// Heads of which pairs (i, i + width / 2) rotate are to be such of which (2i, 2i + 1) do.
  private let headWidth: Int?

  static let same = RowOrder(headWidth: nil)

  /// From Hugging Face's files to GGUF's, which hold some families in the order of Llama's own release.
  static func gguf(_ family: PublishedFamily, headWidth: Int) -> RowOrder {
    RowOrder(headWidth: [.llama, .mistral, .smollm3].contains(family) ? headWidth : nil)
  }

  /// The rows of a parameter, or of a change of it, in order.
  func ordered(_ rows: Tensor, path: String) -> Tensor {
    guard let headWidth, let part = ParameterPath(path)?.part,
      part == "attention.query" || part == "attention.key"
    else { return rows }
    let height = rows.shape[0]
    let order = (0..<height).map { row -> Int32 in
      let (head, place) = (row / headWidth, row % headWidth)
      return Int32(head * headWidth + place % 2 * headWidth / 2 + place / 2)
    }
    let matrix = rows.float32().reshaped([height, rows.count / max(height, 1)])
    return matrix.rows(at: Tensor(indices: order)).reshaped(rows.shape)
  }
}

/// Why something cannot be given to other programs.
public enum ExportError: Error, CustomStringConvertible, Equatable {
  case notLinear
  case noPlace(path: String)
  case notPublished(path: String)
  case noAdapter(path: String, feature: String)
  case unsupported(path: String, feature: String)

  public var description: String {
    switch self {
    case .notLinear:
      "a gated memory is no change of the weights, and other programs have no place for it; "
        + "let the individual sleep with --memory lora or --memory slots to take its nights elsewhere"
    case .noPlace(let path): "'\(path)' has no name in the files of this model's family"
    case .notPublished(let path):
      "\(path): not a model in a form that other programs read (a Hugging Face folder, a GGUF file)"
    case .noAdapter(let path, let feature): "\(path): \(feature)"
    case .unsupported(let path, let feature): "\(path): \(feature) is not supported"
    }
  }
}
