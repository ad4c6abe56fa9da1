import Foundation
import LanguageModels
import Synchronization
import Tensors
import Testing
import Tokenizers
import Tools

@Suite struct ReplyWriterTests {
  private let format = chatFormat

  /// A writer whose model says `script` after what it is asked.
  private func writer(
    _ script: [Int32], after conversation: Conversation, tools: String? = nil
  ) throws -> ReplyWriter {
    let announced = tools.map { [Conversation.Turn.system($0)] } ?? []
    let prompt = format.prompt(Conversation(announced + conversation.turns))
    let model = try scriptedModel(
      script, promptLength: prompt.count, vocabularySize: format.tokenizer.vocabularySize)
    return ReplyWriter(
      DirectReader(model), format.tokenizer, .turns(format), ContextStore(model))
  }

  private func greedy(_ conversation: Conversation) -> ReplyRequest {
    var request = ReplyRequest(conversation)
    request.sampling.temperature = 0
    return request
  }

  private let asked = Conversation([.user("Who?")])

  private func said(_ text: String) -> [Int32] { format.words(text) + [format.end] }

  @Test func wordsComeAsTheyAreWritten() throws {
    let writer = try writer(said("naïve 🙂 Ada"), after: asked)
    var pieces: [Conversation.Part] = []
    let reply = try writer.reply(to: greedy(asked), emit: { pieces.append($0) })
    #expect(reply.turn == .assistant("naïve 🙂 Ada") && reply.ending == .endOfText)
    #expect(pieces.count > 3)
    #expect(
      pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined() == "naïve 🙂 Ada")
    #expect(reply.promptTokens == format.prompt(asked).count && reply.heldTokens == 0)
  }

  @Test func ownToolsAreAnsweredWhereTheyAreCalled() throws {
    let call = [format.call] + format.words("calculator 2+3") + [format.endCall]
    let result = format.resultTokens("5")
    // What the model would say where the result stands is passed over.
    let script = call + result + said("5.")
    let writer = try writer(script, after: asked, tools: "Tools: calculator.")
    var request = greedy(asked)
    request.tools = .own(Toolbox([Calculator()]))
    let reply = try writer.reply(to: request)
    #expect(
      reply.turn.parts == [.call("calculator 2+3"), .result("5"), .text("5.")])
  }

  @Test func aCallOfTheCallersToolEndsTheReply() throws {
    let call = [format.call] + format.words("weather in Arles") + [format.endCall]
    let writer = try writer(call + said("No."), after: asked, tools: "Tools: weather.")
    var request = greedy(asked)
    request.tools = .callers([ToolDefinition(name: "weather", description: "")])
    let reply = try writer.reply(to: request)
    #expect(reply.ending == .call && reply.turn.parts == [.call("weather in Arles")])
  }

  @Test func stopStringsAndLimitsEndIt() throws {
    var request = greedy(asked)
    request.stops = ["know"]
    let stopped = try writer(said("I do not know it."), after: asked).reply(to: request)
    #expect(stopped.turn.text == "I do not " && stopped.ending == .stopString)
    request.stops = []
    request.tokens = 2
    let cut = try writer(said("I do not know it."), after: asked).reply(to: request)
    #expect(cut.ending == .length && cut.writtenTokens == 2)
    var count = 0
    let interrupted = try writer(said("I do not know it."), after: asked).reply(
      to: greedy(asked),
      isInterrupted: {
        count += 1
        return count > 3
      })
    #expect(interrupted.ending == .interrupted && !interrupted.turn.text.isEmpty)
  }

  @Test func scoresAreOfTheTokensThatWereWritten() throws {
    var request = greedy(asked)
    request.alternatives = 2
    let reply = try writer(said("Ada"), after: asked).reply(to: request)
    #expect(String(decoding: reply.scores.flatMap(\.bytes), as: UTF8.self) == " Ada")
    for score in reply.scores {
      #expect(score.alternatives.count == 2 && score.logProbability <= 0)
      // Greedily the likeliest is taken.
      #expect(score.alternatives[0].bytes == score.bytes)
      #expect(score.alternatives[0].logProbability == score.logProbability)
      #expect(score.alternatives[1].logProbability <= score.logProbability)
    }
  }

  @Test func theNextTurnReadsOnlyWhatIsNew() throws {
    let model = try randomModel(
      .gpt(
        depth: 1, vocabularySize: format.tokenizer.vocabularySize, contextLength: 256))
    let writer = ReplyWriter(
      DirectReader(model), format.tokenizer, .turns(format), ContextStore(model))
    var request = ReplyRequest(asked)
    request.seed = 7
    request.tokens = 12
    let first = try writer.reply(to: request)
    request.conversation.turns += [first.turn, .user("And then?")]
    let second = try writer.reply(to: request)
    // All but what the last reply's end and the new words are.
    #expect(second.heldTokens >= first.promptTokens)
    #expect(second.heldTokens < second.promptTokens)
    let alone = try ReplyWriter(
      DirectReader(model), format.tokenizer, .turns(format), ContextStore(model)
    ).reply(to: request)
    #expect(alone.heldTokens == 0 && alone.turn == second.turn)
  }

  @Test func whatTheContextHasNoRoomForIsLeftOutInHalves() throws {
    let model = try randomModel(
      .gpt(
        depth: 1, vocabularySize: format.tokenizer.vocabularySize, contextLength: 128))
    var writer = ReplyWriter(
      DirectReader(model), format.tokenizer, .turns(format), ContextStore(model))
    let noted = Mutex([[Conversation.Turn]]())
    writer.takeNotes = { leaving, _ in
      noted.withLock { $0.append(leaving) }
      return ["I am Ada."]
    }
    var request = ReplyRequest(Conversation([.system("Be brief.")]))
    request.tokens = 8
    var forgotten: [Int] = []
    for number in 0..<24 {
      request.conversation.turns.append(.user("the answer is \(number)"))
      let reply = try writer.reply(to: request)
      #expect(reply.promptTokens + 8 <= 128)
      forgotten.append(reply.forgottenTurns)
      request.conversation.turns.append(.assistant("it is"))
    }
    #expect(forgotten.first == 0 && forgotten.last! > 10)
    // In halves: most turns leave nothing out that was not left out before.
    #expect(zip(forgotten, forgotten.dropFirst()).count { $0 != $1 } < 12)
    #expect(forgotten == forgotten.sorted())
    #expect(noted.withLock { $0.last?.count } == forgotten.last)
    request.conversation.turns = [.user(String(repeating: "very long ", count: 200))]
    #expect(throws: ChatError.self) { try writer.reply(to: request) }
  }

  @Test func askedForJSONItWritesNothingElse() throws {
    let model = try randomModel(
      .gpt(
        depth: 1, vocabularySize: format.tokenizer.vocabularySize, contextLength: 256))
    let writer = ReplyWriter(
      DirectReader(model), format.tokenizer, .turns(format), ContextStore(model))
    var complete = 0
    for seed in 0..<8 {
      var request = ReplyRequest(asked)
      request.isJSON = true
      request.tokens = 200
      request.seed = UInt64(seed)
      let reply = try writer.reply(to: request)
      guard reply.ending == .endOfText else { continue }
      complete += 1
      let object = try JSONSerialization.jsonObject(with: Data(reply.turn.text.utf8))
      #expect(object is [String: Any])
    }
    #expect(complete > 0)
  }
}
