/// A place in the tree of commands, with the names that lead there.
package struct CommandPath: Sendable {
  package let names: [String]
  package let node: CommandNode

  package init(root: CommandGroup) {
    self.init(names: [root.name], node: .group(root))
  }

  private init(names: [String], node: CommandNode) {
    self.names = names
    self.node = node
  }

  package func child(_ node: CommandNode) -> CommandPath {
    CommandPath(names: names + [node.name], node: node)
  }

  package var isRoot: Bool { names.count == 1 }
  package var text: String { names.joined(separator: " ") }

  /// Every option that may stand here.
  package var options: [ParameterSpecification] {
    node.parameters.options + CommonOptions.parameters.specifications
  }

  /// This place and all below it, parents before their children.
  package var withDescendants: [CommandPath] {
    [self] + node.children.flatMap { child($0).withDescendants }
  }
}

extension CommandPath {
  /// What is wrong with the declarations from here on: mistakes of whoever wrote the commands.
  package var contradictions: [String] {
    withDescendants.flatMap(\.ownContradictions)
  }

  private var ownContradictions: [String] {
    let arguments = node.parameters.arguments
    let duplicates =
      Self.duplicates(optionSpellings) + Self.duplicates(arguments.map(\.label))
      + Self.duplicates(node.children.map(\.name))
    var contradictions = duplicates.map { "'\(text)' declares \($0) twice" }
    // After an argument that may be left out, a required one could not be told from it.
    for (earlier, later) in zip(arguments, arguments.dropFirst()) {
      if case .repeated = earlier.multiplicity {
        contradictions.append("'\(text)': nothing is left for \(later.label)")
      } else if !earlier.multiplicity.isRequired, later.multiplicity.isRequired {
        contradictions.append("'\(text)': \(later.label) is required after an optional argument")
      }
    }
    return contradictions
  }

  private static func duplicates(_ names: [String]) -> [String] {
    Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
  }
}
