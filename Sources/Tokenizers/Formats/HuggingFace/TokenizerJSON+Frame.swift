extension TokenizerJSON {
  /// What the post-processor puts around one text.
  func frame() throws -> TextFrame {
    try root.component("post_processor").map(Self.frame) ?? TextFrame()
  }

  private static func frame(_ component: TokenizerComponent) throws -> TextFrame {
    switch try component.type {
    case "ByteLevel": return TextFrame()
    case "Sequence":
      return try component.components("processors").reduce(TextFrame()) { inner, processor in
        inner.wrapped(in: try frame(processor))
      }
    case "BertProcessing", "RobertaProcessing":
      return TextFrame(prefix: [try token(component, "cls")], suffix: [try token(component, "sep")])
    case "TemplateProcessing": return try template(component)
    case let type: throw component.unsupported("the post_processor \(type)")
    }
  }

  /// The id of a pair such as `["[CLS]", 101]`.
  private static func token(_ component: TokenizerComponent, _ key: String) throws -> Int32 {
    guard let pair = component.value[key]?.elements, pair.count == 2,
      let id = pair[1].integer.flatMap(Int32.init(exactly:)), id >= 0
    else { throw component.malformed("expected a token and its id", at: key) }
    return id
  }

  /// The ids before and after `$A` in a template for one text.
  private static func template(_ component: TokenizerComponent) throws -> TextFrame {
    var frame = TextFrame()
    var hasText = false
    let tokens = try component.component("special_tokens")
    for step in try component.components("single") {
      if let sequence = try step.component("Sequence") {
        guard !hasText, try sequence.text("id") == "A" else {
          throw component.unsupported("a template in which the text does not stand once")
        }
        hasText = true
      } else if let name = try step.component("SpecialToken")?.text("id") {
        guard
          let ids = try tokens?.component(name)?.value["ids"]?.elements?
            .map({ $0.integer.flatMap(Int32.init(exactly:)) ?? -1 }), ids.allSatisfy({ $0 >= 0 })
        else { throw component.malformed("no ids for '\(name)'", at: "special_tokens") }
        if hasText { frame.suffix += ids } else { frame.prefix += ids }
      } else {
        throw step.malformed("expected a Sequence or a SpecialToken")
      }
    }
    guard hasText else {
      throw component.unsupported("a template in which the text does not stand once")
    }
    return frame
  }
}
