#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A type whose values can be typed on a command line.
///
/// An enumeration of strings needs nothing but the conformance:
/// `extension MemoryKind: CommandLineValue {}`.
public protocol CommandLineValue: Sendable {
  /// Reads what was typed, or returns nil where it is no such value.
  init?(argument: String)

  /// The value as it would be typed.
  var argument: String { get }

  /// What is accepted, as the end of "takes ...": "a whole number".
  static var expectation: String { get }

  /// What stands for the value in help: `<n>` for "n".
  static var placeholder: String { get }

  /// Every accepted value, or none where they cannot be listed.
  static var allowedValues: [String] { get }

  /// What a shell offers for the value beyond `allowedValues`.
  static var completion: ValueCompletion { get }
}

/// What a shell offers when a value is being typed.
public enum ValueCompletion: Sendable {
  case none, files, folders
}

extension CommandLineValue {
  public static var allowedValues: [String] { [] }
  public static var completion: ValueCompletion { .none }
}

extension CommandLineValue where Self: CaseIterable & RawRepresentable, RawValue == String {
  public init?(argument: String) { self.init(rawValue: argument) }
  public var argument: String { rawValue }
  public static var expectation: String {
    "one of " + allowedValues.joined(separator: ", ")
  }
  public static var placeholder: String { allowedValues.joined(separator: "|") }
  public static var allowedValues: [String] { allCases.map(\.rawValue) }
}

extension String: CommandLineValue {
  public init?(argument: String) { self = argument }
  public var argument: String { self }
  public static var expectation: String { "text" }
  public static var placeholder: String { "text" }
}

extension Int: CommandLineValue {
  public init?(argument: String) { self.init(argument) }
  public var argument: String { description }
  public static var expectation: String { "a whole number" }
  public static var placeholder: String { "n" }
}

extension UInt64: CommandLineValue {
  public init?(argument: String) { self.init(argument) }
  public var argument: String { description }
  public static var expectation: String { "a whole number from 0 to \(UInt64.max)" }
  public static var placeholder: String { "n" }
}

extension Double: CommandLineValue {
  /// Infinities and NaN are refused: no option means anything by them.
  public init?(argument: String) {
    guard let value = Double(argument), value.isFinite else { return nil }
    self = value
  }
  /// As a person writes it: "1", not "1.0".
  public var argument: String {
    Int(exactly: self).map(\.description) ?? description
  }
  public static var expectation: String { "a number" }
  public static var placeholder: String { "x" }
}

extension Bool: CommandLineValue {
  public init?(argument: String) { self.init(argument) }
  public var argument: String { description }
  public static var expectation: String { "true or false" }
  public static var placeholder: String { "true|false" }
  public static var allowedValues: [String] { ["true", "false"] }
}

extension URL: CommandLineValue {
  /// A path, relative to the working folder unless it begins with `/`.
  public init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    self.init(filePath: argument)
  }
  public var argument: String { relativePath }
  public static var expectation: String { "a path" }
  public static var placeholder: String { "path" }
  public static var completion: ValueCompletion { .files }
}
