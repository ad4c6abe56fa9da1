import Templates
import Testing

/// Templates are downloaded: none of them may hang, crash or fill the memory.
@Suite struct LimitTests {
  private static func nested(_ opening: String, _ inside: String, _ closing: String) -> String {
    String(repeating: opening, count: 100_000) + inside + String(repeating: closing, count: 100_000)
  }

  private static let templates: [String] = [
    "{{ range(1000000000) }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    "{{ 'a' * 1000000000000 }}", "{{ [0] * 1000000000000 }}", "{{ 'a' * 9223372036854775807 }}",
    "{% for i in range(99999) %}{{ 'aaaaaaaaaaaaaaaa' * 9999 }}{% endfor %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(x) %}{{ f(x ~ x) }}{% endmacro %}{{ f('aaaaaaaaaaa') }}",
    "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
    "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = ns.x.copy %}{% set ns.x = [ns.x] %}{% endfor %}",
    "{% set ns = namespace(x={}) %}{% for i in range(99999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
    "{{ 2 ** 2 ** 9 ** 9 }}", "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775808 // -1 }}",
    "{{ '%1000000000d' % 1 }}", "{{ '{:1000000000}'.format(1) }}", "{{ '%.1000000000f' % 1.0 }}",
    "{{ 'a'.center(99999999999) }}", "{{ 'a' | indent(99999999999, true) }}",
    "{{ [1] | tojson(indent=99999999999) }}", "{{ 'a'.zfill(99999999999) }}",
    "{{ ('a' * 9999999).replace('a', 'b' * 999) }}",
    "{{ ('a' * 999) .split('a') | join('b' * 999999) }}",
    "{{ [1] | batch(99999999999, 1) | list }}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x * 10 %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[1]) %}{% for i in range(50) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == [ns.x] }}",
    "{% set ns = namespace(x={}) %}{% for i in range(50) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}{{ ns.x | tojson }}",
    "{% set x = 'a' * 900000 %}{% for i in range(99999) %}{% set y = x | upper %}{% endfor %}",
    "{% set x = 'a' * 900000 %}{% for i in range(99999) %}{% set y = x.strip('b') %}{% endfor %}",
    "{% set x = 'a' * 900000 %}{% set y = 'a' * 90000 ~ 'b' %}{{ x.find(y) }}",
    "{% set x = 'a' * 900000 %}{% set y = 'a' * 90000 ~ 'b' %}{{ y in x }}",
    "{% set x = 'a' * 900000 %}{% set y = 'a' * 90000 ~ 'b' %}{{ x.split(y) }}{{ x | replace(y, '') }}",
    "{% set x = [['a' * 90000] * 9] %}{% for i in range(99999) %}{% set y = x == [['a' * 90000] * 9] %}{% endfor %}",
    nested("{% if 1 %}", "", "{% endif %}"), nested("{% for x in [1] %}", "", "{% endfor %}"),
    "{{ " + nested("(", "1", ")") + " }}", "{{ " + nested("[", "1", "]") + " }}",
    "{{ " + nested("not ", "1", "") + " }}", "{{ " + nested("-", "1", "") + " }}",
    "{{ 1" + nested("", "", " + 1") + " }}", "{{ x" + nested("", "", ".x") + " }}",
    "{{ 1" + nested("", "", " | abs") + " }}", "{{ 1" + nested("", "", " if 1") + " }}",
    "{{ x" + nested("", "", "[0]") + " }}", "{{ f" + nested("", "", "()") + " }}",
    "{{ " + nested("1 if 0 else ", "1", "") + " }}", "{% set " + nested("(", "a", ")") + " = 1 %}",
    "{{ 1 " + nested("", "", "if 1 else 1 ") + " }}",
  ]

  @Test(arguments: templates.indices)
  func hostileTemplateEndsWithAnError(_ index: Int) throws {
    var limits = TemplateLimits()
    limits.steps = 1_000_000
    #expect(throws: TemplateError.self) {
      try Fixtures.render(Self.templates[index], [:], limits: limits)
    }
  }

  @Test func circlesAndLongChainsAreTakenApart() throws {
    // Scopes, macros and namespaces that hold each other, a hundred thousand in a row.
    let sources = [
      "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns.me.me.me is defined }}",
      "{% set ns = namespace(n=0) %}{% for i in range(99999) %}{% set ns.n = namespace(n=ns.n) %}{% endfor %}True",
      """
      {% set ns = namespace() %}{% macro f() %}{% macro g() %}{% endmacro %}{% set ns.f = g %}{% endmacro %}
      {%- for i in range(9999) %}{% set x = f() %}{% endfor %}True
      """,
      """
      {% set ns = namespace(f=none) %}{% macro f() %}{% macro g() %}{% set ns.f = g %}{% endmacro %}{% set ns.f = g %}{% endmacro %}
      {%- set x = f() %}{% for i in range(9999) %}{% set x = ns.f() %}{% endfor %}True
      """,
    ]
    for source in sources { #expect(try Fixtures.render(source, [:]) == "True") }
  }

  @Test func stepsTextAndDepthHaveLimits() throws {
    var limits = TemplateLimits()
    limits.steps = 100
    let loop = "{% for i in range(50) %}{{ i }}{% endfor %}"
    #expect(throws: TemplateError.self) { try Fixtures.render(loop, [:], limits: limits) }
    limits.steps = 1000
    #expect(try Fixtures.render(loop, [:], limits: limits).count == 90)
    limits.characters = 80
    #expect(throws: TemplateError.self) { try Fixtures.render(loop, [:], limits: limits) }
  }

  @Test func whatIsKeptOfALoopCanBeUsedAfterIt() throws {
    let sources = [
      "{% set ns = namespace() %}{% for i in [1] %}{% set ns.f = loop.changed %}{% endfor %}{{ ns.f(1) }}",
      "{% set ns = namespace() %}{% for i in [1] %}{% set ns.l = loop %}{% endfor %}{{ ns.l.first }}",
      """
      {% set ns = namespace(f=1) %}{% for i in range(9999) %}{% for j in [1] %}
      {%- set x = loop.changed(ns.f) %}{% set ns.f = loop.changed %}{% endfor %}{% endfor %}True
      """,
      "{{ range(9999) | map('string') | map(attribute='upper') | unique | list | length == 9999 }}",
    ]
    for source in sources { #expect(try Fixtures.render(source, [:]) == "True") }
  }

  @Test func recursionIsFineWithinLimits() throws {
    let source =
      "{% macro f(n) %}{{ n }}{% if n %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(20) }}"
    #expect(try Fixtures.render(source, [:]).hasSuffix("43210"))
  }
}
