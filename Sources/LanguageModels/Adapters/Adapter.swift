import Layers
import Tensors

/// What changes a core without being part of it: low-rank changes of its matrices, trained keys and values before its context.
///
/// A night's memory is one, and so is what PEFT trains.
public struct Adapter: Sendable {
  /// Linear changes of parameters.
  public var changes: [ParameterChange]
  /// Of every layer, first to last, keys as if they stood at position 0; empty where there are none.
  public var slots: [Slots]

  public init(changes: [ParameterChange] = [], slots: [Slots] = []) {
    self.changes = changes
    self.slots = slots
  }

  /// What is attached to a model: the changes that stand before its weights, and the slots before its contexts.
  ///
  /// - Throws: ``ExportError/notLinear`` where a change is no change of a weight.
  public init(attachedTo model: Transformer) throws {
    changes = try model.parameters.parameters.flatMap { parameter in
      let changes = (parameter.reparameterization as? StackedChanges)?.changes ?? []
      guard changes.allSatisfy({ $0.activation == nil }) else { throw ExportError.notLinear }
      return changes.map { (parameter.path, $0) }
    }
    slots = model.parameters.slotSites.compactMap(\.slots)
  }

  /// Attaches it, frozen.
  ///
  /// - Throws: `ParameterError` where it does not fit the model; the model is then as it was.
  public func attach(to model: Transformer, source: String) throws {
    for (path, change) in changes {
      guard let parameter = model.parameters[path] else {
        throw ParameterError.unused(paths: [path], source: source)
      }
      let (out, width) = (parameter.shape[0], parameter.shape.width)
      let found: Shape = [change.up.shape[0], change.down.shape[1]]
      guard parameter.shape.rank == 2, found == parameter.shape else {
        throw ParameterError.wrongShape(
          path: path, expected: [out, width], found: found, source: source)
      }
    }
    let sites = model.parameters.slotSites
    guard slots.isEmpty || slots.count == sites.count else {
      throw ParameterError.wrongShape(
        path: "slots", expected: [sites.count], found: [slots.count], source: source)
    }
    for (site, slots) in zip(sites, slots) {
      let expected: Shape = [slots.count, site.keyHeadCount, site.headWidth]
      guard slots.keys.shape == expected else {
        throw ParameterError.wrongShape(
          path: site.path, expected: expected, found: slots.keys.shape, source: source)
      }
    }
    for (path, change) in changes { model.parameters[path]?.stack(change) }
    for (site, slots) in zip(sites, slots) {
      func parameter(_ name: String, _ value: Tensor) -> Parameter {
        Parameter(path: "slots.\(site.path).\(name)", value: value, isTrainable: false)
      }
      site.attached.append((parameter("keys", slots.keys), parameter("values", slots.values)))
    }
  }
}

extension Transformer {
  /// Slots whose keys stand at position 0 as if they stood at `position`, or back from there.
  ///
  /// Programs that know only contexts let trained keys stand before the first token: `position` is their number then.
  func moved(_ slots: [Slots], to position: Int, back: Bool = false) throws -> [Slots] {
    if let problem = contextProblem { throw problem }
    return slots.enumerated().map { layer, slots in
      guard let table = rotation(ofLayer: layer)?.pure else { return slots }
      let (count, heads, width) = (slots.count, slots.keys.shape[1], slots.keys.shape[2])
      let rows = slots.keys.reshaped([1, count, heads, width])
      let positions = Tensor(indices: Array(repeating: Int32(position), count: count))
      let turned = rows.rotated(by: back ? table.inverse : table, positions: positions)
      return Slots(keys: turned.reshaped(slots.keys.shape).detached(), values: slots.values)
    }
  }

  /// Why slots cannot stand in a context's first places.
  private var contextProblem: ExportError? {
    if case .learned = configuration.positions {
      return .unsupported(
        path: "slots",
        feature: "a prefix before learned positions, which the tokens after it would lose,")
    }
    if configuration.family?.layers?.contains(.sliding) == true {
      return .unsupported(
        path: "slots", feature: "a prefix before layers that see only a window of tokens")
    }
    return nil
  }
}
