/// Which special tokens open and close a text, by the names that published vocabularies use.
struct TextBoundaries {
  private var beginnings = [
    "<|begin_of_text|>", "<|beginoftext|>", "<|bos|>", "<s>", "<bos>", "<|startoftext|>",
    "<|endoftext|>",
  ]
  private var ends = [
    "<|end_of_text|>", "<|eos|>", "</s>", "<eos>", "<|endoftext|>", "<|bos|>",
  ]

  /// Reads the names from a `tokenizer_config.json`, where there is one, before guessing.
  init(configuration: JSONValue?) {
    guard let configuration else { return }
    func name(_ key: String) -> String? {
      configuration[key]?.string ?? configuration[key]?["content"]?.string
    }
    if let name = name("bos_token") { beginnings = [name] }
    if let name = name("eos_token") { ends = [name] }
  }

  func ids(among tokens: [(String, Int32)]) -> (beginning: Int32?, end: Int32?) {
    let ids = Dictionary(tokens, uniquingKeysWith: { first, _ in first })
    return (
      beginnings.lazy.compactMap { ids[$0] }.first, ends.lazy.compactMap { ids[$0] }.first
    )
  }
}
