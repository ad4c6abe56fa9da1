extension TemplateValue {
  /// The value as JSON, as `tojson` writes it: in one line, with a space after commas and colons.
  public var json: String {
    let writer = JSONWriter(itemSeparator: ", ", keySeparator: ": ")
    let interpreter = Interpreter([:], .none) { .distantPast }
    // Only values that no template is given cannot be written.
    return (try? writer.text(Templates.Value(self), interpreter).string) ?? "null"
  }
}

extension TemplateLimits {
  /// For values of the program's own.
  fileprivate static var none: TemplateLimits {
    var limits = TemplateLimits()
    (limits.steps, limits.characters) = (.max, .max)
    return limits
  }
}
