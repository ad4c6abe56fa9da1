import Foundation

/// Opens tokenizers of every supported format, known by their names and contents.
public enum TokenizerFile {
  /// Opens a tokenizer file, or the tokenizer in a model's folder.
  ///
  /// Of the two files of a vocabulary with merges either may be named; the other must stand
  /// beside it. In a folder `tokenizer.json` is preferred to `tokenizer.model`.
  /// - Throws: `TokenizerError`, with the file and the place in it.
  public static func load(_ path: String) throws -> any Tokenizer {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw TokenizerError.inaccessible(file: path, reason: "there is no such file or folder")
    }
    return try load(file: isFolder.boolValue ? tokenizerFile(inFolder: path) : path)
  }

  private static func load(file: String) throws -> any Tokenizer {
    let contents = try read(file)
    guard let first = contents.first else {
      throw TokenizerError.malformed(file: file, place: "byte 0", problem: "the file is empty")
    }
    if first == UInt8(ascii: "{") || contents.starts(with: [0xEF, 0xBB, 0xBF]) {
      return try loadJSON(contents, file: file)
    }
    if contents.starts(with: "#version".utf8) || name(of: file) == "merges.txt" {
      let vocabulary = try sibling(of: file, named: ["encoder.json", "vocab.json"])
      return try loadVocabulary(vocabulary, merges: file)
    }
    if contents.starts(with: "GGUF".utf8) {
      throw TokenizerError.unsupported(
        file: file, feature: "a GGUF file by itself as a tokenizer; open it as a model, which")
    }
    if TiktokenFile.matches(contents) {
      return try TiktokenFile(contents, file: file).tokenizer()
    }
    if SentencePieceModelFile.matches(contents) {
      return try SentencePieceModelFile(contents, file: file).tokenizer()
    }
    if Llama2CTokenizerFile.matches(contents) {
      return try Llama2CTokenizerFile(contents, file: file).tokenizer()
    }
    throw TokenizerError.unrecognized(file: file)
  }

  private static func loadJSON(_ contents: [UInt8], file: String) throws -> any Tokenizer {
    let document = try parse(contents, file: file)
    guard document.root["model"]?.kind == .object else {
      let merges = try sibling(of: file, named: ["vocab.bpe", "merges.txt"])
      return try loadVocabulary(file, merges: merges)
    }
    let configurationFile = folder(of: file) + "tokenizer_config.json"
    var configuration: JSONDocument?
    if FileManager.default.fileExists(atPath: configurationFile) {
      configuration = try parse(read(configurationFile), file: configurationFile)
    }
    return try TokenizerJSON(document: document, file: file).tokenizer(
      boundaries: TextBoundaries(configuration: configuration?.root))
  }

  private static func loadVocabulary(_ vocabulary: String, merges: String) throws -> any Tokenizer {
    try VocabularyAndMergesFiles(
      vocabulary: parse(read(vocabulary), file: vocabulary), vocabularyFile: vocabulary,
      merges: read(merges), mergesFile: merges
    ).tokenizer()
  }
}

// MARK: - Files

extension TokenizerFile {
  /// The largest published tokenizer takes 40 MB.
  private static let sizeLimit = 512 << 20

  private static func read(_ file: String) throws -> [UInt8] {
    do {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: file).resolvingSymlinksInPath().path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw TokenizerError.inaccessible(file: file, reason: "not a regular file")
      }
      guard let size = attributes[.size] as? Int, size <= sizeLimit else {
        throw TokenizerError.inaccessible(
          file: file, reason: "larger than \(sizeLimit >> 20) MB, no tokenizer")
      }
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw TokenizerError.inaccessible(file: file, reason: error.localizedDescription)
    }
  }

  private static func parse(_ contents: [UInt8], file: String) throws -> JSONDocument {
    do {
      return try JSONParser.parse(contents)
    } catch let failure as JSONParser.Failure {
      let before = contents[..<failure.offset]
      let line = before.count { $0 == UInt8(ascii: "\n") } + 1
      let column = before.count - ((before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1) + 1
      throw TokenizerError.malformed(
        file: file, place: "line \(line), column \(column)", problem: failure.problem)
    }
  }

  private static func tokenizerFile(inFolder path: String) throws -> String {
    let folder = path.hasSuffix("/") ? path : path + "/"
    let names = [
      "tokenizer.json", "tokenizer.model", "encoder.json", "vocab.json", "tokenizer.bin",
    ]
    for name in names where FileManager.default.fileExists(atPath: folder + name) {
      return folder + name
    }
    let contents = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let others = contents.filter { $0.hasSuffix(".tiktoken") || $0.hasSuffix("tokenizer.json") }
    guard others.count == 1 else { throw TokenizerError.unrecognized(file: path) }
    return folder + others[0]
  }

  private static func sibling(of file: String, named names: [String]) throws -> String {
    for name in names where FileManager.default.fileExists(atPath: folder(of: file) + name) {
      return folder(of: file) + name
    }
    throw TokenizerError.inaccessible(
      file: file, reason: "\(names.joined(separator: " or ")) should stand beside it")
  }

  private static func name(of file: String) -> Substring {
    file.split(separator: "/").last ?? ""
  }

  private static func folder(of file: String) -> String {
    String(file.dropLast(name(of: file).count))
  }
}
