/// An object of a `tokenizer.json` with the place where it stands, so that errors can name both.
struct TokenizerComponent {
  let value: JSONValue
  let file: String
  let place: String

  /// What the component is, as its `type` says.
  var type: String {
    get throws {
      guard let type = value["type"]?.string else {
        throw malformed("expected an object with a type")
      }
      return type
    }
  }

  func unsupported(_ feature: String) -> TokenizerError {
    .unsupported(file: file, feature: "\(place.isEmpty ? "" : place + ": ")\(feature)")
  }

  func malformed(_ problem: String, at key: String? = nil) -> TokenizerError {
    .malformed(
      file: file, place: key.map { place.isEmpty ? $0 : "\(place).\($0)" } ?? place,
      problem: problem)
  }

  /// The value of a key, nil where it is missing or null.
  private func present(_ key: String) -> JSONValue? {
    value[key].flatMap { $0.isNull ? nil : $0 }
  }

  /// The object of a key, nil where it is missing or null.
  func component(_ key: String) throws -> TokenizerComponent? {
    guard let value = present(key) else { return nil }
    let component = TokenizerComponent(
      value: value, file: file, place: place.isEmpty ? key : "\(place).\(key)")
    guard value.kind == .object else { throw component.malformed("expected an object") }
    return component
  }

  /// The objects of a key's array.
  func components(_ key: String) throws -> [TokenizerComponent] {
    guard let elements = value[key]?.elements else { throw malformed("expected an array", at: key) }
    return try elements.enumerated().map { index, element in
      let component = TokenizerComponent(
        value: element, file: file, place: (place.isEmpty ? key : "\(place).\(key)") + "[\(index)]")
      guard element.kind == .object else { throw component.malformed("expected an object") }
      return component
    }
  }

  func text(_ key: String) throws -> String? {
    guard let value = present(key) else { return nil }
    guard let text = value.string else { throw malformed("expected a string", at: key) }
    return text
  }

  func requiredText(_ key: String) throws -> String {
    guard let text = try text(key) else { throw malformed("expected a string", at: key) }
    return text
  }

  /// The UTF-8 of a string that is not empty.
  func bytes(_ key: String, default fallback: String? = nil) throws -> [UInt8] {
    guard let text = try text(key) ?? fallback, !text.isEmpty else {
      throw malformed("expected a string that is not empty", at: key)
    }
    return Array(text.utf8)
  }

  func flag(_ key: String, default fallback: Bool) throws -> Bool {
    guard let value = present(key) else { return fallback }
    guard let flag = value.bool else { throw malformed("expected true or false", at: key) }
    return flag
  }

  func count(_ key: String, default fallback: Int? = nil) throws -> Int {
    guard let count = present(key)?.integer ?? (value[key] == nil ? fallback : nil), count >= 0,
      count <= Int(UInt32.max)
    else { throw malformed("expected a plausible number", at: key) }
    return count
  }

  /// What `Split` and `Replace` search for: `{"String": ...}` or `{"Regex": ...}`.
  func pattern(_ key: String) throws -> TextPattern {
    guard let pattern = try component(key) else { throw malformed("expected a pattern", at: key) }
    if let text = try pattern.text("String") { return .text(Array(text.utf8)) }
    guard let regex = try pattern.text("Regex") else {
      throw malformed("expected a String or a Regex", at: key)
    }
    return try expression(regex, at: key)
  }

  func expression(_ regex: String, at key: String) throws -> TextPattern {
    do {
      return .expression(try PieceSplitter(SplitPattern(oniguruma: regex)))
    } catch TokenizerError.invalidPattern(let pattern, let reason) {
      throw malformed("the expression '\(pattern)': \(reason)", at: key)
    }
  }
}
