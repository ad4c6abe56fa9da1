extension CompletionScript {
  /// Bash 3.2 or newer, the one on macOS included: no associative arrays, no `compopt`.
  ///
  /// Bash splits `--name=value` into three words, so that `=` has to be stepped over.
  var bash: String {
    """
    # bash completion for \(tool)
    \(function)() {
      local current="${COMP_WORDS[COMP_CWORD]}" path=\(Self.quoted(tool)) option="" word index
      for ((index = 1; index < COMP_CWORD; index++)); do
        word="${COMP_WORDS[index]}"
        if [[ -n $option ]]; then
          [[ $word == "=" ]] || option=""
          continue
        fi
        case "$path $word" in
    \(Self.cases(transitions, "path=\"$path $word\""))\
    \(Self.cases(places.flatMap(Self.valueSpellings), "option=\"$word\""))\
        esac
      done
      COMPREPLY=()
      if [[ -n $option ]]; then
        [[ $current == "=" ]] && current=""
        case "$path $option" in
    \(places.flatMap { place in place.valueOptions.map { Self.valueCase(place, $0) } }.joined())\
        esac
      elif [[ $current == -* ]]; then
        case "$path" in
    \(places.map { Self.words([$0.text], $0.optionSpellings) }.joined())\
        esac
      else
        case "$path" in
    \(places.map { Self.words([$0.text], Self.wordsExpected(at: $0)) }.joined())\
        esac
      fi
    }
    complete -o default -F \(function) \(tool)

    """
  }

  private var transitions: [String] { places.filter { !$0.isRoot }.map(\.text) }

  private static func valueSpellings(at place: CommandPath) -> [String] {
    place.valueOptions.flatMap(\.spellings).map { "\(place.text) \($0)" }
  }

  private static func wordsExpected(at place: CommandPath) -> [String] {
    place.node.children.map(\.name) + place.node.parameters.arguments.flatMap(\.allowedValues)
  }

  private static func valueCase(_ place: CommandPath, _ option: ParameterSpecification) -> String {
    let patterns = option.spellings.map { "\(place.text) \($0)" }
    if case .folders = option.completion {
      return cases(patterns, "local IFS=$'\\n'; COMPREPLY=($(compgen -d -- \"$current\"))")
    }
    return words(patterns, option.allowedValues)
  }

  private static func words(_ patterns: [String], _ words: [String]) -> String {
    let list = quoted(words.joined(separator: " "))
    return words.isEmpty
      ? "" : cases(patterns, "COMPREPLY=($(compgen -W \(list) -- \"$current\"))")
  }

  private static func cases(_ patterns: [String], _ action: String) -> String {
    patterns.isEmpty
      ? "" : "      " + patterns.map(quoted).joined(separator: " | ") + ")\n        \(action) ;;\n"
  }
}
