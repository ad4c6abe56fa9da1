import Files
import Foundation

extension BytePairTokenizer {
  /// Writes the tokenizer as a `tokenizer.json` that Hugging Face `tokenizers` loads.
  ///
  /// The file appears whole or not at all. Ids are the same there; but of a vocabulary read from
  /// tiktoken's ranks, merges that tie by rank are written in the order of their pairs.
  /// - Throws: `FileSystemError`.
  public func save(to path: String) throws {
    try AtomicFile.write(Data(tokenizerJSON.utf8), to: URL(fileURLWithPath: path))
  }

  private var tokenizerJSON: String {
    let added = addedTokens.tokens.sorted { $0.id < $1.id }.map { token in
      """
          {"id": \(token.id), "content": \(JSONString.quote(token.text)), "single_word": false, \
      "lstrip": false, "rstrip": false, "normalized": false, "special": \(token.isSpecial)}
      """
    }
    let addedTexts = Dictionary(
      addedTokens.tokens.map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
    let tokens = (0..<Int32(vocabulary.count)).compactMap { id -> String? in
      if let text = addedTexts[id] { return "      \(JSONString.quote(text)): \(id)" }
      return vocabulary[id].isEmpty ? nil : "      \(printable(id)): \(id)"
    }
    let pairs = merges.merges.map { merge in
      "      [\(printable(merge.left)), \(printable(merge.right))]"
    }
    return """
      {
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [
      \(added.joined(separator: ",\n"))
        ],
        "normalizer": \(normalizesToNFC ? #"{"type": "NFC"}"# : "null"),
        "pre_tokenizer": {
          "type": "Sequence",
          "pretokenizers": [
            {
              "type": "Split",
              "pattern": {"Regex": \(JSONString.quote(pattern.onigurumaRegex))},
              "behavior": "Isolated",
              "invert": false
            },
            {
              "type": "ByteLevel",
              "add_prefix_space": false,
              "trim_offsets": true,
              "use_regex": false
            }
          ]
        },
        "post_processor": \(postProcessor(addedTexts)),
        "decoder": {
          "type": "ByteLevel",
          "add_prefix_space": true,
          "trim_offsets": true,
          "use_regex": true
        },
        "model": {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "ignore_merges": \(ignoresMerges),
          "vocab": {
      \(tokens.joined(separator: ",\n"))
          },
          "merges": [
      \(pairs.joined(separator: ",\n"))
          ]
        }
      }

      """
  }

  private func postProcessor(_ texts: [Int32: String]) -> String {
    if frame == TextFrame() { return "null" }
    func step(_ id: Int32) -> String {
      #"{"SpecialToken": {"id": \#(JSONString.quote(texts[id] ?? "\(id)")), "type_id": 0}}"#
    }
    let text = #"{"Sequence": {"id": "A", "type_id": 0}}"#
    let steps = frame.prefix.map(step) + [text] + frame.suffix.map(step)
    let tokens = Set(frame.prefix + frame.suffix).sorted().map { id in
      let name = JSONString.quote(texts[id] ?? "\(id)")
      return #"\#(name): {"id": \#(name), "ids": [\#(id)], "tokens": [\#(name)]}"#
    }
    let single = steps.joined(separator: ", ")
    return #"{"type": "TemplateProcessing", "single": [\#(single)], "pair": [\#(single), "#
      + #"{"Sequence": {"id": "B", "type_id": 1}}], "#
      + #""special_tokens": {\#(tokens.joined(separator: ", "))}}"#
  }

  private func printable(_ id: Int32) -> String {
    JSONString.quote(PrintableBytes.encode(vocabulary[id]))
  }
}
