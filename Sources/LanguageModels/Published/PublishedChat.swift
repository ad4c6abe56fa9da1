import Checkpoints
import Foundation
import Tokenizers

/// How a published model holds conversations: its template, and the tokens that end its turns.
public struct PublishedChat: Sendable {
  public let template: ChatTemplate
  public let endTokens: Set<Int32>

  /// Reads them from the model at `url`; nil where it has no template.
  ///
  /// - Throws: `ChatTemplateError`, `TemplateError` for a template that uses what the interpreter lacks, ``LanguageModelError``.
  public init?(_ url: URL, _ tokenizer: any Tokenizer) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw LanguageModelError.missing(path: url.path)
    }
    var ends = Self.usualEnds(of: tokenizer)
    if isFolder.boolValue {
      do { template = try ChatTemplate(folder: url.path) } catch ChatTemplateError.missing {
        return nil
      }
      for name in ["generation_config.json", "config.json"] {
        ends.formUnion(try Self.endTokens(in: url.appendingPathComponent(name)))
      }
    } else {
      guard let file = try? GGUFFile(url),
        let source: String = try file.valueIfPresent(of: "tokenizer.chat_template")
      else { return nil }
      var names: [String: String] = [:]
      for (key, id) in [
        ("bos_token", tokenizer.beginningOfText), ("eos_token", tokenizer.endOfText),
      ] {
        names[key] = tokenizer.specialTokens.first { $0.value == id }?.key
      }
      template = try ChatTemplate(source: source, specialTokens: names)
    }
    endTokens = ends
  }

  private static func endTokens(in file: URL) throws -> [Int32] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    let fields = try PublishedFields(file)
    let numbers = (try? fields.numbers("eos_token_id")) ?? nil
    let all = try numbers?.map { Int($0) } ?? fields.integer("eos_token_id").map { [$0] } ?? []
    return all.compactMap { Int32(exactly: $0) }
  }

  /// The end of a text, and the names that families give to the end of a turn.
  private static func usualEnds(of tokenizer: any Tokenizer) -> Set<Int32> {
    let names = ["<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>", "<|end|>"]
    return Set(
      names.compactMap { tokenizer.specialTokens[$0] } + [tokenizer.endOfText].compactMap { $0 })
  }
}
