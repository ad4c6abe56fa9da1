/// A metadata value of a GGUF file; integers and floats of all widths are one kind each.
public enum GGUFValue: Sendable {
  case integer(Int64)
  /// An unsigned integer above `Int64.max`.
  case largeInteger(UInt64)
  case float(Double)
  case bool(Bool)
  case string(String)
  case array(GGUFArray)

  /// The numbers by which a file names its value types.
  enum Kind: UInt32 {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array
    case uint64, int64, float64

    /// The bytes of a value, or of the shortest one where they differ.
    var minimumByteCount: Int {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64, .string: 8
      case .array: 12
      }
    }
  }
}

/// An array in a GGUF file's metadata; its elements stay in the file until asked for.
public struct GGUFArray: Sendable {
  public let count: Int
  let kind: GGUFValue.Kind
  let file: MappedFile
  /// Where the first element begins.
  let offset: Int

  /// The elements as `convert` gives them; nil when it gives nil for one.
  ///
  /// - Throws: `CheckpointError` when a string is not UTF-8, or what `convert` throws.
  func elements<Element>(_ convert: (GGUFValue) throws -> Element?) throws -> [Element]? {
    var cursor = ByteCursor(file: file, offset: offset)
    var elements: [Element] = []
    for _ in 0..<count {
      guard let element = try convert(try cursor.value(kind)) else { return nil }
      elements.append(element)
    }
    return elements
  }
}

extension ByteCursor {
  // Arrays of arrays are allowed; without a limit their depth could exhaust the stack.
  private static let maximumDepth = 4

  /// The type of a metadata value, which stands before it.
  mutating func kind() throws(CheckpointError) -> GGUFValue.Kind {
    let place = CheckpointError.Place.offset(offset)
    let number: UInt32 = try integer("a value's type")
    guard let kind = GGUFValue.Kind(rawValue: number) else {
      throw file.malformed(place, expected: "a value's type from 0 to 12, found \(number)")
    }
    return kind
  }

  mutating func value(_ kind: GGUFValue.Kind, depth: Int = 0) throws -> GGUFValue {
    switch kind {
    case .uint8: .integer(Int64(try integer("a value", as: UInt8.self)))
    case .int8: .integer(Int64(try integer("a value", as: Int8.self)))
    case .uint16: .integer(Int64(try integer("a value", as: UInt16.self)))
    case .int16: .integer(Int64(try integer("a value", as: Int16.self)))
    case .uint32: .integer(Int64(try integer("a value", as: UInt32.self)))
    case .int32: .integer(Int64(try integer("a value", as: Int32.self)))
    case .int64: .integer(try integer("a value", as: Int64.self))
    case .uint64: Self.unsigned(try integer("a value", as: UInt64.self))
    case .float32: .float(Double(Float(bitPattern: try integer("a value", as: UInt32.self))))
    case .float64: .float(Double(bitPattern: try integer("a value", as: UInt64.self)))
    case .bool: .bool(try bool())
    case .string: .string(try string("a value"))
    case .array: .array(try array(depth: depth))
    }
  }

  private static func unsigned(_ number: UInt64) -> GGUFValue {
    Int64(exactly: number).map(GGUFValue.integer) ?? .largeInteger(number)
  }

  private mutating func bool() throws(CheckpointError) -> Bool {
    let place = CheckpointError.Place.offset(offset)
    let byte: UInt8 = try integer("a value")
    guard byte <= 1 else { throw file.malformed(place, expected: "0 or 1, found \(byte)") }
    return byte == 1
  }

  private mutating func array(depth: Int) throws(CheckpointError) -> GGUFArray {
    guard depth < Self.maximumDepth else {
      throw file.unsupported(.offset(offset), feature: "an array more than 4 deep")
    }
    let kind = try kind()
    let count = try count(of: "array elements", minimumByteCount: kind.minimumByteCount)
    let array = GGUFArray(count: count, kind: kind, file: file, offset: offset)
    switch kind {
    case .string: for _ in 0..<count { _ = try byteRange("a value") }
    case .array: for _ in 0..<count { _ = try self.array(depth: depth + 1) }
    default: try skip(count * kind.minimumByteCount, "array elements")
    }
    return array
  }
}
