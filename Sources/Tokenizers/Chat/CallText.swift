import Foundation
import Templates

/// What a model wrote between the markers of its calls, in any of the published forms.
///
/// Each call is told as a tool's name, a space, and a JSON object. What is in no such form is told as it
/// is written, so that whoever runs the tools can tell the model that there is no such tool.
struct CallText {
  /// The calls in their order.
  let calls: [String]
  /// Whether the text has the form of a call.
  let isReadable: Bool

  init(_ text: String) {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let found = Self.json(text) ?? Self.deepSeek(text) ?? Self.mistral(text) ?? Self.tags(text)
    isReadable = found != nil
    calls = found ?? (text.isEmpty ? [] : [text])
  }

  /// A JSON object, several one after the other, or a list of them.
  private static func json(_ text: String) -> [String]? {
    guard text.hasPrefix("{") || text.hasPrefix("[") else { return nil }
    if let value = try? TemplateValue(json: text) { return calls(value) }
    var calls: [String] = []
    for document in documents(text) {
      guard let value = try? TemplateValue(json: document), let more = self.calls(value) else {
        return nil
      }
      calls += more
    }
    return calls.isEmpty ? nil : calls
  }

  private static func calls(_ value: TemplateValue) -> [String]? {
    guard case .list(let values) = value else { return call(value).map { [$0] } }
    let calls = values.compactMap(call)
    return calls.count == values.count && !calls.isEmpty ? calls : nil
  }

  /// One call, whatever the model's name for the name and for what the tool is given.
  private static func call(_ value: TemplateValue) -> String? {
    if case .mapping? = value["function"], let function = value["function"] {
      return call(function)
    }
    let names = ["name", "tool_name", "function"].lazy.compactMap { value[$0] }
    guard case .string(let name)? = names.first, !name.isEmpty,
      !name.contains(where: \.isWhitespace)
    else { return nil }
    switch ["arguments", "parameters", "args"].lazy.compactMap({ value[$0] }).first {
    case .string(let text)?: return "\(name) \(text)"
    case let arguments?: return "\(name) \(arguments.json)"
    case nil: return "\(name) {}"
    }
  }

  /// Objects on lines of their own, or with `;` between them.
  private static func documents(_ text: String) -> [String] {
    var documents: [String] = []
    var (depth, isString, isEscaped) = (0, false, false)
    var current = ""
    for character in text.unicodeScalars {
      if depth == 0, !["{", "["].contains(character) {
        if character != ";", !character.properties.isWhitespace { return [] }
        continue
      }
      current.unicodeScalars.append(character)
      if isEscaped {
        isEscaped = false
      } else if isString {
        if character == "\\" { isEscaped = true }
        if character == "\"" { isString = false }
      } else {
        switch character {
        case "\"": isString = true
        case "{", "[": depth += 1
        case "}", "]":
          depth -= 1
          if depth == 0 {
            documents.append(current)
            current = ""
          }
        default: break
        }
      }
    }
    return current.isEmpty ? documents : []
  }

  /// DeepSeek: for every call its kind, a token, the name, and JSON in a fence or bare.
  private static func deepSeek(_ text: String) -> [String]? {
    let (begin, separator, end) = (
      "<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "<｜tool▁call▁end｜>"
    )
    guard text.hasPrefix(begin) else { return nil }
    return text.components(separatedBy: begin).dropFirst().map { piece in
      let call = piece.components(separatedBy: end)[0]
      let parts = call.components(separatedBy: separator)
      // Newer models leave the kind out: the name, the token, and the JSON alone.
      let isOld = parts.count > 1 && parts[1].contains("\n")
      let body = isOld ? parts[1] : parts.joined(separator: "\n")
      let lines = body.split(separator: "\n", maxSplits: 1)
      var arguments = lines.count > 1 ? String(lines[1]) : "{}"
      if let fence = arguments.firstRange(of: "```json") {
        arguments = String(arguments[fence.upperBound...])
      }
      arguments = arguments.components(separatedBy: "```")[0]
      let name = lines.first.map(String.init) ?? ""
      return Self.text(name: name, arguments: arguments)
    }
  }

  /// Newer Mistral models: `name[ARGS]{...}`, once for every call.
  private static func mistral(_ text: String) -> [String]? {
    guard text.contains("[ARGS]") else { return nil }
    return text.components(separatedBy: "[TOOL_CALLS]").map { call in
      let parts = call.components(separatedBy: "[ARGS]")
      let name = parts[0].components(separatedBy: "[CALL_ID]")[0]
      return Self.text(name: name, arguments: parts.dropFirst().joined(separator: "[ARGS]"))
    }
  }

  /// `<function=name>` with a JSON object (Llama 3.1) or with `<parameter=name>` tags (Qwen 3 Coder).
  private static func tags(_ text: String) -> [String]? {
    guard text.hasPrefix("<function=") else { return nil }
    return text.components(separatedBy: "<function=").dropFirst().map { piece in
      let head = piece.components(separatedBy: ">")[0]
      let body = String(piece.dropFirst(head.count + 1)).components(separatedBy: "</function>")[0]
      let parameters = body.components(separatedBy: "<parameter=").dropFirst()
      if parameters.isEmpty { return Self.text(name: head, arguments: body) }
      let entries = parameters.map { parameter in
        let name = parameter.components(separatedBy: ">")[0]
        let rest = String(parameter.dropFirst(name.count + 1))
        let value = rest.components(separatedBy: "</parameter>")[0]
          .trimmingCharacters(in: .newlines)
        return TemplateValue.Entry(name, Self.value(value))
      }
      return "\(head) \(TemplateValue.mapping(entries).json)"
    }
  }

  /// Numbers, truth values, lists and objects are written as JSON between tags; all else is text.
  private static func value(_ text: String) -> TemplateValue {
    guard let value = try? TemplateValue(json: text) else { return .string(text) }
    if case .string = value { return .string(text) }
    return value
  }

  private static func text(name: String, arguments: String) -> String {
    let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
    let arguments = arguments.trimmingCharacters(in: .whitespacesAndNewlines)
    let value = try? TemplateValue(json: arguments)
    return "\(name) \(value?.json ?? (arguments.isEmpty ? "{}" : arguments))"
  }
}
