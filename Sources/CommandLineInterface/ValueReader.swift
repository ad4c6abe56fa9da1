/// How often a parameter may be given.
package enum Multiplicity: Hashable, Sendable {
  case required
  case optional
  case repeated(minimum: Int)

  package var isRequired: Bool {
    switch self {
    case .required: true
    case .optional: false
    case .repeated(let minimum): minimum > 0
    }
  }
}

/// Turns what was typed for one parameter, which may be nothing, into its value.
///
/// The four readers here are the four shapes of a parameter: required, with a default, optional
/// and repeated; options and arguments share them.
struct ValueReader<Value: Sendable>: Sendable {
  let multiplicity: Multiplicity
  let kind: ValueKind
  let defaultText: String?
  let requirement: String?
  let read: @Sendable (_ texts: [String], _ label: String) throws(UsageError) -> Value
}

/// The static side of a `CommandLineValue` type, with its type erased.
struct ValueKind: Sendable {
  let placeholder: String
  let expectation: String
  let allowedValues: [String]
  let completion: ValueCompletion

  init<Element: CommandLineValue>(_ type: Element.Type) {
    placeholder = Element.placeholder
    expectation = Element.expectation
    allowedValues = Element.allowedValues
    completion = Element.completion
  }
}

extension ValueReader where Value: CommandLineValue {
  static func required(must requirement: Requirement<Value>?) -> Self {
    Self(
      multiplicity: .required, kind: ValueKind(Value.self), defaultText: nil,
      requirement: requirement?.description
    ) { texts, label throws(UsageError) in
      guard let text = texts.last else { throw .missing(parameter: label) }
      return try Value.read(text, label: label, must: requirement)
    }
  }

  static func defaulting(to value: Value, must requirement: Requirement<Value>?) -> Self {
    Self(
      multiplicity: .optional, kind: ValueKind(Value.self), defaultText: value.argument,
      requirement: requirement?.description
    ) { texts, label throws(UsageError) in
      guard let text = texts.last else { return value }
      return try Value.read(text, label: label, must: requirement)
    }
  }
}

extension ValueReader {
  static func optional<Element: CommandLineValue>(must requirement: Requirement<Element>?) -> Self
  where Value == Element? {
    Self(
      multiplicity: .optional, kind: ValueKind(Element.self), defaultText: nil,
      requirement: requirement?.description
    ) { texts, label throws(UsageError) in
      guard let text = texts.last else { return nil }
      return try Element.read(text, label: label, must: requirement)
    }
  }

  static func repeated<Element: CommandLineValue>(
    minimum: Int, must requirement: Requirement<Element>?
  ) -> Self where Value == [Element] {
    Self(
      multiplicity: .repeated(minimum: minimum), kind: ValueKind(Element.self), defaultText: nil,
      requirement: requirement?.description
    ) { texts, label throws(UsageError) in
      guard texts.count >= minimum else { throw .missing(parameter: label) }
      var values: [Element] = []
      for text in texts {
        values.append(try Element.read(text, label: label, must: requirement))
      }
      return values
    }
  }
}

extension CommandLineValue {
  fileprivate static func read(
    _ text: String, label: String, must requirement: Requirement<Self>?
  ) throws(UsageError) -> Self {
    guard let value = Self(argument: text) else {
      throw .invalidValue(
        parameter: label, value: text, expected: expectation,
        suggestion: Spelling.nearest(to: text, among: allowedValues))
    }
    if let requirement, !requirement.isMet(value) {
      throw .unmetRequirement(
        parameter: label, value: text, requirement: requirement.description)
    }
    return value
  }
}
