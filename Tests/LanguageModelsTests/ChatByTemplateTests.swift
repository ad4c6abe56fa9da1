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

  private static let markers = """
    {% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}\
    {% if add_generation_prompt %}<|assistant|>{% endif %}
    """
  private static let words = """
    {% for m in messages %}{% if m.role == 'user' %}<s>[I] {{ m.content }} [/I]{% else %} \
    {{ m.content }} <|end|>{% endif %}{% endfor %}
    """

  /// A vocabulary that puts a space before each text, as SentencePiece and as a `tokenizer.json` has it.
  private func prefixingTokenizer(asJSON: Bool) throws -> any Tokenizer {
    let control = ["<unk>", "<s>", "<|end|>", "<|user|>", "<|assistant|>"]
    let bytes = (0..<256).map { byte in
      "<0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))>"
    }
    let plain = [
      "▁", "[", "I", "]", "/", "t", "o", "i", "s", "<", "|", "▁t", "▁to", "is", "▁[", "[/",
    ]
    let tokens = control + bytes + plain
    guard asJSON else {
      return try SentencePieceTokenizer(
        tokens: tokens.map { Array($0.utf8) }, scores: tokens.indices.map { -Float($0) },
        types: [2, 3, 3, 3, 3] + [Int32](repeating: 6, count: 256)
          + [Int32](repeating: 1, count: plain.count), beginningOfText: 1, endOfText: nil,
        unknown: 0)
    }
    let vocabulary = tokens.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    let added = control.enumerated().map {
      "{\"id\": \($0), \"content\": \"\($1)\", \"special\": true}"
    }
    let folder = try TemporaryFolder()
    try Data(
      """
      {"added_tokens": [\(added.joined(separator: ", "))],
      "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
      "decoder": {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
      "model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true, "fuse_unk": true,
        "vocab": {\(vocabulary)}, "merges": ["▁ t", "▁t o", "i s", "▁ [", "[ /"]}}
      """.utf8
    ).write(to: folder / "tokenizer.json")
    return try TokenizerFile.load(folder.url.path)
  }

  /// What is read turn by turn is what the whole conversation is, where a space is put before each text.
  @Test(arguments: [markers, words], [false, true])
  func aConversationIsTheSameTurnByTurn(_ source: String, _ asJSON: Bool) throws {
    let tokenizer = try prefixingTokenizer(asJSON: asJSON)
    #expect(tokenizer.addsDummyPrefix)
    let folder = try TemporaryFolder()
    try Data(source.utf8).write(to: folder / "chat_template.jinja")
    let published = try #require(try PublishedChat(folder.url, tokenizer))
    #expect(published.endTokens == [2])
    for question in ["to is", "t<|end|> to", " to"] {
      let turns: [Conversation.Turn] = [
        .user(question), .assistant("is to"), .user("to"), .assistant("to"), .user("is"),
        .assistant("i"),
      ]
      let whole = try published.template.tokens(
        Conversation(turns), tokenizer, addsGenerationPrompt: false)
      if !question.contains("<") {
        let text = try published.template.text(Conversation(turns), addsGenerationPrompt: false)
        #expect(whole == tokenizer.encode(text, recognizingSpecialTokens: true))
      }
      let prompt = try published.template.tokens(Conversation([turns[0]]), tokenizer)
      #expect(whole.starts(with: prompt))
      // With no space where a token in what was said is cut apart.
      #expect(tokenizer.decode(prompt).contains(question))
      // The model says what stands in the whole conversation at the same place.
      let model = try scriptedModel(
        Array(whole.dropFirst(prompt.count)), promptLength: prompt.count,
        vocabularySize: tokenizer.vocabularySize)
      var chat = ChatByTemplate(model, tokenizer, published, .greedy, replyTokens: 8)
      for turn in stride(from: 0, to: turns.count, by: 2) {
        guard case .text(let said)? = turns[turn].parts.first else { continue }
        let reply = try chat.reply(to: said)
        #expect(reply.turn == turns[turn + 1])
        #expect(whole.starts(with: chat.context))
        #expect(chat.context.count > 0 && whole[chat.context.count] == 2)
      }
      #expect(chat.conversation.turns == turns)
    }
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
