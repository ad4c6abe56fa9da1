/// The page that `--help` shows for a place in the tree of commands.
package struct HelpPage {
  private let path: CommandPath
  private let terminal: Terminal
  private let width: Int

  package init(_ path: CommandPath, terminal: Terminal) {
    self.path = path
    self.terminal = terminal
    // Longer lines are hard to read, shorter ones hold nothing beside the names.
    width = min(max(terminal.width, 40), 100)
  }

  /// "circadian read <individual> <file>... [options]"; what must be given is spelled out.
  package var usage: String {
    var words = path.names
    if !path.node.children.isEmpty { words.append("<command>") }
    words += path.node.parameters.options.filter(\.multiplicity.isRequired).map(\.longForm)
    words += path.node.parameters.arguments.map(\.usage)
    return (words + ["[options]"]).joined(separator: " ")
  }

  package var text: String {
    var blocks = [TextWrapping.lines(path.node.abstract, width: width)]
    if !path.node.discussion.isEmpty {
      blocks.append(TextWrapping.lines(path.node.discussion, width: width))
    }
    blocks.append(block("Usage", ["  " + usage]))
    if !path.node.children.isEmpty {
      blocks.append(block("Commands", entries(path.node.children.map { ($0.name, $0.abstract) })))
    }
    blocks += sections.map { section in
      block(section.title, entries(section.parameters.map { ($0.form, $0.explanation) }))
    }
    if !path.node.examples.isEmpty {
      blocks.append(block("Examples", path.node.examples.map { "  " + $0 }))
    }
    return blocks.joined(separator: [""]).map { $0 + "\n" }.joined()
  }

  /// The parameters under their titles: untitled ones first, the common ones last.
  private var sections: [(title: String, parameters: [HelpEntry])] {
    let own = path.node.parameters.sections
    let untitled = own.filter(\.title.isEmpty).flatMap(\.specifications)
    let universal =
      [HelpEntry(form: "-h, --help", explanation: "Show this page.")]
      + (path.isRoot ? [HelpEntry(form: "--version", explanation: "Show the version.")] : [])
    var sections = [
      ("Arguments", untitled.filter { $0.kind == .argument }.map(HelpEntry.init)),
      ("Options", untitled.filter { $0.kind != .argument }.map(HelpEntry.init)),
    ]
    sections += own.filter { !$0.title.isEmpty }.map {
      ($0.title, $0.specifications.map(HelpEntry.init))
    }
    sections += CommonOptions.parameters.sections.map {
      ($0.title, $0.specifications.map(HelpEntry.init) + universal)
    }
    return sections.filter { !$0.1.isEmpty }
  }

  private func block(_ title: String, _ lines: [String]) -> [String] {
    [terminal.styled(title, .bold)] + lines
  }

  /// Names at the left and their explanations wrapped at the right.
  private func entries(_ entries: [(name: String, text: String)]) -> [String] {
    let longest = entries.map(\.name.displayWidth).max() ?? 0
    let column = min(longest, width / 3) + 4
    return entries.flatMap { name, text -> [String] in
      var lines = TextWrapping.lines(text, width: width - column).map {
        String(repeating: " ", count: column) + $0
      }
      let label = "  " + name
      if label.displayWidth + 2 <= column, !lines.isEmpty {
        let gap = String(repeating: " ", count: column - label.displayWidth)
        lines[0] = label + gap + lines[0].dropFirst(column)
        return lines
      }
      return [label] + lines
    }
  }
}

/// A parameter as the help page shows it.
private struct HelpEntry {
  let form: String
  let explanation: String
}

extension HelpEntry {
  init(_ parameter: ParameterSpecification) {
    form = parameter.form
    var facts: [String] = []
    if parameter.isListingValues { facts.append(parameter.expectation) }
    if let requirement = parameter.requirement { facts.append("must \(requirement)") }
    if parameter.kind == .option {
      if parameter.multiplicity.isRequired { facts.append("required") }
      if case .repeated = parameter.multiplicity { facts.append("may be repeated") }
    }
    if let text = parameter.defaultText, !text.isEmpty { facts.append("default: \(text)") }
    explanation =
      facts.isEmpty ? parameter.help : "\(parameter.help) (\(facts.joined(separator: "; ")))"
  }
}

extension ParameterSpecification {
  /// "-o, --output <path>", "--[no-]bf16", "<individual>".
  fileprivate var form: String {
    (short.map { "-\($0), " } ?? "") + longForm
  }

  fileprivate var longForm: String {
    switch kind {
    case .argument: label
    case .flag(let isNegatable): isNegatable ? "--[no-]\(name)" : label
    case .option: "\(label) <\(shownPlaceholder)>"
    }
  }

  /// An argument in the usage line: "<file>...", "[<night>]".
  fileprivate var usage: String {
    let text =
      switch multiplicity {
      case .repeated: label + "..."
      default: label
      }
    return multiplicity.isRequired ? text : "[\(text)]"
  }

  /// Whether the explanation must list the allowed values, because the form does not.
  fileprivate var isListingValues: Bool {
    !allowedValues.isEmpty && (kind == .argument || shownPlaceholder != alternatives)
  }

  private var alternatives: String { allowedValues.joined(separator: "|") }

  /// A long list of alternatives would push every explanation off the page.
  private var shownPlaceholder: String {
    placeholder == alternatives && placeholder.count > 24 ? "value" : placeholder
  }
}
