/// What a command line asks for.
package enum ParsedCommandLine: Sendable {
  case run(any Command, values: ParameterValues, at: CommandPath)
  case help(CommandPath)
  case version
}

/// A usage error and the command whose usage line goes with it.
package struct UsageFailure: Error {
  package let error: UsageError
  package let path: CommandPath
}

/// The values of a command's parameters by label, all of them read and checked.
package struct ParameterValues: Sendable {
  fileprivate var values: [String: any Sendable] = [:]

  package func value<Key: Parameter>(of parameter: Key) -> Key.Value? {
    values[parameter.specification.label] as? Key.Value
  }
}

/// Reads the words of a command line from left to right, descending the tree of commands.
package struct CommandLineParser {
  private var path: CommandPath
  private var words: ArraySlice<String>
  private var occurrences: [String: [String]] = [:]
  private var positionals: [String] = []

  package static func parse(
    _ arguments: [String], root: CommandGroup
  ) throws(UsageFailure) -> ParsedCommandLine {
    var parser = CommandLineParser(path: CommandPath(root: root), words: arguments[...])
    do throws(UsageError) {
      return try parser.parse()
    } catch {
      throw UsageFailure(error: error, path: parser.path)
    }
  }

  private init(path: CommandPath, words: ArraySlice<String>) {
    self.path = path
    self.words = words
  }

  private mutating func parse() throws(UsageError) -> ParsedCommandLine {
    var optionsEnded = false
    while let word = words.popFirst() {
      if optionsEnded || !Self.looksLikeOption(word) {
        try takeWord(word)
      } else if word == "--" {
        optionsEnded = true
      } else if word == "--help" || word == "-h" {
        return .help(path)
      } else if word == "--version", path.isRoot {
        return .version
      } else {
        try takeOption(word)
      }
    }
    guard case .command(let command) = path.node else {
      throw .missingCommand(choices: path.node.children.map(\.name))
    }
    return .run(command, values: try readValues(), at: path)
  }

  /// Whether a word is an option: a lone dash, a negative number and "- a sentence" are not.
  private static func looksLikeOption(_ word: String) -> Bool {
    let name = word.prefix { $0 != "=" }
    guard name.hasPrefix("-"), !name.contains(where: \.isWhitespace) else { return false }
    return name.hasPrefix("--") || name.dropFirst().first?.isLetter == true
  }

  private mutating func takeWord(_ word: String) throws(UsageError) {
    guard case .group(let group) = path.node else {
      positionals.append(word)
      return
    }
    guard let child = group.children.first(where: { $0.name == word }) else {
      throw .unknownCommand(
        word, suggestion: Spelling.nearest(to: word, among: group.children.map(\.name)))
    }
    path = path.child(child)
  }

  private mutating func takeOption(_ word: String) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    let attached = parts.count == 2 ? String(parts[1]) : nil
    guard let option = path.options.first(where: { $0.spellings.contains(spelling) }) else {
      let known = path.options.flatMap(\.spellings).filter { $0.hasPrefix("--") }
      let universal = path.isRoot ? ["--help", "--version"] : ["--help"]
      throw .unknownOption(
        spelling, suggestion: Spelling.nearest(to: spelling, among: known + universal))
    }
    if case .flag = option.kind {
      if let attached { throw .unexpectedValue(flag: spelling, value: attached) }
      occurrences[option.label, default: []].append(spelling == option.negation ? "false" : "true")
    } else if let attached {
      occurrences[option.label, default: []].append(attached)
    } else if let next = words.first, !Self.looksLikeOption(next) {
      words.removeFirst()
      occurrences[option.label, default: []].append(next)
    } else {
      throw .missingValue(
        option: spelling, expected: option.expectation, next: words.first)
    }
  }

  private mutating func readValues() throws(UsageError) -> ParameterValues {
    var remaining = positionals[...]
    for argument in path.node.parameters.arguments {
      if case .repeated = argument.multiplicity {
        occurrences[argument.label] = Array(remaining)
        remaining = []
      } else if let word = remaining.popFirst() {
        occurrences[argument.label] = [word]
      }
    }
    if let extra = remaining.first { throw .unexpectedArgument(extra) }
    var values = ParameterValues()
    for parameter in path.node.parameters.arguments + path.options {
      values.values[parameter.label] = try parameter.read(occurrences[parameter.label] ?? [])
    }
    return values
  }
}
