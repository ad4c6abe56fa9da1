extension CompletionScript {
  /// One `complete` line for each option and command, on the condition of the place it stands at.
  var fish: String {
    """
    # fish completion for \(tool)
    function _\(function)_at
      set -l path \(Self.fishQuoted(tool))
      set -l skip 0
      for word in (commandline -opc)[2..-1]
        if test $skip = 1
          set skip 0
          continue
        end
        switch "$path $word"
          case \(fishWords(places.flatMap(Self.valueSpellings)))
            set skip 1
          case \(fishWords(places.filter { !$0.isRoot }.map(\.text)))
            set path "$path $word"
        end
      end
      test "$path" = "$argv"
    end

    complete -c \(tool) -f
    \(places.flatMap(fishLines).joined(separator: "\n"))

    """
  }

  private func fishWords(_ words: [String]) -> String {
    words.map(Self.fishQuoted).joined(separator: " ")
  }

  private static func valueSpellings(at place: CommandPath) -> [String] {
    place.valueOptions.flatMap(\.spellings).map { "\(place.text) \($0)" }
  }

  private func fishLines(_ place: CommandPath) -> [String] {
    let start = "complete -c \(tool) -n \(Self.fishQuoted("_\(function)_at \(place.text)"))"
    var lines = place.node.children.map {
      "\(start) -a \($0.name) -d \(Self.fishQuoted($0.abstract))"
    }
    lines += place.node.parameters.arguments.compactMap { argument in
      Self.fishValue(argument).map { start + $0 }
    }
    for option in place.options {
      let short = option.short.map { " -s \($0)" } ?? ""
      let value = option.kind == .option ? Self.fishValue(option) ?? " -x" : ""
      let help = " -d " + Self.fishQuoted(option.help)
      lines.append("\(start)\(short) -l \(option.name)\(value)\(help)")
      if option.negation != nil { lines.append("\(start) -l no-\(option.name)\(help)") }
    }
    lines.append("\(start) -s h -l help -d 'Show help'")
    if place.isRoot { lines.append("\(start) -l version -d 'Show the version'") }
    return lines
  }

  /// What is offered for a value; nil where nothing is.
  private static func fishValue(_ parameter: ParameterSpecification) -> String? {
    let exclusive = parameter.kind == .option ? " -x" : ""
    if !parameter.allowedValues.isEmpty {
      return "\(exclusive) -a \(fishQuoted(parameter.allowedValues.joined(separator: " ")))"
    }
    return switch parameter.completion {
    case .none: nil
    case .files: parameter.kind == .option ? " -r -F" : " -F"
    case .folders: exclusive + " -a '(__fish_complete_directories)'"
    }
  }

  /// In fish's single quotes the backslash and the quote itself are escaped by a backslash.
  private static func fishQuoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
