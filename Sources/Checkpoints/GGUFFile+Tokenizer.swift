import Tokenizers

extension GGUFFile {
  /// The tokenizer that the metadata under `tokenizer.ggml` describes.
  ///
  /// - Throws: `CheckpointError` when a key is missing, of another type, or names a kind of tokenizer
  ///   that is not supported; `TokenizerError` when the vocabulary does not fit together.
  public func tokenizer() throws -> any Tokenizer {
    let model: String = try value(of: "tokenizer.ggml.model")
    do {
      switch model {
      case "llama": return try sentencePieceTokenizer(.bytePair)
      case "t5": return try sentencePieceTokenizer(.unigram)
      case "gpt2": return try bytePairTokenizer()
      default:
        throw file.unsupported(
          .key("tokenizer.ggml.model"), feature: "the tokenizer model \(quoted(model))")
      }
    } catch TokenizerError.invalidVocabulary(let problem) {
      throw TokenizerError.malformed(file: file.path, place: "tokenizer.ggml", problem: problem)
    }
  }

  private func sentencePieceTokenizer(
    _ kind: SentencePieceTokenizer.Kind
  ) throws -> SentencePieceTokenizer {
    // Scores and types are optional (GGUF specification, "if present").
    let pieces = try pieces()
    let types = try types()
    return try SentencePieceTokenizer(
      tokens: pieces,
      scores: valueIfPresent(of: "tokenizer.ggml.scores")
        ?? Array(repeating: 0, count: pieces.count),
      types: types.isEmpty ? Array(repeating: 1, count: pieces.count) : types,
      beginningOfText: token("bos"), endOfText: token("eos"),
      unknown: token("unknown"), kind: kind, normalization: normalization(), frame: frame())
  }

  /// What is done to the text before; the map is an array of bytes, signed or not.
  private func normalization() throws -> SentencePieceNormalization {
    var normalization = SentencePieceNormalization()
    normalization.addsDummyPrefix =
      try valueIfPresent(of: "tokenizer.ggml.add_space_prefix") ?? true
    normalization.removesExtraSpaces =
      try valueIfPresent(of: "tokenizer.ggml.remove_extra_whitespaces") ?? false
    let map: [Int] = try valueIfPresent(of: "tokenizer.ggml.precompiled_charsmap") ?? []
    normalization.characterMap = map.map { UInt8(truncatingIfNeeded: $0) }
    return normalization
  }

  /// The tokens that the file says are put around a text.
  private func frame() throws -> TextFrame {
    func ids(_ role: String) throws -> [Int32] {
      let isAdded: Bool = try valueIfPresent(of: "tokenizer.ggml.add_\(role)_token") ?? false
      return try isAdded ? token(role).map { [$0] } ?? [] : []
    }
    return TextFrame(prefix: try ids("bos"), suffix: try ids("eos"))
  }

  private func bytePairTokenizer() throws -> BytePairTokenizer {
    let merges: [String] = try value(of: "tokenizer.ggml.merges")
    return try BytePairTokenizer(
      printableTokens: pieces(), merges: merges.map { Array($0.utf8) }, types: types(),
      preTokenizer: value(of: "tokenizer.ggml.pre"), beginningOfText: token("bos"),
      endOfText: token("eos"), frame: frame())
  }

  private func pieces() throws -> [[UInt8]] {
    let pieces: [String] = try value(of: "tokenizer.ggml.tokens")
    return pieces.map { Array($0.utf8) }
  }

  /// The types of all tokens, none where the file does not tell.
  private func types() throws -> [Int32] {
    let key = "tokenizer.ggml.token_type"
    let types: [Int] = try valueIfPresent(of: key) ?? []
    return try types.map { type in
      guard let type = Int32(exactly: type) else {
        throw file.malformed(.key(key), expected: "numbers of token types, found \(type)")
      }
      return type
    }
  }

  /// The id of a token with a role; nil when the file has none, or says so with -1.
  private func token(_ role: String) throws -> Int32? {
    let key = "tokenizer.ggml.\(role)_token_id"
    guard let id: Int = try valueIfPresent(of: key), id != -1, id != Int(UInt32.max) else {
      return nil
    }
    guard let token = Int32(exactly: id), token >= 0 else {
      throw file.malformed(.key(key), expected: "a token's id, found \(id)")
    }
    return token
  }
}
