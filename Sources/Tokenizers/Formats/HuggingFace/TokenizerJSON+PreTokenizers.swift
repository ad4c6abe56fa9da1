extension TokenizerJSON {
  static func preTokenizer(_ component: TokenizerComponent) throws -> PreTokenizer {
    switch try component.type {
    case "Sequence": .sequence(try component.components("pretokenizers").map(preTokenizer))
    case "ByteLevel": try byteLevel(component)
    case "Split":
      .split(
        try component.pattern("pattern"), try behavior(component),
        isInverted: try component.flag("invert", default: false))
    case "Metaspace": .metaspace(try metaspace(component))
    case "Digits":
      .split(
        .characters(.numeric),
        try component.flag("individual_digits", default: false) ? .isolated : .contiguous,
        isInverted: false)
    case "Whitespace": .split(.wordsAndSigns, .removed, isInverted: true)
    case "WhitespaceSplit": .split(.characters(.whiteSpace), .removed, isInverted: false)
    case "Punctuation":
      .split(
        .characters(.punctuation), try behavior(component, default: "Isolated"), isInverted: false)
    case "BertPreTokenizer":
      .sequence([
        .split(.characters(.whiteSpace), .removed, isInverted: false),
        .split(.characters(.punctuation), .isolated, isInverted: false),
      ])
    case "CharDelimiterSplit":
      .split(.characters(.one(try character(component, "delimiter"))), .removed, isInverted: false)
    case "UnicodeScripts": .scripts
    case "FixedLength": .fixedLength(max(1, try component.count("length", default: 5)))
    case let type: throw component.unsupported("the pre_tokenizer \(type)")
    }
  }

  private static func byteLevel(_ component: TokenizerComponent) throws -> PreTokenizer {
    let usesPattern = try component.flag("use_regex", default: true)
    return .byteLevel(
      addsPrefixSpace: try component.flag("add_prefix_space", default: true),
      pattern: usesPattern ? .expression(try PieceSplitter(.gpt2)) : nil)
  }

  private static func behavior(
    _ component: TokenizerComponent, default fallback: String? = nil
  ) throws -> SplitBehavior {
    guard let name = try component.text("behavior") ?? fallback,
      let behavior = SplitBehavior(rawValue: name)
    else { throw component.malformed("expected the name of a behavior", at: "behavior") }
    return behavior
  }

  /// Reads the sign for spaces and the prefix, which older files write as `add_prefix_space`.
  static func metaspace(_ component: TokenizerComponent) throws -> PreTokenizer.Metaspace {
    var prefix = PreTokenizer.Metaspace.Prefix.always
    if let name = try component.text("prepend_scheme") {
      guard let named = PreTokenizer.Metaspace.Prefix(rawValue: name) else {
        throw component.malformed("expected always, first or never", at: "prepend_scheme")
      }
      prefix = named
    } else if try !component.flag("add_prefix_space", default: true) {
      prefix = .never
    }
    let sign = component.value["replacement"] == nil ? "▁" : try character(component, "replacement")
    return PreTokenizer.Metaspace(
      replacement: Array(String(sign).utf8), prefix: prefix,
      splits: try component.flag("split", default: true))
  }

  static func character(_ component: TokenizerComponent, _ key: String) throws -> Unicode.Scalar {
    let scalars = try component.requiredText(key).unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1 else {
      throw component.malformed("expected one character", at: key)
    }
    return scalar
  }
}
