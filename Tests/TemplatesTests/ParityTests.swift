import Templates
import Testing

/// Every text as jinja2 writes it in the environment of transformers.
@Suite struct ParityTests {
  @Test func conversations() throws {
    let given = try Fixtures.json("conversations.json").dictionary
    let cases = try Fixtures.json("rendered.json").elements
    #expect(cases.count == 255)
    for expected in cases {
      let file = try #require(expected["template"]?.text)
      let name = try #require(expected["conversation"]?.text)
      var context: [String: TemplateValue] = [
        "tools": nil, "documents": nil, "add_generation_prompt": false,
      ]
      context.merge(given["tokens"]?.dictionary ?? [:]) { $1 }
      context.merge(given["conversations"]?[name]?.dictionary ?? [:]) { $1 }
      if context["tools"] != TemplateValue.none { context["tools"] = given["tools"] }
      check(try Fixtures.text(file), context, expected, "\(file), \(name)")
    }
  }

  @Test func expressions() throws {
    let file = try Fixtures.json("expressions.json")
    let context = file["context"]?.dictionary ?? [:]
    let cases = file["expressions"]?.elements ?? []
    #expect(cases.count > 240)
    for expected in cases {
      let source = try #require(expected["template"]?.text)
      check(source, context, expected, source)
    }
  }

  private func check(
    _ source: String, _ context: [String: TemplateValue], _ expected: TemplateValue, _ name: String
  ) {
    do {
      let text = try Fixtures.render(source, context)
      #expect(text == expected["text"]?.text, "\(name)")
    } catch let error as TemplateError {
      // A template's own words are told as they are.
      guard case .raised(let message) = error else {
        #expect(expected["error"] != nil, "\(name): \(error)")
        return
      }
      #expect("TemplateError: \(message)" == expected["error"]?.text, "\(name)")
    } catch {
      Issue.record("\(name): \(error)")
    }
  }
}
