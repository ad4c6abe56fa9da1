import Foundation
import Templates
import TestSupport
import Testing
import Tokenizers

@Suite struct ChatTemplateTests {
  /// The templates that TemplatesTests holds against jinja2.
  static func source(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let url = folder.appending(path: "TemplatesTests/Resources/\(name)")
    return try String(contentsOf: url, encoding: .utf8)
  }

  static func template(_ name: String) throws -> ChatTemplate {
    try ChatTemplate(
      source: source(name + ".jinja"), specialTokens: ["bos_token": "<s>", "eos_token": "</s>"])
  }

  static let tools = [
    ToolDefinition(
      name: "weather", description: "Tells the weather in a place.",
      parameters: try! TemplateValue(
        json:
          #"{"type": "object", "properties": {"place": {"type": "string"}, "days": {"type": "integer"}}}"#
      )),
    ToolDefinition(name: "calculator", description: "Works out sums.", textParameter: "sum"),
  ]

  private static let called = Conversation([
    .user("Weather in Århus?"),
    .init(
      .assistant,
      [
        .call(#"weather {"place": "Århus", "days": 2}"#), .result(#"{"sky": "grey"}"#),
        .text("Grey."),
      ]),
    .user("2 < 3?"),
    .init(.assistant, [.call("calculator 2 < 3"), .result("true")]),
  ])

  private static let now = Date(timeIntervalSince1970: 1_753_358_400)

  @Test func conversationsWithoutToolsAreWhatTheTestsOfTemplatesExpect() throws {
    let conversations: [String: Conversation] = [
      "question": Conversation([.user("Who wrote Middlemarch?")]),
      "system": Conversation([.system("  Answer in rhyme.\n"), .user(" Who wrote Middlemarch? ")]),
      "turns": Conversation([
        .system("Be brief."), .user("Hello!"), .assistant("\nHello. What can I do?\n"),
        .user("Say 'naïve' in <b>bold</b> 😀"),
      ]),
    ]
    let rendered = try TemplateValue(json: Self.source("rendered.json"))
    guard case .list(let cases) = rendered else { return }
    var count = 0
    for expected in cases {
      guard case .string(let file)? = expected["template"],
        case .string(let name)? = expected["conversation"], let conversation = conversations[name]
      else { continue }
      count += 1
      let template = try Self.template(String(file.dropLast(6)))
      guard case .string(let text)? = expected["text"] else {
        #expect(throws: TemplateError.self) { try template.text(conversation) }
        continue
      }
      #expect(try template.text(conversation) { Self.now } == text, "\(file), \(name)")
    }
    #expect(count == 51)
  }

  @Test func callsAndResultsBecomeMessages() throws {
    let text = try Self.template("qwen-2.5").text(Self.called, tools: Self.tools)
    let end = text.components(separatedBy: "</tool_call><|im_end|>\n").dropFirst()
      .joined(separator: "</tool_call><|im_end|>\n")
    #expect(
      end == """
        <|im_start|>user
        Weather in Århus?<|im_end|>
        <|im_start|>assistant
        <tool_call>
        {"name": "weather", "arguments": {"place": "Århus", "days": 2}}
        </tool_call><|im_end|>
        <|im_start|>user
        <tool_response>
        {"sky": "grey"}
        </tool_response><|im_end|>
        <|im_start|>assistant
        Grey.<|im_end|>
        <|im_start|>user
        2 < 3?<|im_end|>
        <|im_start|>assistant
        <tool_call>
        {"name": "calculator", "arguments": {"sum": "2 < 3"}}
        </tool_call><|im_end|>
        <|im_start|>user
        <tool_response>
        true
        </tool_response><|im_end|>
        <|im_start|>assistant

        """)
    #expect(text.contains(#"{"type": "function", "function": {"name": "weather", "description": "#))
    let mistral = try Self.template("mistral-v3").text(Self.called, tools: Self.tools)
    #expect(mistral.contains(#""arguments": {"sum": "2 < 3"}, "id": "call00002"}]</s>"#))
    #expect(mistral.hasSuffix(#"{"content": true, "call_id": "call00002"}[/TOOL_RESULTS]"#))
  }

  @Test func reasoningIsPassedOn() throws {
    let conversation = Conversation([
      .user("2 + 2?"), .init(.assistant, [.reasoning("Two and two."), .text("4")]),
    ])
    let text = try Self.template("qwen-3").text(conversation, addsGenerationPrompt: false)
    #expect(text.hasSuffix("<think>\nTwo and two.\n</think>\n\n4<|im_end|>\n"))
    let prompt = try Self.template("qwen-3").text(
      Conversation([.user("Hm.")]), options: ["enable_thinking": false])
    #expect(prompt.hasSuffix("<think>\n\n</think>\n\n"))
  }

  @Test func aTemplateSaysWhatItDoesNotTake() throws {
    let template = try Self.template("gemma-2")
    #expect(throws: TemplateError.raised("System role not supported")) {
      try template.text(Conversation([.system("Hm."), .user("Hm.")]))
    }
  }

  @Test func toolsTakeTextsAsText() {
    #expect(Self.tools[0].textParameter == nil && Self.tools[1].textParameter == "sum")
    #expect(Self.tools[1].text(ofArgument: #"{"sum": "2 + 3"}"#) == "2 + 3")
    #expect(Self.tools[1].text(ofArgument: "2 + 3") == "2 + 3")
    #expect(Self.tools[0].text(ofArgument: #"{"place": "x"}"#) == #"{"place": "x"}"#)
  }

  @Test func foldersHaveTemplatesInSeveralPlaces() throws {
    let folder = try TemporaryFolder()
    let path = folder.url.path
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: folder.url.appending(path: name))
    }
    let asked = Conversation([.user("Hm.")])
    #expect(throws: ChatTemplateError.missing(folder: path)) { try ChatTemplate(folder: path) }
    try write("special_tokens_map.json", #"{"bos_token": {"content": "<a>"}, "eos_token": "<c>"}"#)
    try write(
      "tokenizer_config.json",
      #"{"bos_token": "<b>", "chat_template": "{{ bos_token }}{{ eos_token }}{{ messages[0].content }}"}"#
    )
    #expect(try ChatTemplate(folder: path).text(asked) == "<b><c>Hm.")
    try write(
      "tokenizer_config.json",
      #"{"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}]}"#
    )
    #expect(try ChatTemplate(folder: path).text(asked) == "D")
    #expect(try ChatTemplate(folder: path).text(asked, tools: Self.tools) == "T")
    try write("chat_template.jinja", "J")
    #expect(try ChatTemplate(folder: path).text(asked) == "J")
    try write("chat_template.jinja", "{% include 'x' %}")
    #expect(throws: TemplateError.self) { try ChatTemplate(folder: path) }
    try write("tokenizer_config.json", "{")
    #expect(throws: ChatTemplateError.self) { try ChatTemplate(folder: path) }
  }
}
