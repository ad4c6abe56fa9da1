/// Completions for a tree of commands; each shell's script is in an extension of its own.
package struct CompletionScript {
  /// Every place in the tree, parents before their children.
  let places: [CommandPath]
  let tool: String

  package init(root: CommandGroup) {
    tool = root.name
    places = CommandPath(root: root).withDescendants
  }

  package func text(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  /// The tool's name as part of a shell function's name.
  var function: String {
    "_" + tool.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }.joined()
  }

  /// The text as one word of a POSIX shell.
  static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }
}

extension CommandPath {
  /// The spellings of every option here, `--help` and the root's `--version` among them.
  var optionSpellings: [String] {
    options.flatMap(\.spellings) + ["-h", "--help"] + (isRoot ? ["--version"] : [])
  }

  /// The options here that take a value.
  var valueOptions: [ParameterSpecification] {
    options.filter { $0.kind == .option }
  }
}
