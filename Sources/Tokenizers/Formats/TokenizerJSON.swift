/// Reads the two kinds of Hugging Face `tokenizer.json` that are supported.
///
/// Byte-level BPE becomes a `BytePairTokenizer`; BPE with byte fallback over `▁`-escaped text
/// becomes a `SentencePieceTokenizer`. Post-processors, which add tokens around the text, are
/// left to the caller, as are truncation and padding.
struct TokenizerJSON {
  private let file: String
  private let root: JSONValue
  private let model: JSONValue
  private let addedTokens: [AddedToken]

  init(document: JSONDocument, file: String) throws {
    self.file = file
    root = document.root
    guard let model = root["model"], model.kind == .object else {
      throw TokenizerError.malformed(file: file, place: "model", problem: "expected an object")
    }
    self.model = model
    addedTokens = try Self.addedTokens(root["added_tokens"], file: file)
  }

  /// Makes the tokenizer that the file describes; `names` say which tokens open and close a text.
  func tokenizer(boundaries: TextBoundaries) throws -> any Tokenizer {
    try requireNeutralModel()
    let specials = addedTokens.filter(\.isSpecial)
    let (beginning, end) = boundaries.ids(among: specials.map { ($0.text, $0.id) })
    if model["byte_fallback"]?.bool == true {
      return try byteFallbackTokenizer(beginningOfText: beginning, endOfText: end)
    }
    return try byteLevelTokenizer(beginningOfText: beginning, endOfText: end)
  }

  private func unsupported(_ feature: String) -> TokenizerError {
    .unsupported(file: file, feature: feature)
  }

  private func malformed(_ place: String, _ problem: String) -> TokenizerError {
    .malformed(file: file, place: place, problem: problem)
  }

  private func requireNeutralModel() throws {
    let type = model["type"]?.string ?? "BPE"
    guard type == "BPE" else { throw unsupported("the model type \(type)") }
    if let dropout = model["dropout"]?.number, dropout > 0 { throw unsupported("BPE dropout") }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let value = model[key]?.string, !value.isEmpty { throw unsupported("model.\(key)") }
    }
  }
}

// MARK: - Byte-level BPE

extension TokenizerJSON {
  private func byteLevelTokenizer(
    beginningOfText: Int32?, endOfText: Int32?
  ) throws -> BytePairTokenizer {
    var normalizesToNFC = false
    if let normalizer = root["normalizer"], !normalizer.isNull {
      guard normalizer["type"]?.string == "NFC" else {
        throw unsupported("the normalizer \(normalizer["type"]?.string ?? "without a type")")
      }
      normalizesToNFC = true
    }
    if let decoder = root["decoder"], !decoder.isNull, decoder["type"]?.string != "ByteLevel" {
      throw unsupported("the decoder \(decoder["type"]?.string ?? "without a type")")
    }
    let pattern = try splitPattern()
    return try locatingErrors(in: file) {
      let vocabulary = try Vocabulary(printableTokens: tokens(), addedTokens: addedTokens)
      return try BytePairTokenizer(
        vocabulary: vocabulary, merges: MergeTable(printablePairs: mergePairs(), in: vocabulary),
        addedTokens: addedTokens, pattern: pattern,
        ignoresMerges: model["ignore_merges"]?.bool ?? false, normalizesToNFC: normalizesToNFC,
        beginningOfText: beginningOfText, endOfText: endOfText)
    }
  }

  /// The pattern of `ByteLevel` alone, or of a `Sequence` of `Split` and `ByteLevel`.
  private func splitPattern() throws -> SplitPattern {
    guard let preTokenizer = root["pre_tokenizer"], !preTokenizer.isNull else {
      throw unsupported("byte-level BPE without a pre_tokenizer")
    }
    let isSequence = preTokenizer["type"]?.string == "Sequence"
    let steps = isSequence ? preTokenizer["pretokenizers"]?.elements ?? [] : [preTokenizer]
    guard let last = steps.last, last["type"]?.string == "ByteLevel" else {
      throw unsupported("a pre_tokenizer that does not end in ByteLevel")
    }
    if last["add_prefix_space"]?.bool == true { throw unsupported("ByteLevel.add_prefix_space") }
    let usesRegex = last["use_regex"]?.bool ?? true
    switch (steps.count, usesRegex) {
    case (1, true): return .gpt2
    case (2, false): return try splitPattern(of: steps[0])
    default: throw unsupported("a pre_tokenizer of \(steps.count) steps that all split")
    }
  }

  private func splitPattern(of split: JSONValue) throws -> SplitPattern {
    guard split["type"]?.string == "Split" else {
      throw unsupported("the pre_tokenizer \(split["type"]?.string ?? "without a type")")
    }
    guard split["behavior"]?.string == "Isolated", split["invert"]?.bool != true else {
      throw unsupported("a Split that is not Isolated, or inverted")
    }
    guard let regex = split["pattern"]?["Regex"]?.string else {
      throw unsupported("a Split without a Regex")
    }
    return SplitPattern(regex: regex)
  }
}

// MARK: - BPE with byte fallback

extension TokenizerJSON {
  private func byteFallbackTokenizer(
    beginningOfText: Int32?, endOfText: Int32?
  ) throws -> SentencePieceTokenizer {
    if let preTokenizer = root["pre_tokenizer"], !preTokenizer.isNull {
      throw unsupported("the pre_tokenizer \(preTokenizer["type"]?.string ?? "without a type")")
    }
    guard let normalizer = root["normalizer"], normalizer["type"]?.string == "Sequence",
      let steps = normalizer["normalizers"]?.elements
    else {
      throw unsupported("byte fallback without a normalizer that writes spaces as ▁")
    }
    var addsDummyPrefix = false
    var escapesSpaces = false
    for step in steps {
      switch step["type"]?.string {
      case "Prepend"? where step["prepend"]?.string == "▁": addsDummyPrefix = true
      case "Replace"?
      where step["pattern"]?["String"]?.string == " " && step["content"]?.string == "▁":
        escapesSpaces = true
      case let type: throw unsupported("the normalizer \(type ?? "without a type")")
      }
    }
    guard escapesSpaces else { throw unsupported("byte fallback without writing spaces as ▁") }
    let unknown = model["unk_token"]?.string
    return try locatingErrors(in: file) {
      try SentencePieceTokenizer(
        tokens: tokens(), merges: mergePairs(), addedTokens: addedTokens, unknown: unknown,
        beginningOfText: beginningOfText, endOfText: endOfText, addsDummyPrefix: addsDummyPrefix)
    }
  }
}

// MARK: - Tokens and merges

extension TokenizerJSON {
  private static func addedTokens(_ list: JSONValue?, file: String) throws -> [AddedToken] {
    try (list?.elements ?? []).enumerated().map { index, entry in
      let place = "added_tokens[\(index)]"
      guard let text = entry["content"]?.string, !text.isEmpty, let id = entry["id"]?.integer,
        (0..<Vocabulary.idLimit(fileSize: entry.document.source.count)).contains(id)
      else {
        throw TokenizerError.malformed(
          file: file, place: place, problem: "expected a content and a plausible id")
      }
      for flag in ["lstrip", "rstrip", "single_word"] where entry[flag]?.bool == true {
        throw TokenizerError.unsupported(file: file, feature: "\(place).\(flag) ('\(text)')")
      }
      return AddedToken(text: text, id: Int32(id), isSpecial: entry["special"]?.bool ?? false)
    }
  }

  /// The texts of `model.vocab` and `added_tokens` by id.
  private func tokens() throws -> [[UInt8]] {
    guard let vocabulary = model["vocab"], vocabulary.kind == .object else {
      throw malformed("model.vocab", "expected an object of tokens and ids")
    }
    var tokens = try VocabularyObject.tokens(vocabulary, file: file, place: "model.vocab")
    for added in addedTokens {
      let id = Int(added.id)
      if id >= tokens.count {
        tokens.append(contentsOf: repeatElement([], count: id + 1 - tokens.count))
      }
      guard tokens[id].isEmpty || tokens[id].elementsEqual(added.text.utf8) else {
        throw malformed(
          "added_tokens", "'\(added.text)' has the id \(id) of another token in model.vocab")
      }
      tokens[id] = Array(added.text.utf8)
    }
    return tokens
  }

  /// The merges, which older files write as "a b" and newer ones as ["a", "b"].
  private func mergePairs() throws -> [(ArraySlice<UInt8>, ArraySlice<UInt8>)] {
    guard let merges = model["merges"]?.elements else {
      throw malformed("model.merges", "expected an array")
    }
    return try merges.enumerated().map { index, merge in
      if let text = merge.stringBytes {
        let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        if parts.count == 2 { return (parts[0], parts[1]) }
      } else if let parts = merge.elements, parts.count == 2,
        let left = parts[0].stringBytes, let right = parts[1].stringBytes
      {
        return (left, right)
      }
      throw malformed("model.merges[\(index)]", "expected two tokens")
    }
  }
}

/// A JSON object of tokens and ids, as `model.vocab`, `encoder.json` and `vocab.json` are.
enum VocabularyObject {
  static func tokens(_ object: JSONValue, file: String, place: String) throws -> [[UInt8]] {
    var tokens: [[UInt8]] = []
    let limit = Vocabulary.idLimit(fileSize: object.document.source.count)
    let isObject = try object.forEachMember { key, value in
      guard let id = value.integer, (0..<limit).contains(id), !key.isEmpty else {
        throw TokenizerError.malformed(
          file: file, place: place,
          problem: "the token '\(String(decoding: key, as: UTF8.self))' needs a plausible id")
      }
      if id >= tokens.count {
        tokens.append(contentsOf: repeatElement([], count: id + 1 - tokens.count))
      }
      guard tokens[id].isEmpty else {
        throw TokenizerError.malformed(
          file: file, place: place, problem: "two tokens have the id \(id)")
      }
      tokens[id] = Array(key)
    }
    guard isObject else {
      throw TokenizerError.malformed(
        file: file, place: place, problem: "expected an object of tokens and ids")
    }
    return tokens
  }
}
