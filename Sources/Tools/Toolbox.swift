/// The tools that a model may call, and the one way to call them: text in, text out, never an error.
public struct Toolbox: Sendable {
  /// In the order of their names.
  public let tools: [any Tool]
  /// The most characters of a result.
  public let resultLimit: Int

  /// The most characters of a result where nothing else is said.
  public static let usualResultLimit = 300

  /// - Precondition: no two tools have one name.
  public init(_ tools: [any Tool] = [], resultLimit: Int = usualResultLimit) {
    self.tools = tools.sorted { $0.name < $1.name }
    self.resultLimit = max(resultLimit, 1)
    precondition(Set(tools.map(\.name)).count == tools.count, "two tools of one name")
  }

  public var isEmpty: Bool { tools.isEmpty }

  /// What a system turn says of the tools, `Tools: calculator, lookup.`; nil when there are none.
  public var announcement: String? {
    tools.isEmpty ? nil : Self.announcement(of: tools.map(\.name))
  }

  /// What a system turn says of tools of these names.
  public static func announcement(of names: [String]) -> String {
    "\(announcementStart)\(names.joined(separator: ", "))."
  }

  /// The names of the tools that a system turn announces; none where it announces none.
  public static func announcedNames(in text: String) -> [String] {
    guard
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(announcementStart) })
    else { return [] }
    return line.dropFirst(announcementStart.count).split { ",. ".contains($0) }.map(String.init)
  }

  private static let announcementStart = "Tools: "

  /// What a call gives back: a line of text no longer than ``resultLimit``.
  ///
  /// What goes wrong is a result too, `error: there is no tool 'x'`, for the model to read.
  public func answer(_ call: String) -> String {
    guard let call = ToolCall(call) else {
      return line("error: a call begins with the name of a tool")
    }
    guard let tool = tools.first(where: { $0.name == call.name }) else {
      return line("error: there is no tool '\(call.name.prefix(Self.longestName))'")
    }
    do {
      return line(try tool.run(call.argument))
    } catch {
      return line("error: \(error)")
    }
  }

  /// A longer name is not one of a tool, and repeating all of it helps nobody.
  private static let longestName = 32

  /// One line, cut to the limit.
  private func line(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace)
    return ResultText.cut(words.joined(separator: " "), to: resultLimit)
  }
}
