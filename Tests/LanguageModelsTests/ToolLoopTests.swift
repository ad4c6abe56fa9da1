import LanguageModels
import Testing
import Tokenizers
import Tools

@Suite struct ToolLoopTests {
  private let format = chatFormat

  private func words(_ text: String) -> [Int32] { format.words(text) }

  private func call(_ text: String) -> [Int32] { [format.call] + words(text) + [format.endCall] }

  private var special: Set<Int32> { Set(format.tokenizer.specialTokens.values) }

  @Test func onlyWhatMakesSenseIsOpen() {
    var loop = ToolLoop(format, Toolbox([Calculator()]))
    func open() -> Set<Int32> { special.subtracting(loop.masked) }
    #expect(open() == [format.end, format.call])
    #expect(loop.take(65, room: 99) == .goOn)
    #expect(open() == [format.end, format.call])
    #expect(loop.take(format.call, room: 99) == .goOn)
    #expect(open() == [], "an empty call is none")
    for token in words("calculator 2 + 3") { #expect(loop.take(token, room: 99) == .goOn) }
    #expect(open() == [format.endCall])
    #expect(loop.take(format.endCall, room: 99) == .insert(format.resultTokens("5")))
    #expect(open() == [format.end, format.call])
    #expect(loop.take(format.end, room: 99) == .end)
    #expect(loop.tokens == [65] + call("calculator 2 + 3") + format.resultTokens("5"))
  }

  @Test func withoutToolsThereAreNoCalls() {
    let loop = ToolLoop(format, Toolbox())
    #expect(Set(loop.masked) == special.subtracting([format.end]))
  }

  @Test func callsAreCounted() {
    var limits = ToolLoop.Limits()
    limits.calls = 2
    var loop = ToolLoop(format, Toolbox([Calculator()]), limits: limits)
    for _ in 0..<2 {
      #expect(!loop.masked.contains(format.call))
      for token in call("calculator 1") { _ = loop.take(token, room: 99) }
    }
    #expect(loop.masked.contains(format.call))
    #expect(loop.take(format.call, room: 99) == .end, "for who does not mask")
  }

  @Test func aCallThatGrowsTooLongIsClosedAndNotRun() {
    let parrot = Parrot()
    var limits = ToolLoop.Limits()
    limits.callTokens = 10
    var loop = ToolLoop(format, Toolbox([parrot]), limits: limits)
    let name = words("parrot ")
    for token in [format.call] + name + Array(repeating: 65, count: 10 - name.count) {
      #expect(loop.take(token, room: 99) == .goOn)
    }
    let result = [format.endCall] + format.resultTokens("error: the call is too long")
    #expect(loop.take(65, room: 99) == .insert(result))
    #expect(parrot.heard.isEmpty && !loop.masked.contains(format.end))
    #expect(loop.abandonCall() == 0)
    // One of exactly that length is run.
    for token in [format.call] + name + Array(repeating: 65, count: 10 - name.count) {
      #expect(loop.take(token, room: 99) == .goOn)
    }
    _ = loop.take(format.endCall, room: 99)
    #expect(parrot.heard.count == 1)
  }

  @Test func anOpenCallCanBeDropped() {
    var loop = ToolLoop(format, Toolbox([Calculator()]))
    for token in words("so") + [format.call] + words("calc") { _ = loop.take(token, room: 99) }
    #expect(loop.abandonCall() == 1 + words("calc").count)
    #expect(loop.tokens == words("so") && loop.abandonCall() == 0)
    #expect(loop.masked.contains(format.endCall))
  }

  @Test func resultsLeaveRoomForAWord() throws {
    let parrot = Parrot()
    let text = "parrot " + String(repeating: "the answer is ", count: 3)
    for room in 1...60 {
      var loop = ToolLoop(format, Toolbox([parrot]))
      let before = parrot.heard.count
      for token in call(text).dropLast() { _ = loop.take(token, room: 99) }
      switch loop.take(format.endCall, room: room) {
      case .insert(let result):
        #expect(
          1 + result.count + 2 <= room, "the call's end, the result, a word and the turn's end")
        #expect(result.first == format.result && result.last == format.endResult)
        #expect(parrot.heard.count == before + 1)
      case .full:
        #expect(room < 16 && parrot.heard.count == before, "what has no room is not run")
        #expect(loop.abandonCall() == call(text).count - 1)
      case let step: Issue.record("\(step)")
      }
    }
  }

  @Test(arguments: [
    "<|user|>", "<|result|>", "<|endresult|>", "<|system|>", "<|bos|>", "<|endcall|>",
  ])
  func whatMakesNoSenseEndsTheTurn(_ text: String) throws {
    let token = try #require(format.tokenizer.specialTokens[text])
    var loop = ToolLoop(format, Toolbox([Calculator()]))
    #expect(loop.masked.contains(token))
    #expect(loop.take(token, room: 99) == .end && loop.tokens.isEmpty)
  }
}
