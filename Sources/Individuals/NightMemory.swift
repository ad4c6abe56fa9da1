import Checkpoints
import Foundation
import LanguageModels
import Layers
import Tensors

/// What a night is kept in.
public enum MemoryKind: String, Sendable, Codable, CaseIterable {
  /// A low-rank change of the matrices inside the blocks whose keys fire only where they are addressed.
  case gated
  /// Trained keys and values before the context, own slots per night.
  case slots
  /// A linear low-rank change of the matrices inside the blocks; awake it is part of the weights.
  case lora
  /// Slots and LoRA together.
  case both

  public var hasSlots: Bool { self == .slots || self == .both }
  var hasAdapters: Bool { self != .slots }
}

/// How large a night's memory is.
public struct MemorySize: Sendable, Codable, Equatable {
  /// Slots per layer.
  public var slotCount = 256
  /// The rank of the low-rank change.
  public var rank = 64
  /// The first block with one: what lies below it is not learned through, which takes less time.
  public var firstBlock = 0

  public init() {}
}

/// One night's memory, attached to a model whose code knows nothing of it.
public struct NightMemory: Sendable {
  public let kind: MemoryKind
  private let adapters: [(path: String, change: LowRank)]
  private let slots: [(path: String, keys: Parameter, values: Parameter)]

  /// The parameters that the night trains.
  public var parameters: [Parameter] {
    adapters.flatMap(\.change.parameters) + slots.flatMap { [$0.keys, $0.values] }
  }

  /// The lowest block that it changes.
  public var firstBlock: Int {
    slots.isEmpty ? adapters.compactMap { Self.block(ofPath: $0.path) }.min() ?? 0 : 0
  }

  /// The number of stored elements.
  public var count: Int { parameters.reduce(0) { $0 + $1.shape.count } }

  /// What a memory may begin as, instead of as nothing.
  public struct Beginnings: Sendable {
    /// Of every layer, first to last.
    public var slots: [Slots] = []
    /// Gated changes by the path of their weight.
    public var changes: [String: LowRank] = [:]

    public init() {}

    /// The lowest block with a change.
    public var firstBlock: Int? {
      changes.keys.compactMap { NightMemory.block(ofPath: $0) }.min()
    }

    /// The gated changes that stand before `model`'s weights, of each the `count` strongest keys with their values.
    public static func strongest(_ count: Int, on model: Transformer) -> Beginnings {
      var beginnings = Beginnings()
      for parameter in model.parameters.parameters {
        let changes = (parameter.reparameterization as? StackedChanges)?.changes ?? []
        let gated = changes.filter { $0.activation == AdapterForm.gated.activation }
        guard var all = gated.first else { continue }
        for change in gated.dropFirst() { all.write(change) }
        beginnings.changes[parameter.path] = all.keeping(strongest: count)
      }
      return beginnings
    }
  }

  /// Attaches a new memory and freezes everything else. A low-rank change begins as none; slots, with random keys and
  /// values near zero, draw some attention from the first.
  public static func begin(
    _ kind: MemoryKind, size: MemorySize, on model: Transformer, seed: UInt64,
    from beginnings: Beginnings = Beginnings()
  ) -> NightMemory {
    model.parameters.setTrainable { _ in false }
    var random = RandomSource(seed: seed, name: "night memory")
    var adapters: [(String, LowRank)] = []
    var slots: [(String, Parameter, Parameter)] = []
    if kind.hasAdapters {
      let form = AdapterForm(kind)
      for parameter in model.parameters.parameters
      where block(of: parameter).map({ $0 >= size.firstBlock }) == true {
        let (out, width) = (parameter.shape[0], parameter.shape[1])
        let path = form.path(of: parameter)
        var down = Tensor.uniform(
          [size.rank, width], bound: (3 / Float(width)).squareRoot(), using: &random)
        var up = Tensor.zeros([out, size.rank])
        // A key means nothing to a change of another form.
        if let found = beginnings.changes[parameter.path], found.activation == form.activation {
          precondition(
            found.down.shape[0] <= size.rank,
            "\(found.down.shape[0]) keys for a memory of \(size.rank)")
          down = .concatenated([found.down.value, down], axis: 0).sliced(axis: 0, 0..<size.rank)
          up = .concatenated([found.up.value, up], axis: 1).sliced(axis: 1, 0..<size.rank)
        }
        let change = LowRank(
          down: Parameter(path: path + ".down", value: down),
          up: Parameter(path: path + ".up", value: up), scale: 1, activation: form.activation)
        parameter.stack(change)
        adapters.append((parameter.path, change))
      }
    }
    if kind.hasSlots {
      for (layer, site) in model.parameters.slotSites.enumerated() {
        if layer < beginnings.slots.count {
          let found = beginnings.slots[layer]
          let keys = Parameter(path: "slots.\(site.path).keys", value: found.keys)
          let values = Parameter(path: "slots.\(site.path).values", value: found.values)
          site.attached.append((keys, values))
          slots.append((site.path, keys, values))
          continue
        }
        let shape: Shape = [size.slotCount, site.keyHeadCount, site.headWidth]
        // Keys as large as the core's own (their root mean square is 1), values near zero.
        let keys = Parameter(
          path: "slots.\(site.path).keys", value: .normal(shape, deviation: 1, using: &random))
        let values = Parameter(
          path: "slots.\(site.path).values", value: .normal(shape, deviation: 0.02, using: &random))
        site.attached.append((keys, values))
        slots.append((site.path, keys, values))
      }
    }
    return NightMemory(kind: kind, adapters: adapters, slots: slots)
  }

  /// Writes the memory to `url`, atomically.
  public func save(to url: URL) throws {
    var writer = SafetensorsWriter(metadata: ["kind": kind.rawValue])
    for parameter in parameters { writer.add(parameter.value, named: parameter.path) }
    try writer.write(to: url)
  }

  /// Attaches the memory stored at `url`, frozen; a linear change becomes part of the weights.
  ///
  /// - Throws: `CheckpointError` or ``ParameterError`` when the file does not fit the model.
  public static func attach(_ url: URL, to model: Transformer) throws {
    let file = try SafetensorsFile(url)
    var used: Set<String> = []
    func tensor(_ name: String) throws -> Tensor? {
      used.insert(name)
      return try file.tensor(named: name)
    }
    func check(_ name: String, _ tensor: Tensor, _ expected: Shape) throws {
      guard tensor.shape == expected else {
        throw ParameterError.wrongShape(
          path: name, expected: expected, found: tensor.shape, source: url.path)
      }
    }
    for parameter in model.parameters.parameters where block(of: parameter) != nil {
      for form in AdapterForm.allCases {
        let name = form.path(of: parameter)
        guard let down = try tensor(name + ".down") else { continue }
        guard let up = try tensor(name + ".up") else {
          throw ParameterError.missing(path: name + ".up", source: url.path)
        }
        let rank = up.shape.width
        try check(name + ".up", up, [parameter.shape[0], rank])
        try check(name + ".down", down, [rank, parameter.shape[1]])
        let change = LowRank(
          down: Parameter(path: name + ".down", value: down, isTrainable: false),
          up: Parameter(path: name + ".up", value: up, isTrainable: false), scale: 1,
          activation: form.activation)
        // What a file stores stays as it is, and a change beside it.
        if form.activation == nil, !parameter.value.isStored {
          parameter.replace(with: change.effective(parameter.value.detached()))
        } else {
          parameter.stack(change)
        }
      }
    }
    for site in model.parameters.slotSites {
      let name = "slots.\(site.path)"
      guard let keys = try tensor(name + ".keys") else { continue }
      guard let values = try tensor(name + ".values") else {
        throw ParameterError.missing(path: name + ".values", source: url.path)
      }
      try check(
        name + ".keys", keys, [keys.shape.extents.first ?? 0, site.keyHeadCount, site.headWidth])
      try check(name + ".values", values, keys.shape)
      site.attached.append(
        (
          Parameter(path: name + ".keys", value: keys, isTrainable: false),
          Parameter(path: name + ".values", value: values, isTrainable: false)
        ))
    }
    let unused = file.tensorNames.filter { !used.contains($0) }
    if !unused.isEmpty { throw ParameterError.unused(paths: unused, source: url.path) }
  }

  /// The block whose matrix it is; nil where a low-rank change does not apply to it.
  private static func block(of parameter: Parameter) -> Int? {
    parameter.shape.rank == 2 ? block(ofPath: parameter.path) : nil
  }

  fileprivate static func block(ofPath path: String) -> Int? {
    let parts = path.split(separator: ".")
    return parts.first == "blocks" && parts.count > 1 ? Int(parts[1]) : nil
  }
}

/// The two forms of a low-rank change, which also are their names in a night's file.
private enum AdapterForm: String, CaseIterable {
  case gated, lora

  init(_ kind: MemoryKind) { self = kind == .gated ? .gated : .lora }

  /// Squared as in the core's own feed-forward blocks: what barely fires is next to nothing.
  var activation: Activation? { self == .gated ? .reluSquared : nil }

  func path(of parameter: Parameter) -> String { "\(rawValue).\(parameter.path)" }
}
