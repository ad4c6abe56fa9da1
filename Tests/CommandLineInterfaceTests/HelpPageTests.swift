import CommandLineInterface
import Testing

@Suite("Help")
struct HelpPageTests {
  @Test("the page of a command, whole")
  func command() async throws {
    let outcome = try await run("probe", "--help")
    #expect(outcome.code == 0)
    #expect(outcome.messages.isEmpty)
    #expect(
      outcome.output == """
        Report every parameter.

        The first paragraph.

        The second paragraph.

        Usage
          circadian probe --rank <n> <individual> [<file>...] [options]

        Arguments
          <individual>  Who is probed.
          <file>        What is read.

        Options
          -r, --rank <n>         The rank. (must be between 1 and 64; required)
          --rate <x>             The learning rate. (must be above 0; default: 0.5)
          --nights <n>           How many nights. (must be at least 1)
          --prompt <text>        What comes first.
          --core <path>          The core's file.
          --strict <true|false>  Whether to be strict. (default: true)
          -f, --overwrite        Replace what exists.

        Memory
          --memory <slots|lora|both>  Where the night is kept. (default: slots)
          --layer <n>                 A layer to look at. (may be repeated)
          --[no-]bf16                 Multiply in bf16. (default: on)

        Options of every command
          --json         Report as one JSON document on standard output.
          --seed <n>     The seed of every random draw. (default: 1337)
          -q, --quiet    No progress and no messages other than warnings and errors.
          --home <path>  The folder that everything is kept in, instead of the usual
                         one.
          --profile      Say at the end where the time went, operation by operation.
          -h, --help     Show this page.

        Examples
          circadian probe ada --rank 3

        """)
  }

  @Test("the root and groups list their commands")
  func groups() async throws {
    let root = try await run("-h").output
    #expect(root.contains("Usage\n  circadian <command> [options]\n"))
    #expect(root.contains("\n  tokenizer    Train and use tokenizers.\n"))
    #expect(root.contains("\n  completions  Print the completions for a shell.\n"))
    #expect(root.contains("--version"))
    let group = try await run("tokenizer", "-h").output
    #expect(group.contains("\n  circadian tokenizer <command> [options]\n"))
    #expect(group.contains("\n  vocabulary  Look at words.\n"))
    #expect(!group.contains("--version"))
  }

  @Test("help comes before complaints about what is missing or wrong")
  func beforeErrors() async throws {
    #expect(try await run("probe", "--rank", "x", "--help").code == 0)
    #expect(try await run("probe", "--prompt", "--help").code == 64)
  }

  @Test("the page fits the width it is given", arguments: [40, 60, 80, 100, 300])
  func width(columns: Int) {
    let narrow = Terminal(fileDescriptor: -1, environment: ["COLUMNS": "\(columns)"])
    #expect(narrow.width == columns)
    let root = CommandGroup("circadian", abstract: String(repeating: "word ", count: 99)) {
      ProbeCommand()
    }
    let page = HelpPage(CommandPath(root: root), terminal: narrow).text
    let longest = page.split(separator: "\n").map(\.displayWidth).max() ?? 0
    #expect(longest <= min(columns, 100))
    #expect(longest > min(columns, 100) - 16)
  }

  @Test("paragraphs are wrapped by columns, and words are never broken")
  func wrapping() {
    #expect(TextWrapping.lines("one two  three", width: 7) == ["one two", "three"])
    #expect(TextWrapping.lines("one\ntwo\n\n\n three", width: 80) == ["one two", "", "three"])
    #expect(TextWrapping.lines("a indivisible b", width: 4) == ["a", "indivisible", "b"])
    #expect(TextWrapping.lines("日本 日本", width: 8) == ["日本", "日本"])
    #expect(TextWrapping.lines("日本 日本", width: 9) == ["日本 日本"])
    #expect(TextWrapping.lines("", width: 9) == [])
  }
}
