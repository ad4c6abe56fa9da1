import Tensors

/// All parameters of a model in the order of construction, and the places where slots can stand.
public final class ParameterStore: @unchecked Sendable {
  public private(set) var parameters: [Parameter] = []
  public private(set) var slotSites: [SlotSite] = []
  private var byPath: [String: Int] = [:]

  public init() {}

  public subscript(path: String) -> Parameter? { byPath[path].map { parameters[$0] } }

  func add(_ parameter: Parameter) {
    precondition(byPath[parameter.path] == nil, "two parameters called '\(parameter.path)'")
    byPath[parameter.path] = parameters.count
    parameters.append(parameter)
  }

  func add(_ site: SlotSite) { slotSites.append(site) }

  /// The number of stored elements, reparameterisations not counted.
  public var count: Int { parameters.reduce(0) { $0 + $1.shape.count } }

  /// A number that other weights would hardly have (FNV-1a over the bits of every element), in hex.
  public var digest: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for parameter in parameters {
      parameter.value.float32().withFloats { floats in
        for float in floats { hash = (hash ^ UInt64(float.bitPattern)) &* 0x100_0000_01b3 }
      }
    }
    return String(hash, radix: 16)
  }

  /// Every parameter that is being trained: own, of reparameterisations, of slots.
  public var trainable: [Parameter] {
    (parameters + parameters.flatMap { $0.reparameterization?.parameters ?? [] }
      + slotSites.flatMap(\.parameters)).filter(\.isTrainable)
  }

  /// The number of elements being trained.
  public var trainableCount: Int { trainable.reduce(0) { $0 + $1.shape.count } }

  /// Freezes or thaws every parameter by its path.
  public func setTrainable(where isTrainable: (String) -> Bool) {
    for parameter in parameters { parameter.isTrainable = isTrainable(parameter.path) }
  }
}

/// A place in an attention layer where trained keys and values may stand before the context.
///
/// The layer knows only that there may be some; whose night they hold is nobody's business there.
public final class SlotSite: @unchecked Sendable {
  public let path: String
  public let keyHeadCount: Int
  public let headWidth: Int

  /// Pairs of keys and values, each [slots, keyHeads, headWidth], oldest first.
  public var attached: [(keys: Parameter, values: Parameter)] = []

  init(path: String, keyHeadCount: Int, headWidth: Int) {
    self.path = path
    self.keyHeadCount = keyHeadCount
    self.headWidth = headWidth
  }

  public var parameters: [Parameter] { attached.flatMap { [$0.keys, $0.values] } }

  /// All attached slots as one block; nil when there are none.
  public var slots: Slots? {
    guard let first = attached.first else { return nil }
    guard attached.count > 1 else {
      return Slots(keys: first.keys.value, values: first.values.value)
    }
    return Slots(
      keys: .concatenated(attached.map(\.keys.value), axis: 0),
      values: .concatenated(attached.map(\.values.value), axis: 0))
  }
}
