import Checkpoints
import Files
import Foundation
import Layers
import Tensors

/// Writes a published model with an adapter merged into its weights, as other programs open it.
public struct ModelExport {
  private let model: PublishedModel
  private let adapter: Adapter
  private let changes: [PlacedChange]

  /// - Throws: ``ExportError`` where the adapter's changes are no changes of the weights.
  public init(_ model: PublishedModel, merging adapter: Adapter = Adapter()) throws {
    guard adapter.slots.isEmpty else {
      throw ExportError.unsupported(
        path: model.url.path,
        feature: "merging trained keys and values, which are no weights,")
    }
    self.model = model
    self.adapter = adapter
    changes = try model.table.place(adapter.changes)
  }

  // MARK: safetensors

  /// Writes a Hugging Face folder: the weights in the types they had, everything else as it was.
  public func writeFolder(_ folder: URL) throws {
    guard let weights = model.weights as? ShardedSafetensors else {
      throw ExportError.unsupported(
        path: model.url.path, feature: "writing a Hugging Face folder from a GGUF file")
    }
    guard folder.standardizedFileURL != model.url.standardizedFileURL else {
      throw ExportError.unsupported(path: folder.path, feature: "writing over the model itself")
    }
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for name in weights.tensorNames {
      guard let shape = weights.shape(of: name), let element = weights.element(of: name) else {
        // Masks and counters of older files, which nothing reads.
        continue
      }
      writer.add(name, shape, as: element) { try self.merged(name) }
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try writer.write(to: folder.appendingPathComponent(LanguageModel.weightsFileName))
    let files = try FileManager.default.contentsOfDirectory(
      at: model.url, includingPropertiesForKeys: [.isRegularFileKey])
    for file in files.sorted(by: { $0.path < $1.path }) {
      let name = file.lastPathComponent
      let isRegular = try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile ?? false
      guard isRegular, !name.contains(".safetensors"), !name.hasSuffix(".bin") else { continue }
      try AtomicFile.write(
        try Data(contentsOf: file), to: folder.appendingPathComponent(name))
    }
  }

  /// A tensor of the file with what changes it.
  private func merged(_ name: String) throws -> Tensor {
    let own = changes.filter { $0.name == name }
    guard
      let base = try own.isEmpty
        ? model.weights.stored(name, rows: nil) : model.weights.tensor(named: name)
    else { throw ParameterError.missing(path: name, source: model.weights.sourceName) }
    return own.reduce(base) { $0 + $1.difference }
  }

  // MARK: GGUF

  /// Writes a GGUF file whose matrices are stored as `type`, with the tokenizer of the model's folder.
  ///
  /// - Throws: ``ExportError`` naming what GGUF's readers do not know, what reading the folder throws.
  public func writeGGUF(_ url: URL, as type: ScalarType) throws {
    guard model.form == .huggingFace else {
      throw ExportError.unsupported(path: model.url.path, feature: "converting a GGUF file")
    }
    var writer = GGUFWriter()
    try GGUFMetadata(model, type: type).add(to: &writer)
    let placed = PlacedWeights(model.weights, model.table)
    let table = PlacementTable.gguf(model.family, model.configuration)
    let order = RowOrder.gguf(model.family, headWidth: model.configuration.headWidth)
    let transformer = try model.transformer()
    var names: [String] = []
    var parts: [String: [String]] = [:]
    for parameter in transformer.parameters.parameters {
      guard let name = table[parameter.path]?.name else {
        throw ExportError.noPlace(path: parameter.path)
      }
      if parts[name] == nil { names.append(name) }
      parts[name, default: []].append(parameter.path)
    }
    let differences = try Dictionary(
      grouping: table.place(adapter.changes, order: order), by: \.name)
    for name in names {
      let paths = parts[name] ?? []
      let shapes = paths.compactMap { transformer.parameters[$0]?.shape }
      let height = shapes.reduce(0) { $0 + $1[0] }
      let shape = Shape([height] + shapes[0].extents.dropFirst())
      // Vectors are read as float32 everywhere, and so are positions by GPT-2's readers.
      let isPlain = shape.rank < 2 || name == "position_embd.weight"
      writer.add(name, shape, as: isPlain ? .float32 : type) {
        let rows = try paths.map { path -> Tensor in
          guard let tensor = try placed.tensor(named: path) else {
            throw ParameterError.missing(path: path, source: model.url.path)
          }
          return order.ordered(tensor, path: path)
        }
        let whole = rows.count == 1 ? rows[0] : Tensor.concatenated(rows, axis: 0)
        return (differences[name] ?? []).reduce(whole) { $0 + $1.difference }
      }
    }
    if let factors = model.configuration.family?.rotaryScaling {
      try GGUFMetadata.addFactors(factors, model.configuration, to: &writer)
    }
    try writer.write(to: url)
  }
}
