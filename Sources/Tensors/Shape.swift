/// The extents of a tensor, outermost axis first; elements are contiguous in row-major order.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let extents: [Int]

  /// Creates a shape; every extent must be non-negative.
  public init(_ extents: [Int]) {
    precondition(extents.allSatisfy { $0 >= 0 }, "negative extent in shape \(extents)")
    self.extents = extents
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of axes; a scalar has none.
  public var rank: Int { extents.count }

  /// The number of elements.
  public var count: Int { extents.reduce(1, *) }

  /// The extent of the last axis; 1 for a scalar.
  public var width: Int { extents.last ?? 1 }

  /// The number of rows when all axes but the last are folded into one.
  public var rows: Int { extents.dropLast().reduce(1, *) }

  /// The extent of `axis`; negative axes count from the end.
  public subscript(axis: Int) -> Int { extents[axis < 0 ? rank + axis : axis] }

  /// The same shape with its last extent replaced.
  public func replacingWidth(_ width: Int) -> Shape { Shape(Array(extents.dropLast()) + [width]) }

  public var description: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }
}
