import Tensors

/// What can be wrong between a model and the tensors it is loaded from.
public enum ParameterError: Error, CustomStringConvertible, Equatable {
  case missing(path: String, source: String)
  case wrongShape(path: String, expected: Shape, found: Shape, source: String)
  case unused(paths: [String], source: String)

  public var description: String {
    switch self {
    case .missing(let path, let source):
      "\(source): no tensor '\(path)', which the model needs"
    case .wrongShape(let path, let expected, let found, let source):
      "\(source): tensor '\(path)' has shape \(found), expected \(expected)"
    case .unused(let paths, let source):
      "\(source): the model has no place for \(paths.count) tensor(s): "
        + paths.prefix(8).joined(separator: ", ") + (paths.count > 8 ? ", ..." : "")
    }
  }
}
