/// What can be wrong with a tokenizer's file, its vocabulary or a request to train one.
public enum TokenizerError: Error, Equatable {
  /// The file cannot be read or written.
  case inaccessible(file: String, reason: String)

  /// The file or folder is no tokenizer of a known format.
  case unrecognized(file: String)

  /// The file is of a known format, and broken at a place (line, byte offset or key).
  case malformed(file: String, place: String, problem: String)

  /// The file asks for something that is not supported.
  case unsupported(file: String, feature: String)

  /// The parts that should make a tokenizer do not fit together.
  case invalidVocabulary(String)

  /// The split pattern is not a regular expression that can be used.
  case invalidPattern(String, reason: String)

  /// The training request cannot be met.
  case invalidTraining(String)

  /// The tokenizer has no tokens for the turns and calls of conversations.
  case noChatTokens(missing: [String])
}

extension TokenizerError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .inaccessible(let file, let reason):
      "\(file): \(reason)"
    case .unrecognized(let file):
      "\(file): not a tokenizer; supported are \(Self.supportedFormats)"
    case .malformed(let file, let place, let problem):
      "\(file), \(place): \(problem)"
    case .unsupported(let file, let feature):
      "\(file): \(feature) is not supported"
    case .invalidVocabulary(let problem):
      "vocabulary: \(problem)"
    case .invalidPattern(let pattern, let reason):
      "split pattern '\(pattern)': \(reason)"
    case .invalidTraining(let problem):
      "tokenizer training: \(problem)"
    case .noChatTokens(let missing):
      "the tokenizer has no \(missing.joined(separator: ", ")): it was not made for conversations"
    }
  }

  static let supportedFormats = """
    Hugging Face's tokenizer.json, SentencePiece's tokenizer.model, tiktoken files \
    (cl100k_base, o200k_base, p50k_base, r50k_base, gpt2, Llama 3's tokenizer.model, \
    qwen.tiktoken), encoder.json + vocab.bpe, vocab.json + merges.txt, and llama2.c's \
    tokenizer.bin
    """

  /// The same error with the file named, for errors found after the file was read.
  func located(in file: String) -> TokenizerError {
    switch self {
    case .invalidVocabulary(let problem):
      .malformed(file: file, place: "vocabulary", problem: problem)
    case .invalidPattern(let pattern, let reason):
      .malformed(file: file, place: "split pattern '\(pattern)'", problem: reason)
    default: self
    }
  }
}

/// Names the file in errors that the body throws about the vocabulary.
func locatingErrors<Result>(in file: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as TokenizerError {
    throw error.located(in: file)
  }
}
