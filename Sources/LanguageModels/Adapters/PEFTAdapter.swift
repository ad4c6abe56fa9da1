import Checkpoints
import Files
import Foundation
import Layers
import Tensors

/// Adapters in the form of Hugging Face's `peft`: a folder with `adapter_config.json` and `adapter_model.safetensors`.
///
/// Sources: the configurations and the names of tensors that `peft` saves for LoRA (2106.09685) and prefix tuning (2101.00190).
public enum PEFTAdapter {
  static let configurationName = "adapter_config.json"
  static let weightsName = "adapter_model.safetensors"
  private static let modelPrefix = "base_model.model."

  // MARK: Writing

  /// Writes the linear changes of an adapter as LoRA.
  ///
  /// - Throws: ``ExportError``, file system errors.
  public static func writeLoRA(
    _ adapter: Adapter, of model: PublishedModel, to folder: URL
  ) throws {
    try requireHuggingFace(model)
    guard !adapter.changes.isEmpty else {
      throw ExportError.noAdapter(path: folder.path, feature: "there are no changes of weights")
    }
    let placed = try model.table.place(adapter.changes)
    let ranks = placed.map(\.rank)
    // The commonest rank stands for all, the others by name.
    let usual =
      Dictionary(grouping: ranks, by: { $0 })
      .max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key ?? 1
    var others: [String: Int] = [:]
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for change in placed {
      let module = module(of: change.name)
      if change.rank != usual { others[module] = change.rank }
      writer.add(change.down, named: "\(modelPrefix)\(module).lora_A.weight")
      writer.add(change.up, named: "\(modelPrefix)\(module).lora_B.weight")
    }
    let configuration = Configuration(
      baseModelNameOrPath: model.url.path, peftType: "LORA", r: usual, loraAlpha: usual,
      loraDropout: 0, bias: "none", fanInFanOut: model.family == .gpt2,
      targetModules: placed.map { module(of: $0.name) }, rankPattern: others,
      alphaPattern: others)
    try write(configuration, writer, to: folder)
  }

  /// Writes the slots of an adapter as prefix tuning.
  ///
  /// Tokens stand behind a prefix, so its keys are turned as far as they are moved.
  public static func writePrefix(
    _ adapter: Adapter, of model: PublishedModel, _ transformer: Transformer, to folder: URL
  ) throws {
    try requireHuggingFace(model)
    guard let count = adapter.slots.first?.count else {
      throw ExportError.noAdapter(path: folder.path, feature: "there are no slots")
    }
    let slots = try transformer.moved(adapter.slots, to: count)
    let width = transformer.configuration.keyHeadCount * transformer.configuration.headWidth
    // [slots, layers * 2 * width]: keys and values of one layer after the other.
    let rows = slots.flatMap { [$0.keys, $0.values] }.map { $0.reshaped([count, width]) }
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    writer.add(.concatenated(rows, axis: 1), named: "prompt_embeddings")
    let configuration = Configuration(
      baseModelNameOrPath: model.url.path, peftType: "PREFIX_TUNING",
      numVirtualTokens: count, tokenDim: width, numLayers: slots.count,
      numAttentionHeads: transformer.configuration.keyHeadCount,
      numTransformerSubmodules: 1, prefixProjection: false,
      encoderHiddenSize: transformer.configuration.width)
    try write(configuration, writer, to: folder)
  }

  private struct Configuration: Encodable {
    var baseModelNameOrPath: String
    var peftType: String
    var taskType = "CAUSAL_LM"
    var inferenceMode = true
    var r: Int?
    var loraAlpha: Int?
    var loraDropout: Double?
    var bias: String?
    var fanInFanOut: Bool?
    var targetModules: [String]?
    var rankPattern: [String: Int]?
    var alphaPattern: [String: Int]?
    var numVirtualTokens: Int?
    var tokenDim: Int?
    var numLayers: Int?
    var numAttentionHeads: Int?
    var numTransformerSubmodules: Int?
    var prefixProjection: Bool?
    var encoderHiddenSize: Int?
  }

  private static func write(
    _ configuration: Configuration, _ weights: SafetensorsWriter, to folder: URL
  ) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try weights.write(to: folder.appendingPathComponent(weightsName))
    try AtomicFile.write(
      try encoder.encode(configuration) + Data("\n".utf8),
      to: folder.appendingPathComponent(configurationName))
  }

  private static func requireHuggingFace(_ model: PublishedModel) throws {
    guard model.form == .huggingFace else {
      throw ExportError.unsupported(
        path: model.url.path, feature: "a PEFT adapter of a GGUF file, which peft cannot open,")
    }
  }

  private static func module(of name: String) -> String {
    name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name
  }

  // MARK: Reading

  /// Reads an adapter that was trained elsewhere on the same model.
  ///
  /// - Throws: ``ExportError`` naming what is not supported, `CheckpointError`, `ParameterError` for what does not fit.
  public static func read(
    _ folder: URL, for model: PublishedModel, _ transformer: Transformer
  ) throws -> Adapter {
    try requireHuggingFace(model)
    let fields = try PublishedFields(folder.appendingPathComponent(configurationName))
    let file = try SafetensorsFile(folder.appendingPathComponent(weightsName))
    switch try fields.string("peft_type") {
    case "LORA": return try readLoRA(fields, file, model, transformer)
    case "PREFIX_TUNING": return try readPrefix(fields, file, transformer)
    case let kind:
      throw ExportError.unsupported(
        path: fields.path, feature: "the adapter type '\(kind ?? "without a name")'")
    }
  }

  private static func readLoRA(
    _ fields: PublishedFields, _ file: SafetensorsFile, _ model: PublishedModel,
    _ transformer: Transformer
  ) throws -> Adapter {
    for key in ["use_dora", "lora_bias"] where try fields.bool(key) == true {
      throw ExportError.unsupported(path: fields.path, feature: key)
    }
    if let bias = try fields.string("bias"), bias != "none" {
      throw ExportError.unsupported(path: fields.path, feature: "bias '\(bias)'")
    }
    guard let rank = try fields.integer("r"), rank > 0 else {
      throw fields.failure("r", "expected a rank")
    }
    let alpha = try fields.number("lora_alpha") ?? Double(rank)
    let usesRoot = try fields.bool("use_rslora") ?? false
    let alphas = try fields.object("alpha_pattern")
    var used: Set<String> = []
    var changes: [ParameterChange] = []
    for parameter in transformer.parameters.parameters where parameter.shape.rank == 2 {
      guard let placement = model.table[parameter.path] else { continue }
      let module = module(of: placement.name)
      let names = ["A", "B"].map { "\(modelPrefix)\(module).lora_\($0).weight" }
      guard let down = try file.tensor(named: names[0]),
        let whole = try file.tensor(named: names[1])
      else { continue }
      used.formUnion(names)
      let own = try alphas?.number(module) ?? alpha
      let size = Double(down.shape[0])
      let scale = own / (usesRoot ? size.squareRoot() : size)
      let up = try placement.part(ofUp: whole, height: parameter.shape[0], source: file.sourceName)
      changes.append(
        (
          parameter.path,
          LowRank(
            down: Parameter(path: names[0], value: down, isTrainable: false),
            up: Parameter(path: names[1], value: up, isTrainable: false), scale: Float(scale))
        ))
    }
    let unused = file.tensorNames.filter { !used.contains($0) }
    if !unused.isEmpty { throw ParameterError.unused(paths: unused, source: file.sourceName) }
    return Adapter(changes: changes)
  }

  private static func readPrefix(
    _ fields: PublishedFields, _ file: SafetensorsFile, _ transformer: Transformer
  ) throws -> Adapter {
    if try fields.bool("prefix_projection") == true {
      throw ExportError.unsupported(path: fields.path, feature: "prefix_projection")
    }
    let name = "prompt_embeddings"
    guard let rows = try file.tensor(named: name) else {
      throw ParameterError.missing(path: name, source: file.sourceName)
    }
    let configuration = transformer.configuration
    let (heads, width) = (configuration.keyHeadCount, configuration.headWidth)
    let expected = configuration.layerCount * 2 * heads * width
    guard rows.shape.rank == 2, rows.shape[1] == expected else {
      throw ParameterError.wrongShape(
        path: name, expected: [rows.shape.extents.first ?? 0, expected], found: rows.shape,
        source: file.sourceName)
    }
    let count = rows.shape[0]
    func part(_ index: Int) -> Tensor {
      rows.sliced(axis: 1, index * heads * width..<(index + 1) * heads * width)
        .reshaped([count, heads, width])
    }
    let slots = (0..<configuration.layerCount).map {
      Slots(keys: part(2 * $0), values: part(2 * $0 + 1))
    }
    return Adapter(slots: try transformer.moved(slots, to: count, back: true))
  }
}

extension Placement {
  /// The rows of a change's second matrix that belong to the parameter.
  fileprivate func part(ofUp whole: Tensor, height: Int, source: String) throws -> Tensor {
    let rows: [Int]
    switch self {
    case .whole, .aboveOne: return whole
    case .rows(_, let range), .columns(_, let range): rows = Array(range)
    case .interleaved(_, let part, let width):
      rows = (0..<height).map { $0 / width * 3 * width + part * width + $0 % width }
    }
    guard (rows.max() ?? 0) < whole.shape[0] else {
      throw ParameterError.wrongShape(
        path: name, expected: [(rows.max() ?? 0) + 1], found: [whole.shape[0]], source: source)
    }
    return whole.rows(at: Tensor(indices: rows.map(Int32.init)))
  }
}
