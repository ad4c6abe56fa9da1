/// A switch: `--name` turns it on; one that is on by default is turned off by `--no-name`.
public struct Flag: Parameter {
  public typealias Value = Bool
  public let specification: ParameterSpecification

  public init(_ name: String, short: Character? = nil, default value: Bool = false, help: String) {
    specification = ParameterSpecification(
      kind: .flag(isNegatable: value), name: name, short: short, help: help,
      defaultText: value ? "on" : nil
    ) { texts in texts.last.map { $0 == "true" } ?? value }
  }
}
