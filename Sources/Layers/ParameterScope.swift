import Tensors

/// How a parameter that is not loaded gets its first numbers.
public enum Initializer: Sendable {
  case constant(Float)
  case normal(deviation: Float)
  case uniform(bound: Float)

  func tensor(_ shape: Shape, _ random: inout RandomSource) -> Tensor {
    switch self {
    case .constant(let value): Tensor(repeating: value, shape: shape)
    case .normal(let deviation): .normal(shape, deviation: deviation, using: &random)
    case .uniform(let bound): .uniform(shape, bound: bound, using: &random)
    }
  }
}

/// A place in a model under construction: layers ask it for parameters, and its path is their key.
///
/// Initialising and loading are one code path. `scope / "mlp" / "up"` names the place inside it.
public struct ParameterScope {
  public let path: String
  private let construction: Construction

  /// A scope whose parameters are drawn at random; each path has its own stream of `seed`.
  public init(seed: UInt64) {
    path = ""
    construction = Construction(origin: .initialized(seed: seed))
  }

  /// A scope whose parameters are read from `source`.
  ///
  /// With `asStored`, matrices stay as the source stores them, and all is frozen; see `Tensor.isStored`.
  public init(loadingFrom source: any TensorSource, asStored: Bool = false) {
    path = ""
    construction = Construction(origin: .loaded(source, asStored: asStored))
  }

  private init(path: String, construction: Construction) {
    self.path = path
    self.construction = construction
  }

  public static func / (scope: ParameterScope, name: some CustomStringConvertible) -> ParameterScope
  {
    ParameterScope(
      path: scope.path.isEmpty ? "\(name)" : "\(scope.path).\(name)",
      construction: scope.construction)
  }

  /// What has been built so far.
  public var store: ParameterStore { construction.store }

  /// Adds the parameter called `name` here.
  ///
  /// - Throws: ``ParameterError`` when a source lacks it or holds another shape.
  public func parameter(
    _ name: String, _ shape: Shape, _ initializer: Initializer
  ) throws -> Parameter {
    let path = (self / name).path
    let value = try construction.tensor(path, shape, initializer)
    let parameter = Parameter(
      path: path, value: value, isTrainable: !construction.isStored)
    store.add(parameter)
    return parameter
  }

  /// Adds a place for slots here.
  public func slotSite(keyHeadCount: Int, headWidth: Int) -> SlotSite {
    let site = SlotSite(path: path, keyHeadCount: keyHeadCount, headWidth: headWidth)
    store.add(site)
    return site
  }

  /// Checks that the source held nothing that the model has no place for.
  ///
  /// - Throws: ``ParameterError/unused(paths:source:)`` naming what is left.
  public func finish() throws {
    guard case .loaded(let source, _) = construction.origin else { return }
    let unused = source.tensorNames.filter { !construction.used.contains($0) }
    if !unused.isEmpty { throw ParameterError.unused(paths: unused, source: source.sourceName) }
  }
}

private final class Construction {
  enum Origin {
    case initialized(seed: UInt64)
    case loaded(any TensorSource, asStored: Bool)
  }

  let origin: Origin
  let store = ParameterStore()
  var used: Set<String> = []

  init(origin: Origin) { self.origin = origin }

  /// Whether parameters are as a source stores them, and frozen.
  var isStored: Bool { if case .loaded(_, asStored: true) = origin { true } else { false } }

  func tensor(_ path: String, _ shape: Shape, _ initializer: Initializer) throws -> Tensor {
    switch origin {
    case .initialized(let seed):
      var random = RandomSource(seed: seed, name: path)
      return initializer.tensor(shape, &random)
    case .loaded(let source, let asStored):
      let found =
        asStored && shape.rank == 2
        ? try source.stored(path, rows: nil) : try source.tensor(named: path)
      guard let tensor = found else {
        throw ParameterError.missing(path: source.ownName(of: path), source: source.sourceName)
      }
      guard tensor.shape == shape else {
        throw ParameterError.wrongShape(
          path: source.ownName(of: path), expected: shape, found: tensor.shape,
          source: source.sourceName)
      }
      used.insert(path)
      return tensor
    }
  }
}
