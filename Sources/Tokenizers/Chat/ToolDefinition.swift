import Templates

/// A tool as published models are told of it: a function with a JSON schema of its parameters.
public struct ToolDefinition: Sendable, Hashable {
  public var name: String
  public var description: String
  /// A JSON schema: an object with `type`, `properties` and `required`.
  public var parameters: TemplateValue

  public init(name: String, description: String, parameters: TemplateValue) {
    self.name = name
    self.description = description
    self.parameters = parameters
  }

  /// A tool that is given a text.
  public init(name: String, description: String, textParameter: String = "input") {
    self.init(
      name: name, description: description,
      parameters: [
        "type": "object",
        "properties": .mapping([.init(textParameter, ["type": "string"])]),
        "required": [.string(textParameter)],
      ])
  }

  /// The name of the only parameter, when it is a text.
  public var textParameter: String? {
    guard case .mapping(let properties)? = parameters["properties"], properties.count == 1,
      properties[0].value["type"] == "string"
    else { return nil }
    return properties[0].key
  }

  /// What the tool is given in a call of it: the text alone, when it takes nothing else, otherwise `argument`.
  ///
  /// `argument` is what stands after the name in a ``Conversation/Part/call(_:)``.
  public func text(ofArgument argument: String) -> String {
    guard let name = textParameter, let value = try? TemplateValue(json: argument),
      case .mapping(let entries) = value, entries.count == 1, entries[0].key == name,
      case .string(let text) = entries[0].value
    else { return argument }
    return text
  }

  /// As templates are given it, in OpenAI's form.
  var value: TemplateValue {
    let function: TemplateValue = [
      "name": .string(name), "description": .string(description), "parameters": parameters,
    ]
    // The words of the form itself are the program's; all others are whoever's the tool is.
    return ["type": "function", "function": function.quotedValues]
  }
}

extension TemplateValue {
  /// Quotes the values of a mapping but not its keys.
  fileprivate var quotedValues: TemplateValue {
    guard case .mapping(let entries) = self else { return quoted }
    return .mapping(entries.map { Entry($0.key, $0.value.quoted) })
  }
}
