/// A JSON object of tokens beside a text of merges, as GPT-2 and Qwen are published.
struct VocabularyAndMergesFiles {
  private let vocabularyFile: String
  private let mergesFile: String
  private var tokens: [[UInt8]]
  private let merges: [(ArraySlice<UInt8>, ArraySlice<UInt8>)]

  init(
    vocabulary: JSONDocument, vocabularyFile: String, merges: [UInt8], mergesFile: String
  ) throws {
    self.vocabularyFile = vocabularyFile
    self.mergesFile = mergesFile
    tokens = try VocabularyObject.tokens(
      vocabulary.root, file: vocabularyFile, place: "vocabulary")
    var pairs: [(ArraySlice<UInt8>, ArraySlice<UInt8>)] = []
    let lines = merges.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty || (index == 0 && line.starts(with: "#version".utf8)) { continue }
      let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw TokenizerError.malformed(
          file: mergesFile, place: "line \(index + 1)", problem: "expected two tokens and a space")
      }
      pairs.append((parts[0], parts[1]))
    }
    self.merges = pairs
  }

  /// Makes the tokenizer with GPT-2's pattern, or with Qwen's for the vocabulary of Qwen 2.
  ///
  /// Qwen's files leave out its special tokens; they follow the vocabulary.
  func tokenizer() throws -> BytePairTokenizer {
    var tokens = tokens
    var added: [AddedToken] = []
    var pattern = SplitPattern.gpt2
    if let id = tokens.firstIndex(of: Array("<|endoftext|>".utf8)) {
      added = [AddedToken(text: "<|endoftext|>", id: Int32(id), isSpecial: true)]
    } else if tokens.count == 151_643 {
      pattern = .qwen2
      for text in ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] {
        added.append(AddedToken(text: text, id: Int32(tokens.count), isSpecial: true))
        tokens.append(Array(text.utf8))
      }
    }
    let endOfText = added.first?.id
    let vocabulary = try locatingErrors(in: vocabularyFile) {
      try Vocabulary(printableTokens: tokens, addedTokens: added)
    }
    let table = try locatingErrors(in: mergesFile) {
      try MergeTable(printablePairs: merges, in: vocabulary)
    }
    return try locatingErrors(in: vocabularyFile) {
      try BytePairTokenizer(
        vocabulary: vocabulary, merges: table, addedTokens: added, pattern: pattern,
        beginningOfText: endOfText, endOfText: endOfText)
    }
  }
}
