import Templates
import Testing
import Tokenizers

@Suite struct ReplyFormatTests {
  private func format(_ family: String) throws -> ReplyFormat {
    try ChatTemplateTests.template(family).replyFormat
  }

  @Test func formatsAreKnownByTheTemplate() throws {
    let think = ReplyFormat.Markers("<think>", "</think>")
    let hermes = ReplyFormat.Markers("<tool_call>", "</tool_call>")
    let expected: [String: ReplyFormat] = [
      "llama-2": ReplyFormat(), "chatml": ReplyFormat(), "gemma-3": ReplyFormat(),
      "llama-3": ReplyFormat(calls: .init("<|python_tag|>", nil), isBareJSONCall: true),
      "mistral-v3": ReplyFormat(calls: .init("[TOOL_CALLS]", nil)),
      "qwen-2.5": ReplyFormat(calls: hermes),
      "qwen-3": ReplyFormat(reasoning: think, calls: hermes),
      "smollm-3": ReplyFormat(reasoning: think),
      "phi-4-mini": ReplyFormat(calls: .init("<|tool_call|>", "<|/tool_call|>")),
      "command-r": ReplyFormat(calls: .init("Action: ```json", "```")),
      "deepseek-r1": ReplyFormat(
        reasoning: think, calls: .init("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>")),
    ]
    for (family, expected) in expected { #expect(try format(family) == expected, "\(family)") }
    #expect(try format("granite-3").calls?.opening == "<|tool_call|>")
  }

  struct Case: Sendable {
    var family: String
    var reply: String
    var parts: [Conversation.Part]
  }

  private static let weather = Conversation.Part.call(#"weather {"place": "Århus", "days": 2}"#)
  private static let sum = Conversation.Part.call(#"calculator {"sum": "2 < 3"}"#)
  private static let cases: [Case] = [
    Case(family: "chatml", reply: " Just <think> words. \n", parts: [.text("Just <think> words.")]),
    Case(
      family: "qwen-3", reply: "<think>\nHm, {so}.\n\n</think>\n\nYes. <b> <tool\n",
      parts: [.reasoning("Hm, {so}."), .text("Yes. <b> <tool")]),
    Case(family: "qwen-3", reply: "<think>\n\n</think>\n\nYes.", parts: [.text("Yes.")]),
    Case(family: "qwen-3", reply: "<think>\nendless", parts: [.reasoning("endless")]),
    Case(
      family: "qwen-3",
      reply: """
        <think>Hm.</think>
        Let me see.
        <tool_call>
        {"name": "weather", "arguments": {"place": "Århus", "days": 2}}
        </tool_call>
        <tool_call>
        {"arguments": "{\\"sum\\": \\"2 < 3\\"}", "name": "calculator"}
        </tool_call>
        """, parts: [.reasoning("Hm."), .text("Let me see."), weather, sum]),
    Case(
      family: "qwen-2.5",
      reply: #"<tool_call>{"name": "weather", "arguments": {"place": "Århus","days":2}}"#,
      parts: [weather]),
    Case(
      family: "qwen-2.5", reply: "<tool_call>\n{\"name\": \n</tool_call>x",
      parts: [.call("{\"name\":"), .text("x")]),
    Case(
      family: "qwen-2.5",
      reply: """
        <tool_call>
        <function=weather>
        <parameter=place>
        Århus
        </parameter>
        <parameter=days>
        2
        </parameter>
        </function>
        </tool_call>
        """, parts: [weather]),
    Case(
      family: "llama-3",
      reply: #"{"name": "weather", "parameters": {"place": "Århus", "days": 2}}"#,
      parts: [weather]),
    Case(
      family: "llama-3",
      reply:
        #"<|python_tag|>{"name": "weather", "parameters": {"place": "Århus", "days": 2}}; {"name": "calculator", "parameters": {"sum": "2 < 3"}}"#,
      parts: [weather, sum]),
    Case(
      family: "llama-3", reply: #"{"name": "Ada"} is JSON."#,
      parts: [.text(#"{"name": "Ada"} is JSON."#)]),
    Case(family: "llama-3", reply: "{x", parts: [.text("{x")]),
    Case(
      family: "llama-3", reply: #"Like {"name": "weather", "parameters": {}}"#,
      parts: [.text(#"Like {"name": "weather", "parameters": {}}"#)]),
    Case(
      family: "llama-3", reply: "<|python_tag|>search.call(query=\"x\")",
      parts: [.call("search.call(query=\"x\")")]),
    Case(
      family: "mistral-v3",
      reply:
        #"[TOOL_CALLS] [{"name": "weather", "arguments": {"place": "Århus", "days": 2}, "id": "abcdef123"}, {"name": "calculator", "arguments": {"sum": "2 < 3"}}]"#,
      parts: [weather, sum]),
    Case(
      family: "mistral-v3",
      reply:
        #"[TOOL_CALLS]weather[ARGS]{"place": "Århus", "days": 2}[TOOL_CALLS]calculator[CALL_ID]abcdef123[ARGS]{"sum": "2 < 3"}"#,
      parts: [weather, sum]),
    Case(
      family: "phi-4-mini",
      reply:
        #"<|tool_call|>[{"name": "weather", "arguments": {"place": "Århus", "days": 2}}]<|/tool_call|>"#,
      parts: [weather]),
    Case(
      family: "granite-3",
      reply: #"<|tool_call|>[{"name": "weather", "arguments": {"place": "Århus", "days": 2}}]"#,
      parts: [weather]),
    Case(
      family: "granite-3", reply: "Here is my thought process:\nHm.\nHere is my response:\nYes.",
      parts: [.reasoning("Hm."), .text("Yes.")]),
    Case(
      family: "command-r",
      reply:
        "Action: ```json\n[{\"tool_name\": \"weather\", \"parameters\": {\"place\": \"Århus\", \"days\": 2}}]\n```",
      parts: [weather]),
    Case(
      family: "deepseek-r1",
      reply:
        "Hm.\n</think>\n\nI look.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>weather\n```json\n{\"place\": \"Århus\", \"days\": 2}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>calculator\n```json\n{\"sum\": \"2 < 3\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
      parts: [.reasoning("Hm."), .text("I look."), weather, sum]),
    Case(
      family: "deepseek-r1",
      reply:
        "</think>Yes<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>weather<｜tool▁sep｜>{\"place\": \"Århus\", \"days\": 2}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
      parts: [.text("Yes"), weather]),
  ]

  @Test func repliesAreReadInOneGoAndLetterByLetter() throws {
    for expected in Self.cases {
      let format = try format(expected.family)
      let isReasoning = expected.family == "deepseek-r1"
      #expect(
        format.parts(expected.reply, isReasoning: isReasoning) == expected.parts, "\(expected)")
      for length in 1...3 {
        var reader = ReplyReader(format, isReasoning: isReasoning)
        var events: [ReplyEvent] = []
        var rest = Substring(expected.reply)
        while !rest.isEmpty {
          events += reader.append(String(rest.prefix(length)))
          rest = rest.dropFirst(length)
        }
        #expect((events + reader.finish()).parts == expected.parts, "\(expected), \(length)")
      }
    }
  }

  @Test func wordsComeAsSoonAsTheyCannotBeAMarker() throws {
    var reader = ReplyReader(try format("qwen-3"))
    #expect(reader.append("A") == [.text("A")])
    #expect(reader.append(" b <") == [.text(" b")])
    #expect(reader.append("tool") == [])
    #expect(reader.append("s> ") == [.text(" <tools>")])
    #expect(reader.append("<think>x") == [.reasoning("x")])
    #expect(reader.append(" y</thi") == [.reasoning(" y")])
    #expect(reader.append("nk>\n\nz") == [.text("z")])
    #expect(reader.append("<tool_call>{}") == [])
    #expect(reader.append("</tool_call>") == [.call("{}")])
    #expect(reader.finish() == [])
  }

  @Test func aPromptMayOpenTheThoughts() throws {
    let template = try ChatTemplateTests.template("deepseek-r1")
    let prompt = try template.text(Conversation([.user("Hm.")]))
    #expect(template.replyFormat.opensReasoning(prompt))
    #expect(!template.replyFormat.opensReasoning("<think>\n</think>\n"))
    #expect(!ReplyFormat().opensReasoning("<think>"))
  }

  @Test func markersThatAreTokensCountAsTokensOnly() throws {
    let trainer = BytePairTrainer(
      vocabularySize: 300, specialTokens: ["<|tool_call|>", "<|/tool_call|>", "<|end|>"])
    let tokenizer = try trainer.train(on: ["Hello there."])
    let format = try format("phi-4-mini")
    let call =
      #"<|tool_call|>[{"name": "weather", "arguments": {"place": "Århus", "days": 2}}]<|/tool_call|>"#
    func parts(_ text: String, special: Bool) -> [Conversation.Part] {
      var reader = TokenReplyReader(format, tokenizer)
      let events = tokenizer.encode(text, recognizingSpecialTokens: special).flatMap {
        reader.append($0)
      }
      return (events + reader.finish()).parts
    }
    #expect(
      parts("Let me see. \(call)<|end|>", special: true) == [.text("Let me see."), Self.weather])
    #expect(parts("Hello 😀", special: true) == [.text("Hello 😀")])
    #expect(parts("Write \(call)", special: false) == [.text("Write \(call)")])
  }

  /// Qwen's markers are added tokens that are not special.
  @Test func markersThatAreNotSpecialCountAsTokensOnly() throws {
    let tokenizer = try PipelineFile(
      model: PipelineFile.bytes,
      decoder:
        #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}"#,
      addedTokens:
        #"[{"id": 256, "content": "<tool_call>"}, {"id": 257, "content": "</tool_call>"}]"#
    ).load()
    #expect(tokenizer.specialTokens.isEmpty)
    let call = #"<tool_call>{"name": "weather", "arguments": {}}</tool_call>"#
    func parts(_ tokens: [Int32]) throws -> [Conversation.Part] {
      var reader = TokenReplyReader(try format("qwen-3"), tokenizer)
      return (tokens.flatMap { reader.append($0) } + reader.finish()).parts
    }
    #expect(try parts(tokenizer.encode(call)) == [.call("weather {}")])
    #expect(try parts(call.utf8.map(Int32.init)) == [.text(call)])
  }

  @Test func tokensWithinCallsAreRead() throws {
    let markers = [
      "<think>", "</think>", "<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>", "<｜tool▁sep｜>",
      "<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>", "<｜end▁of▁sentence｜>",
    ]
    let tokenizer = try BytePairTrainer(vocabularySize: 300, specialTokens: markers)
      .train(on: ["Hello there."])
    let expected = try #require(Self.cases.first { $0.family == "deepseek-r1" })
    var reader = TokenReplyReader(
      try format("deepseek-r1"), tokenizer, isReasoning: true)
    let tokens = tokenizer.encode(
      expected.reply + "<｜end▁of▁sentence｜>", recognizingSpecialTokens: true)
    let events = tokens.flatMap { reader.append($0) }
    #expect((events + reader.finish()).parts == expected.parts)
  }

  @Test(arguments: ["qwen-3", "llama-3", "mistral-v3", "phi-4-mini", "granite-3", "deepseek-r1"])
  func whatATemplateWritesIsReadBack(_ family: String) throws {
    let template = try ChatTemplateTests.template(family)
    let asked = Conversation([.user("Weather?")])
    let answered = Conversation([.user("Weather?"), .init(.assistant, [Self.weather])])
    let prompt = try template.text(
      asked, tools: ChatTemplateTests.tools, addsGenerationPrompt: false)
    let whole = try template.text(
      answered, tools: ChatTemplateTests.tools, addsGenerationPrompt: false)
    // Two markers may begin alike.
    let common = prompt.commonPrefix(with: whole)
    var reply = String(whole.dropFirst(common.count - (common.hasSuffix("<") ? 1 : 0)))
    for marker in [
      "<|im_start|>assistant\n", "<|start_header_id|>assistant<|end_header_id|>\n\n",
      "<|assistant|>",
      "<|start_of_role|>assistant<|end_of_role|>", "<｜Assistant｜>", "<|im_end|>", "<|eot_id|>",
      "</s>",
      "<|end|>", "<|end_of_text|>", "<｜end▁of▁sentence｜>",
    ] { reply = reply.replacing(marker, with: "") }
    #expect(template.replyFormat.parts(reply) == [Self.weather], "\(family): \(reply)")
  }
}
