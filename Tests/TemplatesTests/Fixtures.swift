import Foundation
import Templates

/// What scripts/parity-templates.py has written: templates, what they are given, and what jinja2 makes of it.
enum Fixtures {
  /// The day on which the expected texts were written, at noon.
  static let now = Date(timeIntervalSince1970: 1_753_358_400)

  static func text(_ name: String) throws -> String {
    let url = Bundle.module.bundleURL.appendingPathComponent("Resources/\(name)")
    return try String(contentsOf: url, encoding: .utf8)
  }

  static func json(_ name: String) throws -> TemplateValue {
    try TemplateValue(json: text(name))
  }

  /// A template's text from its source, or nil with an error.
  static func render(
    _ source: String, _ context: [String: TemplateValue], limits: TemplateLimits = TemplateLimits()
  ) throws -> String {
    try Template(source: source).render(context, limits: limits) { now }
  }
}

extension TemplateValue {
  var text: String? {
    switch self {
    case .string(let text), .quoted(let text): text
    default: nil
    }
  }

  var elements: [TemplateValue] { if case .list(let values) = self { values } else { [] } }

  var dictionary: [String: TemplateValue] {
    guard case .mapping(let entries) = self else { return [:] }
    return Dictionary(entries.map { ($0.key, $0.value) }) { _, last in last }
  }
}
