import Foundation

/// Composes GGUF files for tests, lies included.
struct GGUFBuilder {
  struct Tensor {
    var name: String
    /// Innermost first, as in the file.
    var extents: [UInt64]
    var type: UInt32
    var offset: UInt64
  }

  var version: UInt32 = 3
  var tensors: [Tensor] = []
  var data = Data()
  var alignment = 32
  private(set) var values: [Data] = []

  mutating func add(_ key: String, type: UInt32, _ value: Data) {
    values.append(Self.string(key) + Self.bytes(of: type) + value)
  }

  mutating func add(_ key: String, _ value: UInt32) { add(key, type: 4, Self.bytes(of: value)) }
  mutating func add(_ key: String, _ value: String) { add(key, type: 8, Self.string(value)) }

  mutating func add(_ key: String, _ value: [String]) {
    add(key, type: 9, Self.array(type: 8, value.map(Self.string)))
  }

  mutating func add(_ key: String, _ value: [Float]) {
    add(key, type: 9, Self.array(type: 6, value.map { Self.bytes(of: $0.bitPattern) }))
  }

  mutating func add(_ key: String, _ value: [Int32]) {
    add(key, type: 9, Self.array(type: 5, value.map(Self.bytes)))
  }

  /// Adds a tensor whose bytes follow those before, aligned.
  mutating func add(_ name: String, extents: [UInt64], type: UInt32, _ bytes: Data) {
    while !data.count.isMultiple(of: alignment) { data.append(0) }
    tensors.append(Tensor(name: name, extents: extents, type: type, offset: UInt64(data.count)))
    data.append(bytes)
  }

  func file() -> Data {
    var file = Data("GGUF".utf8)
    file.append(integer: version)
    file.append(integer: UInt64(tensors.count))
    file.append(integer: UInt64(values.count))
    for value in values { file.append(value) }
    for tensor in tensors {
      file.append(Self.string(tensor.name))
      file.append(integer: UInt32(tensor.extents.count))
      for extent in tensor.extents { file.append(integer: extent) }
      file.append(integer: tensor.type)
      file.append(integer: tensor.offset)
    }
    while !file.count.isMultiple(of: alignment) { file.append(0) }
    return file + data
  }

  static func bytes<T: FixedWidthInteger>(of integer: T) -> Data {
    var data = Data()
    data.append(integer: integer)
    return data
  }

  static func string(_ text: String) -> Data { bytes(of: UInt64(text.utf8.count)) + text.utf8 }

  static func array(type: UInt32, _ elements: [Data]) -> Data {
    bytes(of: type) + bytes(of: UInt64(elements.count)) + elements.joined()
  }
}
