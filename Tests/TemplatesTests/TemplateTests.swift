import Templates
import Testing

@Suite struct TemplateTests {
  @Test(
    arguments: [
      (
        "a\n{% if x %}",
        "template, line 2, column 11: 'elif' is missing before the end of the template"
      ),
      ("{{ x.y.z }}", "template, line 1, column 4: 'x' is undefined"),
      ("\n\n  {{ 1 + 'a' }}", "template, line 3, column 8: '+' does not work for int and str"),
      ("{% include 'x' %}", "template, line 1, column 4: the block 'include' is not supported"),
      ("{{ 'é' | frob }}", "template, line 1, column 10: the filter 'frob' is not supported"),
      (
        "{{ [1].append(2) }}",
        "template, line 1, column 7: 'append' would change a list, which a template cannot"
      ),
      ("{{ f(*x) }}", "template, line 1, column 6: '*' in a call is not supported"),
      (
        "{{ 'a'.swapcase() }}",
        "template, line 1, column 7: the method 'swapcase' of a text is not supported"
      ),
      (
        "{% for x in [] recursive %}{% endfor %}",
        "template, line 1, column 16: a recursive loop is not supported"
      ),
      ("{{ raise_exception('Roles must alternate') }}", "Roles must alternate"),
      ("{{ range(10 ** 9) }}", "template, line 1, column 4: the range is too long"),
    ])
  func errorsSayWhereAndWhat(_ source: String, _ message: String) {
    #expect(throws: TemplateError.self) { try Fixtures.render(source, [:]) }
    do { _ = try Fixtures.render(source, [:]) } catch { #expect("\(error)" == message) }
  }

  @Test func aTemplateIsCompiledOnceAndHasItsLiterals() throws {
    let template = try Template(source: "a{{ '<|im_end|>' ~ x }}{# no #}b")
    #expect(template.literals == ["a", "<|im_end|>", "b"])
    #expect(try template.render(["x": 1]) == "a<|im_end|>1b")
    #expect(try template.render(["x": [1, nil, true]]) == "a<|im_end|>[1, None, True]b")
  }

  @Test func quotedTextsKeepTheirMarks() throws {
    let source = """
      {{ '<|a|>' ~ x | trim | upper }}{{ [x, 1] | tojson }}{{ x.split('|')[1] }}{{ x.replace('b', '<|c|>') }}\
      {{ '%s' % x }}{{ '{}'.format(x) }}{{ x[::-1] }}{{ [x] | string }}
      """
    let text = try Template(source: source).rendered(["x": .quoted(" <|b|> ")])
    #expect(
      text.runs == [
        .init("<|a|>", isQuoted: false), .init("<|B|>", isQuoted: true),
        .init("[\"", isQuoted: false),
        .init(" <|b|> ", isQuoted: true), .init("\", 1]", isQuoted: false),
        .init("b <|", isQuoted: true), .init("<|c|>", isQuoted: false),
        .init("|>  <|b|>  <|b|>  >|b|< ", isQuoted: true), .init("['", isQuoted: false),
        .init(" <|b|> ", isQuoted: true), .init("']", isQuoted: false),
      ])
  }

  @Test func quotedTextsAreComparedLikeOthers() throws {
    let source = """
      {{ x == 'a' }} {{ x in ['a'] }} {{ {'a': 1}[x] }} {{ x.startswith('a') }} {{ 'a' in x }} \
      {{ x is eq 'a' }} {{ [x, 'a'] | unique | list | length }}
      """
    #expect(
      try Template(source: source).render(["x": .quoted("a")])
        == "True True 1 True True True 1")
  }

  @Test func keysCanBeQuoted() throws {
    let value = try TemplateValue(json: #"{"<b>": "c", "d": [1, "e"]}"#).quoted
    let runs = try Template(source: "{{ x | tojson }}").rendered(["x": value]).runs
    #expect(runs.filter(\.isQuoted).map(\.text) == ["<b>", "c", "d", "e"])
  }
}

@Suite struct TemplateValueTests {
  @Test func jsonKeepsTheOrderOfKeys() throws {
    let value = try TemplateValue(
      json: #" {"b": 1, "a": [true, null, -2.5e3, "x\u00e9\ud83d\ude00\n"], "b": 2} "#)
    #expect(value == ["b": 2, "a": [true, nil, -2500.0, "xé😀\n"]])
    #expect(value["a"] == .list([true, nil, -2500.0, "xé😀\n"]))
    #expect(value["c"] == nil)
    #expect(try TemplateValue(json: "12345678901234567890") == .float(1.2345678901234567e19))
  }

  @Test(
    arguments: [
      "", "{", "[1,]", "{\"a\"}", "{\"a\":}", "{a: 1}", "01", "1.", ".5", "+1", "-", "1 2", "\"a",
      "\"\\x\"", "\"\\u12\"", "\"\n\"", "nul", "[1", "{\"a\": 1,}", "1e",
      String(repeating: "[", count: 100_000),
    ])
  func brokenJSON(_ text: String) {
    #expect(throws: TemplateError.self) { try TemplateValue(json: text) }
  }
}
