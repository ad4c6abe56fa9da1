extension CompletionScript {
  /// One function for each place in the tree, built on zsh's `_arguments`.
  var zsh: String {
    """
    #compdef \(tool)
    # zsh completion for \(tool)

    \(places.map(zshFunction).joined(separator: "\n"))
    if [[ "${funcstack[1]}" == \(Self.quoted(function)) ]]; then
      \(function) "$@"
    else
      compdef \(function) \(tool)
    fi

    """
  }

  private func zshName(_ path: CommandPath) -> String {
    ([function] + path.names.dropFirst()).joined(separator: "_")
  }

  private func zshFunction(_ place: CommandPath) -> String {
    var specifications = place.options.flatMap(Self.zshOption)
    specifications.append("'(-h --help)'{-h,--help}" + Self.quoted("[Show help]"))
    if place.isRoot { specifications.append(Self.quoted("--version[Show the version]")) }
    specifications += place.node.parameters.arguments.map(Self.zshArgument)
    guard !place.node.children.isEmpty else {
      return """
        \(zshName(place))() {
          _arguments -S \\
            \(specifications.joined(separator: " \\\n    "))
        }

        """
    }
    specifications += [Self.quoted("1:command:->command"), Self.quoted("*::argument:->argument")]
    let children = place.node.children.map { child in
      Self.quoted("\(Self.zshEscaped(child.name)):\(child.abstract)")
    }
    let calls = place.node.children.map { child in
      "    \(Self.quoted(child.name))) \(zshName(place.child(child))) ;;"
    }
    return """
      \(zshName(place))() {
        local state line curcontext="$curcontext"
        local -a commands
        commands=(
          \(children.joined(separator: "\n    "))
        )
        _arguments -C -S \\
          \(specifications.joined(separator: " \\\n    "))
        case $state in
        command) _describe command commands ;;
        argument)
          case $words[1] in
      \(calls.joined(separator: "\n"))
          esac ;;
        esac
      }

      """
  }

  /// An option in the language of `_arguments`: `'--depth=[Layers.]:n:'`.
  private static func zshOption(_ option: ParameterSpecification) -> [String] {
    let help = "[\(zshEscaped(option.help))]"
    let value = option.kind == .option ? zshValue(option) : ""
    let suffix = option.kind == .option ? "=" : ""
    let repeated =
      switch option.multiplicity {
      case .repeated: "*"
      default: ""
      }
    var words = [quoted("\(repeated)\(option.label)\(suffix)\(help)\(value)")]
    if let negation = option.negation { words.append(quoted(negation + help)) }
    if let short = option.short { words.append(quoted("\(repeated)-\(short)\(help)\(value)")) }
    return words
  }

  private static func zshArgument(_ argument: ParameterSpecification) -> String {
    switch argument.multiplicity {
    case .required: quoted(zshValue(argument))
    case .optional: quoted(":" + zshValue(argument))
    case .repeated: quoted("*" + zshValue(argument))
    }
  }

  private static func zshValue(_ parameter: ParameterSpecification) -> String {
    let action =
      if !parameter.allowedValues.isEmpty {
        "(\(parameter.allowedValues.joined(separator: " ")))"
      } else {
        switch parameter.completion {
        case .none: " "
        case .files: "_files"
        case .folders: "_files -/"
        }
      }
    return ":\(zshEscaped(parameter.name)):\(action)"
  }

  private static func zshEscaped(_ text: String) -> String {
    text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
