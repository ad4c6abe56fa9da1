import Checkpoints
import Foundation
import Tensors

/// How a family's folder holds its tensors: the way from a model to such a folder.
package struct PublishedLayout {
  package let configuration: TransformerConfiguration
  private let table: PlacementTable

  /// - Throws: ``LanguageModelError`` for a configuration that is not understood.
  package init(config: URL) throws {
    let published = try PublishedConfiguration(config)
    configuration = try published.transformer(hasHead: true)
    table = .huggingFace(
      published.family, configuration, prefix: PlacementTable.prefix(of: published.family))
  }

  /// Writes the parameters of `model` under the family's names, in float32.
  package func write(_ model: Transformer, to url: URL) throws {
    var names: [String] = []
    var parts: [String: [(Placement, Tensor)]] = [:]
    for parameter in model.parameters.parameters {
      guard let placement = table[parameter.path] else {
        throw ExportError.noPlace(path: parameter.path)
      }
      if parts[placement.name] == nil { names.append(placement.name) }
      parts[placement.name, default: []].append((placement, parameter.value.detached()))
    }
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for name in names { writer.add(Self.joined(parts[name] ?? []), named: name) }
    try writer.write(to: url)
  }

  private static func joined(_ parts: [(Placement, Tensor)]) -> Tensor {
    let tensors = parts.map(\.1)
    switch parts[0].0 {
    case .whole: return tensors[0]
    case .aboveOne: return tensors[0].addingRow(Tensor(repeating: -1, shape: [tensors[0].count]))
    case .rows: return .concatenated(tensors, axis: 0)
    case .columns:
      let all = Tensor.concatenated(tensors, axis: 0)
      return all.shape.rank == 1 ? all : all.transposed()
    case .interleaved(_, _, let width):
      let heads = tensors[0].shape[0] / width
      let rest = tensors[0].count / tensors[0].shape[0]
      let split = tensors.map { $0.reshaped([heads, 1, width * rest]) }
      return Tensor.concatenated(split, axis: 1)
        .reshaped(Shape([3 * heads * width] + tensors[0].shape.extents.dropFirst()))
    }
  }
}
