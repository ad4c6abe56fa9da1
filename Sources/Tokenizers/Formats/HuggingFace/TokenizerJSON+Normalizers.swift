extension TokenizerJSON {
  static func normalizer(_ component: TokenizerComponent) throws -> Normalizer {
    switch try component.type {
    case "Sequence": .sequence(try component.components("normalizers").map(normalizer))
    case "NFC": .unicode(.composed)
    case "NFD": .unicode(.decomposed)
    case "NFKC": .unicode(.compatibilityComposed)
    case "NFKD": .unicode(.compatibilityDecomposed)
    case "Lowercase": .lowercase
    case "StripAccents": .stripAccents
    case "Nmt": .translation
    case "ByteLevel": .byteLevel
    case "Strip":
      .strip(
        left: try component.flag("strip_left", default: true),
        right: try component.flag("strip_right", default: true))
    case "Replace":
      .replace(
        try component.pattern("pattern"), by: Array(try component.requiredText("content").utf8))
    case "Prepend": .prepend(Array(try component.requiredText("prepend").utf8))
    case "Precompiled": try characterMap(component)
    case "BertNormalizer": .bert(try bertNormalization(component))
    case let type: throw component.unsupported("the normalizer \(type)")
    }
  }

  private static func characterMap(_ component: TokenizerComponent) throws -> Normalizer {
    let key = "precompiled_charsmap"
    guard let text = component.value[key]?.stringBytes, let contents = Base64.decode(text) else {
      throw component.malformed("expected base64", at: key)
    }
    // Without a map nothing is changed.
    if contents.isEmpty { return .sequence([]) }
    do {
      return .characterMap(try CharacterMap(contents))
    } catch {
      throw component.malformed(error.problem, at: key)
    }
  }

  private static func bertNormalization(
    _ component: TokenizerComponent
  ) throws -> BertNormalization {
    let lowercases = try component.flag("lowercase", default: true)
    return BertNormalization(
      cleansText: try component.flag("clean_text", default: true),
      separatesChinese: try component.flag("handle_chinese_chars", default: true),
      stripsAccents: try component.flag("strip_accents", default: lowercases),
      lowercases: lowercases)
  }
}
