import Foundation
import LanguageModels
import Templates
import TestSupport
import Testing
import Tokenizers
import Tools

@Suite struct ChatByTemplateTests {
  private static let template = """
    {% for message in messages %}{{ message.role[0] }}{{ message.content }}
    {% endfor %}{% if add_generation_prompt %}a{% endif %}
    """

  private func chat(
    _ template: String = template, tokens: Int = 4
  ) throws -> (fixture: PublishedFixture, chat: ChatByTemplate) {
    let fixture = try PublishedFixture("llama")
    try Data(template.utf8).write(to: fixture.temporary / "chat_template.jinja")
    let opened = try LanguageModel.open(fixture.url)
    let published = try #require(try PublishedChat(fixture.url, opened.tokenizer))
    var sampling = Sampling()
    sampling.temperature = 0
    return (
      fixture,
      ChatByTemplate(
        opened.model, opened.tokenizer, published, Sampler(sampling, seed: 3), replyTokens: tokens)
    )
  }

  @Test func turnsFollowEachOther() throws {
    var (_, chat) = try chat()
    let first = try chat.reply(to: "as")
    let second = try chat.reply(to: "and so")
    #expect(chat.conversation.turns.map(\.role) == [.user, .assistant, .user, .assistant])
    #expect(chat.conversation.turns[1] == first.turn && chat.conversation.turns[3] == second.turn)
    #expect(first.forgottenTurns == 0)
  }

  /// What is said next follows the whole conversation, whatever of it the context held already.
  @Test func aReplyFollowsTheWholeConversation() throws {
    var (fixture, chat) = try chat()
    let first = try chat.reply(to: "as")
    let second = try chat.reply(to: "and so")
    let opened = try LanguageModel.open(fixture.url)
    let published = try #require(try PublishedChat(fixture.url, opened.tokenizer))
    var generator = Generator(opened.model, opened.tokenizer)
    generator.read(
      try published.template.tokens(
        Conversation([.user("as"), first.turn, .user("and so")]), opened.tokenizer))
    var sampling = Sampling()
    sampling.temperature = 0
    var sampler = Sampler(sampling, seed: 3)
    var reader = TokenReplyReader(published.template.replyFormat, opened.tokenizer)
    var events: [ReplyEvent] = []
    for _ in 0..<4 {
      let token = generator.next(&sampler, masked: [])
      if published.endTokens.contains(token) { break }
      events += reader.append(token)
      generator.read([token])
    }
    #expect((events + reader.finish()).parts == second.turn.parts)
  }

  @Test func aFullContextForgetsTheOldestTurns() throws {
    var (_, chat) = try chat()
    var forgotten = 0
    for _ in 0..<8 { forgotten += try chat.reply(to: "as it was").forgottenTurns }
    #expect(forgotten > 0 && forgotten % 2 == 0)
    #expect(chat.conversation.turns.count == 16 - forgotten)
  }

  @Test func whatTheTemplateDoesNotTakeLeavesTheConversationAsItWas() throws {
    var (_, chat) = try chat("{{ raise_exception('not today') }}")
    let error = #expect(throws: TemplateError.self) { try chat.reply(to: "as it was") }
    #expect(error?.description.contains("not today") == true)
    #expect(chat.conversation.turns.isEmpty)
  }

  @Test func aModelWithoutATemplateHasNone() throws {
    let fixture = try PublishedFixture("llama")
    #expect(try PublishedChat(fixture.url, smallTokenizer)?.endTokens == nil)
  }

  @Test func turnsEndWhereTheConfigurationSays() throws {
    let fixture = try PublishedFixture("llama")
    try Data(Self.template.utf8).write(to: fixture.temporary / "chat_template.jinja")
    try Data(#"{"eos_token_id": [7, 9]}"#.utf8).write(
      to: fixture.temporary / "generation_config.json")
    let chat = try #require(try PublishedChat(fixture.url, smallTokenizer))
    #expect(chat.endTokens.isSuperset(of: [2, 7, 9]))
  }
}
