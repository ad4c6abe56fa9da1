#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One run of a command: the values of its parameters, and where its words go.
///
/// A command's result goes to `output` and nothing else does; progress, notes and warnings go to
/// `messages`, so that the result can be piped.
public struct Invocation: Sendable {
  /// The command as it was called: "circadian tokenizer train".
  public let command: String
  /// Standard output.
  public let output: Terminal
  /// Standard error.
  public let messages: Terminal
  public let environment: [String: String]
  package let tool: CommandLineTool
  private let values: ParameterValues

  package init(
    command: String, values: ParameterValues, tool: CommandLineTool, output: Terminal,
    messages: Terminal, environment: [String: String]
  ) {
    self.command = command
    self.values = values
    self.tool = tool
    self.output = output
    self.messages = messages
    self.environment = environment
  }

  /// The value of a parameter that the command lists in its `parameters`.
  public subscript<Key: Parameter>(_ parameter: Key) -> Key.Value {
    guard let value = values.value(of: parameter) else {
      preconditionFailure(
        "'\(command)' reads \(parameter.specification.label) but does not list it in its parameters"
      )
    }
    return value
  }
}

extension Invocation {
  public var wantsJSON: Bool { self[CommonOptions.json] }
  public var seed: UInt64 { self[CommonOptions.seed] }
  public var isQuiet: Bool { self[CommonOptions.quiet] }

  /// The folder that everything is kept in; it need not exist yet.
  public var home: URL {
    self[CommonOptions.home]
      ?? CommonOptions.defaultHome(tool: tool.root.name, environment: environment)
  }
}

extension Invocation {
  /// Reports the command's result: `document` with `--json`, otherwise `text`.
  ///
  /// Called once, at the end: standard output then holds exactly one JSON document.
  public func report(_ document: some Encodable, text: () throws -> String) throws {
    if wantsJSON {
      try emit(json: document)
    } else {
      try output.writeLine(text())
    }
  }

  /// Writes `document` as JSON with sorted keys and a final line break.
  public func emit(json document: some Encodable) throws {
    try output.write(JSONDocument.text(document))
  }

  /// Tells the user something that is not part of the result; silent with `--quiet`.
  public func note(_ message: String) {
    if !isQuiet { messages.tryWriteLine(message) }
  }

  /// Tells the user of something that may be wrong, `--quiet` or not.
  public func warn(_ message: String) {
    messages.tryWriteLine("\(messages.styled("warning:", .bold)) \(message)")
  }

  /// A progress bar on standard error, silent with `--quiet`.
  public func progress(
    _ title: String, total: Int, startingAt completed: Int = 0, unit: String = "steps"
  ) -> ProgressBar {
    ProgressBar(
      title, total: total, startingAt: completed, unit: unit, terminal: isQuiet ? nil : messages)
  }
}
