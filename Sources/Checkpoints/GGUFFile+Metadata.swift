/// A Swift type that GGUF metadata can be read as.
public protocol GGUFConvertible {
  /// What a value must be, for a message: "a whole number".
  static var expectation: String { get }

  /// Converts `value`; nil when it is something else.
  ///
  /// - Throws: `CheckpointError` when an array's text is not UTF-8.
  static func converting(_ value: GGUFValue) throws -> Self?
}

extension GGUFFile {
  /// The value under `key`.
  ///
  /// - Throws: `CheckpointError` naming the key, when it is missing or of another type.
  public func value<Value: GGUFConvertible>(
    of key: String, as type: Value.Type = Value.self
  ) throws -> Value {
    guard let value = try valueIfPresent(of: key, as: type) else {
      throw file.malformed(.key(key), expected: "\(Value.expectation); the key is missing")
    }
    return value
  }

  /// The value under `key`; nil when the key is missing.
  ///
  /// - Throws: `CheckpointError` naming the key, when it is of another type.
  public func valueIfPresent<Value: GGUFConvertible>(
    of key: String, as type: Value.Type = Value.self
  ) throws -> Value? {
    guard let stored = metadata[key] else { return nil }
    guard let value = try Value.converting(stored) else {
      throw file.malformed(.key(key), expected: Value.expectation)
    }
    return value
  }
}

extension Int: GGUFConvertible {
  public static var expectation: String { "a whole number" }

  public static func converting(_ value: GGUFValue) -> Int? {
    guard case .integer(let number) = value else { return nil }
    return Int(exactly: number)
  }
}

extension Float: GGUFConvertible {
  public static var expectation: String { "a number" }

  public static func converting(_ value: GGUFValue) -> Float? {
    switch value {
    case .float(let number): Float(number)
    case .integer(let number): Float(number)
    default: nil
    }
  }
}

extension Bool: GGUFConvertible {
  public static var expectation: String { "true or false" }

  public static func converting(_ value: GGUFValue) -> Bool? {
    guard case .bool(let bool) = value else { return nil }
    return bool
  }
}

extension String: GGUFConvertible {
  public static var expectation: String { "a string" }

  public static func converting(_ value: GGUFValue) -> String? {
    guard case .string(let text) = value else { return nil }
    return text
  }
}

extension Array: GGUFConvertible where Element: GGUFConvertible {
  public static var expectation: String { "an array, each element \(Element.expectation)" }

  public static func converting(_ value: GGUFValue) throws -> [Element]? {
    guard case .array(let array) = value else { return nil }
    return try array.elements(Element.converting)
  }
}
