import Tensors

/// A float64 array in row-major order, for loops that are too plain to be wrong.
public struct ReferenceArray: Sendable, Equatable {
  public let shape: Shape
  public var values: [Double]

  /// Zeros of `shape`.
  public init(_ shape: Shape) {
    self.init(shape, values: Array(repeating: 0, count: shape.count))
  }

  public init(_ shape: Shape, values: [Double]) {
    precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// The numbers of a tensor; indices become whole numbers.
  public init(_ tensor: Tensor) {
    self.init(tensor.shape, values: tensor.float32().values.map(Double.init))
  }

  public var count: Int { values.count }
  public var width: Int { shape.width }
  public var rows: Int { shape.rows }

  /// The whole number at `index`, for arrays that hold indices.
  public func index(at index: Int) -> Int { Int(values[index]) }

  public subscript(i: Int, j: Int) -> Double {
    get { values[i * shape.extents[1] + j] }
    set { values[i * shape.extents[1] + j] = newValue }
  }

  public subscript(i: Int, j: Int, k: Int) -> Double {
    get { values[offset(i, j, k)] }
    set { values[offset(i, j, k)] = newValue }
  }

  public subscript(i: Int, j: Int, k: Int, l: Int) -> Double {
    get { values[offset(i, j, k) * shape.extents[3] + l] }
    set { values[offset(i, j, k) * shape.extents[3] + l] = newValue }
  }

  private func offset(_ i: Int, _ j: Int, _ k: Int) -> Int {
    (i * shape.extents[1] + j) * shape.extents[2] + k
  }

  /// Row `index` when all axes but the last are folded into one.
  public func row(_ index: Int) -> [Double] { Array(values[index * width..<(index + 1) * width]) }

  /// `transform` of every element.
  public func map(_ transform: (Double) -> Double) -> ReferenceArray {
    ReferenceArray(shape, values: values.map(transform))
  }

  /// `transform` of every row; all results are of one width.
  public func mapRows(_ transform: ([Double]) -> [Double]) -> ReferenceArray {
    ReferenceArray(shape, values: (0..<rows).flatMap { transform(row($0)) })
  }

  /// `combine` of the elements at every place of two arrays of one shape.
  public func zip(_ other: ReferenceArray, _ combine: (Double, Double) -> Double) -> ReferenceArray
  {
    precondition(shape == other.shape, "\(shape) and \(other.shape)")
    return ReferenceArray(shape, values: Swift.zip(values, other.values).map(combine))
  }

  /// The same elements under another shape.
  public func reshaped(_ shape: Shape) -> ReferenceArray { ReferenceArray(shape, values: values) }
}
