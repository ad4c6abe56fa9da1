import Checkpoints
import Foundation

/// A JSON object of settings as Hugging Face folders hold them, read with errors that name the key.
struct PublishedFields {
  let path: String
  private let place: String
  private let values: [String: Any]

  private static let largestByteCount = 16 << 20

  /// - Throws: ``LanguageModelError/unreadableConfiguration(path:reason:)``, file system errors.
  init(_ url: URL) throws {
    path = url.path
    place = ""
    let file = try MappedFile(url)
    guard file.byteCount <= Self.largestByteCount else {
      throw LanguageModelError.unreadableConfiguration(
        path: path, reason: "\(file.byteCount) bytes, expected at most \(Self.largestByteCount)")
    }
    let data = try file.withBytes(in: 0..<file.byteCount) { Data($0) }
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw LanguageModelError.unreadableConfiguration(path: path, reason: "not a JSON object")
    }
    values = object
  }

  private init(path: String, place: String, values: [String: Any]) {
    (self.path, self.place, self.values) = (path, place, values)
  }

  func failure(_ key: String, _ reason: String) -> LanguageModelError {
    .unreadableConfiguration(path: path, reason: "key '\(place)\(key)': \(reason)")
  }

  /// What stands under `key`; nil where there is nothing, or null.
  private func value(_ key: String) -> Any? {
    values[key].flatMap { $0 is NSNull ? nil : $0 }
  }

  func contains(_ key: String) -> Bool { value(key) != nil }
  var keys: [String] { values.keys.sorted() }

  func integer(_ key: String) throws -> Int? {
    guard let found = value(key) else { return nil }
    // 1e6 is a whole number too, and true is none.
    guard let number = found as? NSNumber, !Self.isBool(number),
      let integer = Int(exactly: number.doubleValue)
    else { throw failure(key, "expected a whole number") }
    return integer
  }

  func number(_ key: String) throws -> Double? {
    guard let found = value(key) else { return nil }
    guard let number = found as? NSNumber, !Self.isBool(number), number.doubleValue.isFinite else {
      throw failure(key, "expected a number")
    }
    return number.doubleValue
  }

  func bool(_ key: String) throws -> Bool? {
    guard let found = value(key) else { return nil }
    guard let number = found as? NSNumber, Self.isBool(number) else {
      throw failure(key, "expected true or false")
    }
    return number.boolValue
  }

  func string(_ key: String) throws -> String? {
    guard let found = value(key) else { return nil }
    guard let text = found as? String else { throw failure(key, "expected a string") }
    return text
  }

  func strings(_ key: String) throws -> [String]? {
    guard let found = value(key) else { return nil }
    guard let texts = found as? [String] else { throw failure(key, "expected an array of strings") }
    return texts
  }

  func numbers(_ key: String) throws -> [Double]? {
    guard let found = value(key) else { return nil }
    guard let numbers = found as? [NSNumber] else {
      throw failure(key, "expected an array of numbers")
    }
    return numbers.map(\.doubleValue)
  }

  func object(_ key: String) throws -> PublishedFields? {
    guard let found = value(key) else { return nil }
    guard let object = found as? [String: Any] else { throw failure(key, "expected an object") }
    return PublishedFields(path: path, place: "\(place)\(key).", values: object)
  }

  func required(_ key: String) throws -> Int {
    guard let number = try integer(key) else { throw failure(key, "is missing") }
    return number
  }

  private static func isBool(_ number: NSNumber) -> Bool {
    #if canImport(Darwin)
      CFGetTypeID(number) == CFBooleanGetTypeID()
    #else
      String(cString: number.objCType) == "c" && (number == 0 || number == 1)
    #endif
  }
}
