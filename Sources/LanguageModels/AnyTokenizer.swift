import Checkpoints
import Foundation
import Tokenizers

/// Opens whatever holds a tokenizer: its own file, a model's folder, a GGUF file.
public enum AnyTokenizer {
  /// - Throws: `TokenizerError` or `CheckpointError` naming the file and the place in it.
  public static func open(_ path: String) throws -> any Tokenizer {
    let handle = FileHandle(forReadingAtPath: path)
    defer { try? handle?.close() }
    if let start = try? handle?.read(upToCount: 4), start.elementsEqual("GGUF".utf8) {
      return try GGUFFile(URL(fileURLWithPath: path)).tokenizer()
    }
    return try TokenizerFile.load(path)
  }
}
