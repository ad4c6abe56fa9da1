import Foundation
import Templates

/// What the files of a published model's folder say about conversations.
struct ChatTemplateFiles {
  /// Templates by name: `default`, and where a model has one for tools `tool_use`.
  var sources: [String: String] = [:]
  /// Special tokens by the name that templates know them by, such as `bos_token`.
  var specialTokens: [String: String] = [:]

  private let folder: String

  /// - Throws: ``ChatTemplateError``.
  init(folder: String) throws {
    self.folder = folder.hasSuffix("/") ? folder : folder + "/"
    if let map = try json("special_tokens_map.json") { readSpecialTokens(map) }
    if let configuration = try json("tokenizer_config.json") { readConfiguration(configuration) }
    if let document = try json("chat_template.json"),
      case .string(let source)? = document["chat_template"]
    {
      sources["default"] = source
    }
    if let source = try text("chat_template.jinja") { sources["default"] = source }
    if let source = try text("additional_chat_templates/tool_use.jinja") {
      sources["tool_use"] = source
    }
  }

  private mutating func readConfiguration(_ configuration: TemplateValue) {
    readSpecialTokens(configuration)
    switch configuration["chat_template"] {
    case .string(let source)?: sources["default"] = source
    case .list(let templates)?:
      for template in templates {
        if case .string(let name)? = template["name"],
          case .string(let source)? = template["template"]
        {
          sources[name] = source
        }
      }
    default: break
    }
  }

  private mutating func readSpecialTokens(_ map: TemplateValue) {
    guard case .mapping(let entries) = map else { return }
    for entry in entries where entry.key.hasSuffix("_token") {
      if let token = Self.token(entry.value) { specialTokens[entry.key] = token }
    }
  }

  /// The text of a token, which is written alone or with its properties.
  private static func token(_ value: TemplateValue) -> String? {
    switch value {
    case .string(let text): text
    case .mapping: value["content"].flatMap(token)
    default: nil
    }
  }

  private func text(_ name: String) throws -> String? {
    let path = folder + name
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ChatTemplateError.malformed(file: path, problem: "cannot be read")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ChatTemplateError.malformed(file: path, problem: "not UTF-8 text")
    }
    return text
  }

  private func json(_ name: String) throws -> TemplateValue? {
    guard let text = try text(name) else { return nil }
    do {
      return try TemplateValue(json: text)
    } catch {
      throw ChatTemplateError.malformed(file: folder + name, problem: "\(error)")
    }
  }
}
