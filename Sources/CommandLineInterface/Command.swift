/// Something the tool does: its name, its words in help, its parameters, and what it runs.
///
/// A command's file reads from top to bottom:
/// ```swift
/// struct SleepCommand: Command {
///   let name = "sleep"
///   let abstract = "Learns the day."
///   let examples = ["circadian sleep ada --memory slots"]
///
///   let individual = Argument<String>("individual", help: "Who sleeps.")
///   let memory = Option("memory", default: MemoryKind.slots, help: "Where the night is kept.")
///
///   var parameters: ParameterList {
///     individual
///     Section("Memory") { memory }
///   }
///
///   func run(_ invocation: Invocation) async throws {
///     let name = invocation[individual]
///   }
/// }
/// ```
public protocol Command: Sendable {
  var name: String { get }
  /// One sentence for the list of commands.
  var abstract: String { get }
  /// Paragraphs, separated by empty lines, that stand below the abstract on the help page.
  var discussion: String { get }
  /// Command lines that work as they stand.
  var examples: [String] { get }
  @ParameterBuilder var parameters: ParameterList { get }

  func run(_ invocation: Invocation) async throws
}

extension Command {
  public var discussion: String { "" }
  public var examples: [String] { [] }
  public var parameters: ParameterList { ParameterList() }
}

/// Commands under a common name, such as `circadian tokenizer train`; groups may hold groups.
public struct CommandGroup: Sendable {
  package let name: String
  package let abstract: String
  package let discussion: String
  package let examples: [String]
  package let children: [CommandNode]

  public init(
    _ name: String, abstract: String, discussion: String = "", examples: [String] = [],
    @CommandBuilder commands: () -> [CommandNode]
  ) {
    self.name = name
    self.abstract = abstract
    self.discussion = discussion
    self.examples = examples
    children = commands()
  }
}

/// A place in the tree of commands.
public enum CommandNode: Sendable {
  case command(any Command)
  case group(CommandGroup)

  package var name: String {
    switch self {
    case .command(let command): command.name
    case .group(let group): group.name
    }
  }

  package var abstract: String {
    switch self {
    case .command(let command): command.abstract
    case .group(let group): group.abstract
    }
  }

  package var discussion: String {
    switch self {
    case .command(let command): command.discussion
    case .group(let group): group.discussion
    }
  }

  package var examples: [String] {
    switch self {
    case .command(let command): command.examples
    case .group(let group): group.examples
    }
  }

  package var children: [CommandNode] {
    switch self {
    case .command: []
    case .group(let group): group.children
    }
  }

  package var parameters: ParameterList {
    switch self {
    case .command(let command): command.parameters
    case .group: ParameterList()
    }
  }
}

/// Lists commands one a line.
@resultBuilder
public enum CommandBuilder {
  public static func buildExpression(_ command: some Command) -> [CommandNode] {
    [.command(command)]
  }

  public static func buildExpression(_ group: CommandGroup) -> [CommandNode] {
    [.group(group)]
  }

  public static func buildExpression(_ nodes: [CommandNode]) -> [CommandNode] {
    nodes
  }

  public static func buildBlock(_ parts: [CommandNode]...) -> [CommandNode] {
    parts.flatMap { $0 }
  }
}
