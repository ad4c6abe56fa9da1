import Tensors

/// Somewhere tensors are read from by name, usually a checkpoint file.
public protocol TensorSource {
  /// What to call the source in a message, usually its file's path.
  var sourceName: String { get }

  /// The names of all tensors, in the source's own order.
  var tensorNames: [String] { get }

  /// The tensor called `name`, widened to float32; nil when there is none.
  func tensor(named name: String) throws -> Tensor?

  /// The tensor called `name` as it is stored, or `rows` of it; nil when there is none.
  ///
  /// See ``Tensors/Tensor/isStored``. What cannot be computed with as it is stored is widened.
  func stored(_ name: String, rows: Range<Int>?) throws -> Tensor?

  /// What the source itself calls the tensor that a model asks for as `name`, for messages.
  func ownName(of name: String) -> String
}

extension TensorSource {
  public func stored(_ name: String, rows: Range<Int>?) throws -> Tensor? {
    let whole = try tensor(named: name)
    return rows.map { whole?.sliced(axis: 0, $0) } ?? whole
  }

  public func ownName(of name: String) -> String { name }
}

/// Tensors held in memory under their names.
public struct TensorDictionary: TensorSource {
  public let sourceName: String
  public private(set) var tensorNames: [String] = []
  private var tensors: [String: Tensor] = [:]

  public init(sourceName: String = "memory", _ tensors: [(String, Tensor)] = []) {
    self.sourceName = sourceName
    for (name, tensor) in tensors { self[name] = tensor }
  }

  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set {
      if tensors[name] == nil, newValue != nil { tensorNames.append(name) }
      if newValue == nil { tensorNames.removeAll { $0 == name } }
      tensors[name] = newValue
    }
  }

  /// A copy: a parameter made from it is updated in place, and this dictionary stays as it is.
  public func tensor(named name: String) -> Tensor? { tensors[name]?.owned() }

  public func stored(_ name: String, rows: Range<Int>?) -> Tensor? {
    guard rows == nil, let tensor = tensors[name], tensor.isStored else {
      return rows.map { tensors[name]?.float32().sliced(axis: 0, $0) } ?? tensor(named: name)
    }
    return tensor
  }
}
