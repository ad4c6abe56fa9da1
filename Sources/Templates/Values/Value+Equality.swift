extension Value: Hashable {
  /// As in Python: numbers and truth values are equal by their number, a list is never a tuple.
  static func == (left: Value, right: Value) -> Bool {
    if let left = left.number, let right = right.number { return left == right }
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let left), .string(let right)): return left == right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      return left.values == right.values
    case (.mapping(let left), .mapping(let right)):
      return left.keys.count == right.keys.count
        && left.pairs.allSatisfy { key, value in right[key] == value }
    case (.namespace(let left), .namespace(let right)): return left === right
    case (.loop(let left), .loop(let right)): return left === right
    case (.function(let left), .function(let right)): return left === right
    default: return false
    }
  }

  func hash(into hasher: inout Hasher) {
    if let number {
      number.hash(into: &hasher)
      return
    }
    switch self {
    case .string(let text): text.hash(into: &hasher)
    case .tuple(let items): for item in items.values { item.hash(into: &hasher) }
    case .namespace(let namespace): hasher.combine(ObjectIdentifier(namespace))
    case .loop(let loop): hasher.combine(ObjectIdentifier(loop))
    case .function(let function): hasher.combine(ObjectIdentifier(function))
    default: break
    }
  }

  /// The number that this is in a sum: `true` is one.
  var number: Number? {
    switch self {
    case .boolean(let value): .integer(value ? 1 : 0)
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    default: nil
    }
  }

  /// Whether this can be the key of a mapping.
  var isHashable: Bool {
    switch self {
    case .list, .mapping: false
    case .tuple(let items): items.values.allSatisfy(\.isHashable)
    default: true
    }
  }

  /// Whether this comes before `other`; nil for values that have no order.
  func precedes(_ other: Value) -> Bool? {
    if let left = number, let right = other.number { return left < right }
    switch (self, other) {
    case (.string(let left), .string(let right)): return left < right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      for (left, right) in zip(left.values, right.values) where left != right {
        return left.precedes(right)
      }
      return left.values.count < right.values.count
    default: return nil
    }
  }
}

/// An integer or a floating-point number, compared by value.
enum Number: Hashable, Comparable {
  case integer(Int)
  case float(Double)

  var float: Double {
    switch self {
    case .integer(let value): Double(value)
    case .float(let value): value
    }
  }

  static func == (left: Number, right: Number) -> Bool {
    switch (left, right) {
    case (.integer(let left), .integer(let right)): left == right
    default: left.float == right.float
    }
  }

  static func < (left: Number, right: Number) -> Bool {
    switch (left, right) {
    case (.integer(let left), .integer(let right)): left < right
    default: left.float < right.float
    }
  }

  func hash(into hasher: inout Hasher) { hasher.combine(float) }
}
