/// What a value must satisfy beyond its type, and how to say so.
public struct Requirement<Value>: Sendable {
  /// The end of "must ...": "be at least 0".
  public let description: String
  let isMet: @Sendable (Value) -> Bool

  public init(_ description: String, isMet: @escaping @Sendable (Value) -> Bool) {
    self.description = description
    self.isMet = isMet
  }
}

extension Requirement where Value: Comparable & CommandLineValue {
  public static func be(in range: ClosedRange<Value>) -> Self {
    Self("be between \(range.lowerBound.argument) and \(range.upperBound.argument)") {
      range.contains($0)
    }
  }

  public static func be(atLeast bound: Value) -> Self {
    Self("be at least \(bound.argument)") { $0 >= bound }
  }

  public static func be(above bound: Value) -> Self {
    Self("be above \(bound.argument)") { $0 > bound }
  }
}
