/// Something a command can be given: an `Option`, a `Flag` or an `Argument`.
///
/// A parameter is declared once and then is the typed key to its value: `invocation[depth]`.
public protocol Parameter<Value>: Sendable {
  associatedtype Value: Sendable
  var specification: ParameterSpecification { get }
}

/// What the parser, the help page and the shell completions know about a parameter.
public struct ParameterSpecification: Sendable {
  package enum Kind: Hashable, Sendable {
    case option
    case flag(isNegatable: Bool)
    case argument
  }

  package let kind: Kind
  package let name: String
  package var short: Character?
  package let help: String
  package var placeholder = ""
  package var expectation = ""
  package var allowedValues: [String] = []
  package var completion = ValueCompletion.none
  package var multiplicity = Multiplicity.optional
  package var defaultText: String?
  package var requirement: String?
  let read: @Sendable (_ texts: [String]) throws(UsageError) -> any Sendable

  /// How the parameter is called in messages, and the key of its value: `--depth`, `<file>`.
  package var label: String { Self.label(kind, name) }

  /// The spelling that switches a negatable flag off.
  package var negation: String? { kind == .flag(isNegatable: true) ? "--no-\(name)" : nil }

  /// Every spelling that may stand on the command line.
  package var spellings: [String] {
    guard kind != .argument else { return [] }
    return [label] + (negation.map { [$0] } ?? []) + (short.map { ["-\($0)"] } ?? [])
  }

  fileprivate static func label(_ kind: Kind, _ name: String) -> String {
    kind == .argument ? "<\(name)>" : "--\(name)"
  }
}

extension ParameterSpecification {
  /// An option or an argument, whose value `reader` reads.
  init<Value>(
    _ kind: Kind, _ name: String, short: Character? = nil, placeholder: String? = nil,
    completion: ValueCompletion? = nil, help: String, reader: ValueReader<Value>
  ) {
    let label = Self.label(kind, name)
    self.init(
      kind: kind, name: name, short: short, help: help,
      placeholder: placeholder ?? reader.kind.placeholder,
      expectation: reader.kind.expectation,
      allowedValues: reader.kind.allowedValues,
      completion: completion ?? reader.kind.completion,
      multiplicity: reader.multiplicity,
      defaultText: reader.defaultText,
      requirement: reader.requirement
    ) { texts throws(UsageError) in try reader.read(texts, label) }
  }
}

/// A command's parameters in the order of its help page, in titled sections.
public struct ParameterList: Sendable {
  package var sections: [Section] = []

  package var specifications: [ParameterSpecification] { sections.flatMap(\.specifications) }
  package var arguments: [ParameterSpecification] {
    specifications.filter { $0.kind == .argument }
  }
  package var options: [ParameterSpecification] {
    specifications.filter { $0.kind != .argument }
  }
}

/// Parameters that belong together and stand under a title of their own in help.
public struct Section: Sendable {
  package let title: String
  package let specifications: [ParameterSpecification]

  public init(_ title: String, @ParameterBuilder parameters: () -> ParameterList) {
    self.title = title
    specifications = parameters().specifications
  }

  fileprivate init(untitled specification: ParameterSpecification) {
    title = ""
    specifications = [specification]
  }
}

/// Lists parameters one a line.
@resultBuilder
public enum ParameterBuilder {
  public static func buildExpression(_ parameter: some Parameter) -> ParameterList {
    ParameterList(sections: [Section(untitled: parameter.specification)])
  }

  public static func buildExpression(_ section: Section) -> ParameterList {
    ParameterList(sections: [section])
  }

  public static func buildBlock(_ parts: ParameterList...) -> ParameterList {
    ParameterList(sections: parts.flatMap(\.sections))
  }
}
