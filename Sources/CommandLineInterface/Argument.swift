/// A value known by its place: `circadian read ada book.txt`.
///
/// The type says how often it is given: `Argument<String>` is required, `Argument<String?>` may be
/// left out, `Argument<[String]>` takes all that follow.
public struct Argument<Value: Sendable>: Parameter {
  public let specification: ParameterSpecification

  private init(
    _ name: String, _ completion: ValueCompletion?, _ help: String, _ reader: ValueReader<Value>
  ) {
    specification = ParameterSpecification(
      .argument, name, completion: completion, help: help, reader: reader)
  }
}

extension Argument where Value: CommandLineValue {
  public init(
    _ name: String, completion: ValueCompletion? = nil, must requirement: Requirement<Value>? = nil,
    help: String
  ) {
    self.init(name, completion, help, .required(must: requirement))
  }

  public init(
    _ name: String, default value: Value, completion: ValueCompletion? = nil,
    must requirement: Requirement<Value>? = nil, help: String
  ) {
    self.init(name, completion, help, .defaulting(to: value, must: requirement))
  }
}

extension Argument {
  public init<Element: CommandLineValue>(
    _ name: String, completion: ValueCompletion? = nil,
    must requirement: Requirement<Element>? = nil, help: String
  ) where Value == Element? {
    self.init(name, completion, help, .optional(must: requirement))
  }

  public init<Element: CommandLineValue>(
    _ name: String, atLeast minimum: Int = 1, completion: ValueCompletion? = nil,
    must requirement: Requirement<Element>? = nil, help: String
  ) where Value == [Element] {
    self.init(name, completion, help, .repeated(minimum: minimum, must: requirement))
  }
}
