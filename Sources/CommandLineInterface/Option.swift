/// A named value: `--name value` or `--name=value`.
///
/// The type says how often it is given: `Option("depth", default: 12, ...)` has a default,
/// `Option<Int>("depth", ...)` is required, `Option<Int?>` may be left out and `Option<[Int]>` may
/// be repeated. Of a value given twice where one is taken, the last counts.
public struct Option<Value: Sendable>: Parameter {
  public let specification: ParameterSpecification

  private init(
    _ name: String, _ short: Character?, _ placeholder: String?, _ completion: ValueCompletion?,
    _ help: String, _ reader: ValueReader<Value>
  ) {
    specification = ParameterSpecification(
      .option, name, short: short, placeholder: placeholder, completion: completion, help: help,
      reader: reader)
  }
}

extension Option where Value: CommandLineValue {
  public init(
    _ name: String, short: Character? = nil, default value: Value, placeholder: String? = nil,
    completion: ValueCompletion? = nil, must requirement: Requirement<Value>? = nil, help: String
  ) {
    self.init(
      name, short, placeholder, completion, help, .defaulting(to: value, must: requirement))
  }

  public init(
    _ name: String, short: Character? = nil, placeholder: String? = nil,
    completion: ValueCompletion? = nil, must requirement: Requirement<Value>? = nil, help: String
  ) {
    self.init(name, short, placeholder, completion, help, .required(must: requirement))
  }
}

extension Option {
  public init<Element: CommandLineValue>(
    _ name: String, short: Character? = nil, placeholder: String? = nil,
    completion: ValueCompletion? = nil, must requirement: Requirement<Element>? = nil, help: String
  ) where Value == Element? {
    self.init(name, short, placeholder, completion, help, .optional(must: requirement))
  }

  public init<Element: CommandLineValue>(
    _ name: String, short: Character? = nil, placeholder: String? = nil,
    completion: ValueCompletion? = nil, must requirement: Requirement<Element>? = nil, help: String
  ) where Value == [Element] {
    self.init(name, short, placeholder, completion, help, .repeated(minimum: 0, must: requirement))
  }
}
