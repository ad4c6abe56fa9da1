import Testing
import Tools

@Suite struct ToolboxTests {
  struct Echo: Tool {
    var name = "echo"
    func run(_ argument: String) -> String { argument }
  }

  struct Failing: Tool {
    struct Reason: Error, CustomStringConvertible { var description: String { "no luck" } }
    let name = "fail"
    func run(_ argument: String) throws -> String { throw Reason() }
  }

  private let toolbox = Toolbox([Failing(), Echo(), Calculator()], resultLimit: 40)

  @Test func toolsAreAnnouncedInTheOrderOfTheirNames() {
    #expect(toolbox.announcement == "Tools: calculator, echo, fail.")
    #expect(Toolbox([Calculator()]).announcement == "Tools: calculator.")
    #expect(Toolbox().announcement == nil && Toolbox().isEmpty)
  }

  @Test func announcedNamesAreReadBack() throws {
    let announcement = try #require(toolbox.announcement)
    #expect(Toolbox.announcedNames(in: announcement) == ["calculator", "echo", "fail"])
    #expect(Toolbox.announcedNames(in: "Be brief.\nTools: lookup.\nNow.") == ["lookup"])
    #expect(Toolbox.announcedNames(in: "The Tools: none of them.") == [])
  }

  @Test(
    arguments: [
      ("calculator 512 + 349", "calculator", "512 + 349"), ("note  a b ", "note", "a b"),
      ("  lookup\nTavor Melkin", "lookup", "Tavor Melkin"), ("lookup", "lookup", ""),
      ("calculator(2)", "calculator(2)", ""),
    ])
  func callsAreANameAndTheRest(_ text: String, _ name: String, _ argument: String) throws {
    let call = try #require(ToolCall(text))
    #expect(call.name == name && call.argument == argument)
  }

  @Test func withoutANameThereIsNoCall() {
    #expect(ToolCall("") == nil && ToolCall(" \n") == nil)
  }

  @Test(
    arguments: [
      ("calculator 2 + 3", "5"), ("echo a", "a"), ("echo", ""), ("fail", "error: no luck"),
      ("", "error: a call begins with the name of a…"), ("x 1", "error: there is no tool 'x'"),
      ("Calculator 1", "error: there is no tool 'Calculator'"),
      ("echo a\n\n\tb\u{2028}c", "a b c"),
      (String(repeating: "x", count: 99), "error: there is no tool…"),
    ])
  func answersAreAlwaysALine(_ call: String, _ expected: String) {
    #expect(toolbox.answer(call) == expected)
  }

  @Test(
    arguments: [
      // 40 characters are a result as they are, 41 are not.
      ("0123456789 0123456789 0123456789 0123456", "0123456789 0123456789 0123456789 0123456"),
      ("0123456789 0123456789 0123456789 01234567", "0123456789 0123456789 0123456789…"),
      ("One is here. Two is here too. Three is long.", "One is here. Two is here too."),
      ("Pi is 3.14 and so on? Then it goes on and on.", "Pi is 3.14 and so on?"),
      ("This sentence has exactly 40 characters. Z", "This sentence has exactly 40 characters."),
      ("This sentence has exactly 41 characterss. Z", "This sentence has exactly 41…"),
      (String(repeating: "é", count: 60), String(repeating: "é", count: 39) + "…"),
    ])
  func longResultsEndWithASentence(_ text: String, _ expected: String) {
    let result = toolbox.answer("echo \(text)")
    #expect(result == expected)
    #expect(result.count <= 40)
  }
}
