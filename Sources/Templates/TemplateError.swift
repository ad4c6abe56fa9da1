/// Where something stands in a template, counted from one.
public struct TemplatePosition: Sendable, Hashable, CustomStringConvertible {
  public var line: Int
  public var column: Int

  public var description: String { "line \(line), column \(column)" }
}

/// What can be wrong with a template, or with what it is asked to write.
public enum TemplateError: Error, Hashable {
  /// The template is not well formed.
  case syntax(TemplatePosition, problem: String)

  /// The template asks for something that Jinja has and this interpreter has not.
  case unsupported(TemplatePosition, construct: String)

  /// An expression has no value, such as an attribute of something undefined.
  case evaluation(TemplatePosition, problem: String)

  /// The template itself refuses what it was given, by `raise_exception`.
  case raised(String)

  /// The template takes more time, room or depth than ``TemplateLimits`` allows.
  case limit(TemplatePosition, problem: String)

  /// A text is not JSON.
  case invalidJSON(offset: Int, problem: String)
}

extension TemplateError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .syntax(let position, let problem), .evaluation(let position, let problem),
      .limit(let position, let problem):
      "template, \(position): \(problem)"
    case .unsupported(let position, let construct):
      "template, \(position): \(construct) is not supported"
    case .raised(let message): message
    case .invalidJSON(let offset, let problem): "JSON, byte \(offset): \(problem)"
    }
  }
}
