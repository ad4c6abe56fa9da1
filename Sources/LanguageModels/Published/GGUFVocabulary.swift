import Checkpoints
import Foundation

/// The vocabulary of a model's folder as GGUF holds it.
///
/// Tokens are written as the folder's files write them: readers of GGUF take GPT-2's alphabet for bytes, and `▁` for a space.
struct GGUFVocabulary {
  private let folder: URL
  /// The rows of the embedding; those without a token get one that nothing makes.
  private let rows: Int

  init(folder: URL, rows: Int) {
    self.folder = folder
    self.rows = rows
  }

  private static let unused: Int32 = 5

  func add(to writer: inout GGUFWriter) throws {
    let file = folder.appendingPathComponent("tokenizer.json")
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw ExportError.unsupported(
        path: folder.path, feature: "a tokenizer in another form than tokenizer.json")
    }
    guard
      let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any],
      let model = root["model"] as? [String: Any], model["type"] as? String ?? "BPE" == "BPE",
      let vocabulary = model["vocab"] as? [String: Int], let merges = Self.merges(model["merges"])
    else {
      throw ExportError.unsupported(
        path: file.path, feature: "a tokenizer that is not byte pair encoding")
    }
    var tokens = [String?](repeating: nil, count: rows)
    var types = [Int32](repeating: Self.unused, count: rows)
    let fallsBack = model["byte_fallback"] as? Bool ?? false
    for (text, id) in vocabulary where tokens.indices.contains(id) {
      tokens[id] = text
      let isByte = fallsBack && text.utf8.count == 6 && text.hasPrefix("<0x") && text.hasSuffix(">")
      types[id] = isByte ? 6 : 1
    }
    for added in root["added_tokens"] as? [[String: Any]] ?? [] {
      guard let id = added["id"] as? Int, tokens.indices.contains(id),
        let text = added["content"] as? String
      else { continue }
      tokens[id] = text
      types[id] = added["special"] as? Bool ?? false ? 3 : 4
    }
    writer.add("tokenizer.ggml.model", .string(fallsBack ? "llama" : "gpt2"))
    if !fallsBack { writer.add("tokenizer.ggml.pre", .string(try splitName(root, file))) }
    writer.add(
      "tokenizer.ggml.tokens",
      .strings(tokens.enumerated().map { Array(($1 ?? "[PAD\($0)]").utf8) }))
    if fallsBack {
      writer.add("tokenizer.ggml.scores", .float32s(Self.scores(tokens, merges, vocabulary)))
      if let unknown = (model["unk_token"] as? String).flatMap({ vocabulary[$0] }) {
        writer.add("tokenizer.ggml.unknown_token_id", .uint32(UInt32(unknown)))
        types[unknown] = 2
      }
    } else {
      writer.add("tokenizer.ggml.merges", .strings(merges.map { Array("\($0.0) \($0.1)".utf8) }))
    }
    writer.add("tokenizer.ggml.token_type", .int32s(types))
    try addBoundaries(tokens, fallsBack: fallsBack, to: &writer)
  }

  /// The merges, which older files write as "a b" and newer ones as ["a", "b"].
  private static func merges(_ list: Any?) -> [(String, String)]? {
    (list as? [Any])?.compactMap { entry in
      if let pair = entry as? [String], pair.count == 2 { return (pair[0], pair[1]) }
      let parts = (entry as? String)?.split(separator: " ", omittingEmptySubsequences: false) ?? []
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
  }

  /// Scores that let pieces merge in the order of the merges: of two the one with the higher score comes first.
  private static func scores(
    _ tokens: [String?], _ merges: [(String, String)], _ vocabulary: [String: Int]
  ) -> [Float] {
    var scores = [Float](repeating: 0, count: tokens.count)
    for (rank, pair) in merges.enumerated() {
      guard let id = vocabulary[pair.0 + pair.1], tokens.indices.contains(id), scores[id] == 0
      else { continue }
      scores[id] = -Float(rank + 1)
    }
    return scores
  }

  /// What llama.cpp calls the way in which text is split before it merges.
  private func splitName(_ root: [String: Any], _ file: URL) throws -> String {
    let step = root["pre_tokenizer"] as? [String: Any] ?? [:]
    let steps = step["pretokenizers"] as? [[String: Any]] ?? [step]
    let patterns = steps.compactMap { ($0["pattern"] as? [String: Any])?["Regex"] as? String }
    guard let pattern = patterns.first else { return "gpt-2" }
    let names = ["llama-bpe": #"\p{N}{1,3}"#, "qwen2": #"|\p{N}|"#]
    let found = names.filter { pattern.contains($0.value) && pattern.hasPrefix("(?i:'s|'t") }
    guard patterns.count == 1, let name = found.keys.first else {
      throw ExportError.unsupported(
        path: file.path, feature: "a split pattern that llama.cpp has no name for")
    }
    return name
  }

  private func addBoundaries(
    _ tokens: [String?], fallsBack: Bool, to writer: inout GGUFWriter
  ) throws {
    let file = folder.appendingPathComponent("tokenizer_config.json")
    guard FileManager.default.fileExists(atPath: file.path),
      let settings = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        as? [String: Any]
    else { return }
    for (key, role) in [
      ("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"),
      ("pad_token", "padding"),
    ] {
      let text =
        settings[key] as? String ?? (settings[key] as? [String: Any])?["content"] as? String
      guard let text, let id = tokens.firstIndex(of: text), !(fallsBack && role == "unknown") else {
        continue
      }
      writer.add("tokenizer.ggml.\(role)_token_id", .uint32(UInt32(id)))
    }
    if let adds = settings["add_bos_token"] as? Bool {
      writer.add("tokenizer.ggml.add_bos_token", .bool(adds))
    }
    if let template = settings["chat_template"] as? String {
      writer.add("tokenizer.chat_template", .string(template))
    }
  }
}
