/// A shell that completions are written for.
public enum Shell: String, CaseIterable, CommandLineValue {
  case bash, zsh, fish
}

/// Prints a script that teaches a shell the tool's commands, options and values.
struct CompletionsCommand: Command {
  let tool: String

  let name = "completions"
  let abstract = "Print the completions for a shell."
  var discussion: String {
    """
    bash: eval the output in ~/.bashrc.

    zsh: save the output as _\(tool) in a folder of $fpath, or eval it after compinit.

    fish: save the output as ~/.config/fish/completions/\(tool).fish.
    """
  }
  var examples: [String] { ["eval \"$(\(tool) completions bash)\""] }

  let shell = Argument<Shell>("shell", help: "The shell to write for.")

  var parameters: ParameterList { shell }

  func run(_ invocation: Invocation) async throws {
    let script = CompletionScript(root: invocation.tool.root)
    try invocation.output.write(script.text(for: invocation[shell]))
  }
}
