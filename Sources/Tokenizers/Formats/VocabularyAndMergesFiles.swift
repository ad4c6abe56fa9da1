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
    pairs.reserveCapacity(merges.count / 10)
    var (start, number) = (0, 0)
    while start < merges.count {
      let end = merges[start...].firstIndex(of: UInt8(ascii: "\n")) ?? merges.count
      var line = merges[start..<end]
      start = end + 1
      number += 1
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      if line.isEmpty || (number == 1 && line.starts(with: "#version".utf8)) { continue }
      guard let space = line.firstIndex(of: UInt8(ascii: " ")),
        !line[(space + 1)...].contains(UInt8(ascii: " "))
      else {
        throw TokenizerError.malformed(
          file: mergesFile, place: "line \(number)", problem: "expected two tokens and a space")
      }
      pairs.append((line[..<space], line[(space + 1)...]))
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
