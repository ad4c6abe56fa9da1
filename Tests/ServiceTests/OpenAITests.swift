import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct OpenAITests {
  private let fixture: ServiceFixture
  private let path: String

  init() throws {
    fixture = try ServiceFixture()
    path = fixture.born()
  }

  private func chat(_ more: [String: Any], _ messages: [[String: Any]]) -> ServiceFixture.Answer {
    fixture.ask(
      "POST", "/v1/chat/completions",
      ["model": "ada", "messages": messages, "max_tokens": 24, "seed": 3].merging(more) { $1 })
  }

  private func user(_ text: String) -> [String: Any] { ["role": "user", "content": text] }

  private func choice(_ answer: ServiceFixture.Answer) -> [String: Any] {
    (answer.json["choices"] as? [[String: Any]])?.first ?? [:]
  }

  private var conversations: [[String: Any]] {
    fixture.ask("GET", path + "/conversations").json["conversations"] as! [[String: Any]]
  }

  @Test func aClientThatBringsItsHistoryHoldsOneConversation() throws {
    var messages = [["role": "system", "content": "Be brief."], user("Who are you?")]
    for turn in 1...3 {
      let answer = chat([:], messages)
      #expect(answer.status == 200)
      let message = choice(answer)["message"] as! [String: Any]
      #expect(message["role"] as? String == "assistant")
      messages += [message, user("And then, \(turn)?")]
      let usage = answer.json["usage"] as! [String: Any]
      let cached = (usage["prompt_tokens_details"] as! [String: Any])["cached_tokens"] as! Int
      #expect((cached > 0) == (turn > 1))
    }
    #expect(conversations.count == 1 && conversations[0]["turns"] as? Int == 6)
    // The same question once more: the last reply is taken back.
    _ = chat([:], messages.dropLast(2))
    #expect(conversations.count == 1 && conversations[0]["turns"] as? Int == 6)
    // Another beginning is another conversation, and what is not to be kept is not.
    _ = chat([:], [user("Hello")])
    _ = chat(["store": false], [user("Good night")])
    #expect(conversations.count == 2)
  }

  @Test func aStreamSaysWhatTheWholeAnswerSays() throws {
    let whole = chat(["store": false], [user("Tell me about the sea.")])
    let text = (choice(whole)["message"] as! [String: Any])["content"] as! String
    let stream = chat(
      ["store": false, "stream": true, "stream_options": ["include_usage": true]],
      [user("Tell me about the sea.")])
    let chunks = stream.events.map(\.data)
    let deltas = chunks.compactMap { chunk in
      ((chunk["choices"] as? [[String: Any]])?.first?["delta"] as? [String: Any])?["content"]
        as? String
    }
    #expect(deltas.joined() == text && deltas.count > 3)
    #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
    #expect(chunks.contains { ($0["usage"] as? [String: Any])?["completion_tokens"] != nil })
    let reasons = chunks.compactMap {
      ($0["choices"] as? [[String: Any]])?.first?["finish_reason"] as? String
    }
    #expect(reasons.count == 1)
  }

  @Test func toolsOfTheCallerAreCalledAndAnswered() throws {
    let tool: [String: Any] = [
      "type": "function",
      "function": [
        "name": "calculator", "description": "Calculates.",
        "parameters": [
          "type": "object", "properties": ["expression": ["type": "string"]],
        ],
      ],
    ]
    let asked = user("What is 12 * 7?")
    let answer = chat(["tools": [tool], "temperature": 0], [asked])
    #expect(choice(answer)["finish_reason"] as? String == "tool_calls")
    let message = choice(answer)["message"] as! [String: Any]
    let call = (message["tool_calls"] as! [[String: Any]])[0]
    let function = call["function"] as! [String: String]
    #expect(function["name"] == "calculator")
    let arguments =
      try JSONSerialization.jsonObject(with: Data(function["arguments"]!.utf8)) as! [String: String]
    #expect(arguments["expression"]?.contains("12") == true)
    let result: [String: Any] = [
      "role": "tool", "tool_call_id": call["id"] as! String, "content": "84",
    ]
    let second = chat(["tools": [tool], "temperature": 0], [asked, message, result])
    #expect(second.status == 200)
    #expect(((choice(second)["message"] as! [String: Any])["content"] as! String).contains("84"))
    #expect(chat([:], [asked, result]).status == 400)
  }

  @Test func whatCannotBeAnsweredIsSaidWithItsPlace() throws {
    func error(_ answer: ServiceFixture.Answer) -> [String: Any] {
      answer.json["error"] as? [String: Any] ?? [:]
    }
    let unknown = fixture.ask(
      "POST", "/v1/chat/completions", ["model": "nobody", "messages": [user("x")]])
    #expect(unknown.status == 404 && error(unknown)["code"] as? String == "model_not_found")
    for (field, value) in [
      ("temperature", 3 as Any), ("top_p", -1), ("n", 0), ("max_tokens", 0), ("top_logprobs", 99),
    ] {
      let answer = chat([field: value], [user("x")])
      #expect(answer.status == 400 && error(answer)["param"] as? String == field)
    }
    #expect(error(chat(["temperature": "hot"], [user("x")]))["param"] as? String == "temperature")
    #expect(chat([:], []).status == 400)
    #expect(chat([:], [["role": "wizard", "content": "x"]]).status == 400)
    #expect(chat([:], [user("x"), ["role": "assistant", "content": "y"]]).status == 400)
    #expect(
      chat([:], [["role": "user", "content": [["type": "image_url", "image_url": "x"]]]]).status
        == 400)
    #expect(chat([:], [user(String(repeating: "very long ", count: 5000))]).status == 400)
    let broken = fixture.ask("POST", "/v1/chat/completions", body: Data("{\"model\": ".utf8))
    #expect(broken.status == 400 && error(broken)["type"] as? String == "invalid_request_error")
    #expect(fixture.ask("GET", "/v1/chat/completions").status == 405)
    #expect(fixture.ask("POST", "/v1/nothing").status == 404)
    // Nothing of it has become a part of anybody's day but what was sound until its length was known.
    #expect(conversations.count <= 1)
  }

  @Test func completionsAndEmbeddings() throws {
    let completion = fixture.ask(
      "POST", "/v1/completions",
      [
        "model": "ada", "prompt": "The sea", "max_tokens": 8, "temperature": 0, "echo": true,
        "logprobs": 2,
      ])
    let text = choice(completion)["text"] as! String
    #expect(text.hasPrefix("The sea") && text.count > 8)
    let logprobs = choice(completion)["logprobs"] as! [String: Any]
    #expect((logprobs["tokens"] as! [String]).count == 8)
    func embedding(_ format: String) -> Any? {
      let answer = fixture.ask(
        "POST", "/v1/embeddings",
        ["model": "ada", "input": ["The sea is wide."], "encoding_format": format])
      return (answer.json["data"] as? [[String: Any]])?.first?["embedding"]
    }
    let floats = (embedding("float") as! [Double]).map { Float($0) }
    let data = Data(base64Encoded: embedding("base64") as! String)!
    let unpacked = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(floats == unpacked)
    #expect(abs(floats.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
    #expect(
      fixture.ask("POST", "/v1/embeddings", ["model": "ada", "input": ""]).status == 400)
  }
}
