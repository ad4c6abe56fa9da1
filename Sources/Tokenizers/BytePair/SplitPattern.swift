/// The regular expression whose matches are the pieces within which byte pairs merge.
public struct SplitPattern: Sendable, Hashable {
  /// The expression, in the syntax common to Rust, Oniguruma and PCRE2.
  public let regex: String

  public init(regex: String) {
    self.regex = regex
  }

  /// GPT-2, r50k and p50k: contractions, words, numbers and signs, each with a space before it.
  public static let gpt2 = SplitPattern(
    regex: #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#)

  /// GPT-4: numbers in threes, line ends kept with the signs before them.
  public static let cl100k = SplitPattern(
    regex: #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++"#
      + #"[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#)

  /// GPT-4o: words are cut where capitals begin, contractions stay with their word.
  public static let o200k = SplitPattern(
    regex: #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
      + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
      + #"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
      + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#
      + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#)

  /// Llama 3: GPT-4's first expression.
  public static let llama3 = gpt4Style(digits: "{1,3}")

  /// Qwen 2 and 2.5: as Llama 3, every digit on its own.
  public static let qwen2 = gpt4Style(digits: "")

  /// What `BytePairTrainer` uses: GPT-4 style, every digit on its own, so that small models see
  /// the place of each digit.
  public static let standard = qwen2

  private static func gpt4Style(digits: String) -> SplitPattern {
    SplitPattern(
      regex: #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"# + digits
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#)
  }

  /// The pattern that a GGUF file means by `tokenizer.ggml.pre`, or nil for an unknown name.
  public init?(ggufName: String) {
    switch ggufName {
    case "gpt-2", "gpt2": self = .gpt2
    case "llama-bpe", "llama3", "llama-v3": self = .llama3
    case "qwen2", "deepseek-r1-qwen": self = .qwen2
    case "gpt-4o": self = .o200k
    default: return nil
    }
  }
}
