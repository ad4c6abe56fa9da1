/// A command line that cannot be carried out as it was typed.
public enum UsageError: Error, Hashable, Sendable {
  case missingCommand(choices: [String])
  case unknownCommand(String, suggestion: String?)
  case unknownOption(String, suggestion: String?)
  case unexpectedArgument(String)
  case missing(parameter: String)
  /// `next` is the option that stands where the value was expected.
  case missingValue(option: String, expected: String, next: String?)
  case unexpectedValue(flag: String, value: String)
  case invalidValue(parameter: String, value: String, expected: String, suggestion: String?)
  case unmetRequirement(parameter: String, value: String, requirement: String)
  /// What only the command itself can know, such as two options that exclude each other.
  case invalidCombination(String)
}

extension UsageError: ExitCodeProviding {
  public var exitCode: ExitCode { .usage }
}

extension UsageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingCommand(let choices):
      "a command is missing: one of \(choices.joined(separator: ", "))"
    case .unknownCommand(let name, let suggestion):
      "there is no command '\(name)'" + Self.hint(suggestion)
    case .unknownOption(let name, let suggestion):
      "there is no option '\(name)'" + Self.hint(suggestion)
    case .unexpectedArgument(let argument):
      "'\(argument)' is one argument too many"
    case .missing(let parameter):
      "\(parameter) is missing"
    case .missingValue(let option, let expected, nil):
      "\(option) needs a value: \(expected)"
    case .missingValue(let option, let expected, let next?):
      "\(option) needs a value: \(expected); write \(option)=\(next) if '\(next)' is the value"
    case .unexpectedValue(let flag, let value):
      "\(flag) takes no value, but was given '\(value)'"
    case .invalidValue(let parameter, let value, let expected, let suggestion):
      "\(parameter) takes \(expected), not '\(value)'" + Self.hint(suggestion)
    case .unmetRequirement(let parameter, let value, let requirement):
      "\(parameter) must \(requirement), but is '\(value)'"
    case .invalidCombination(let message):
      message
    }
  }

  private static func hint(_ suggestion: String?) -> String {
    suggestion.map { "; did you mean '\($0)'?" } ?? ""
  }
}
