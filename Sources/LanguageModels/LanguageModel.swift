import Checkpoints
import Foundation
import Layers
import Tensors
import Tokenizers

/// A model with its tokenizer, as it lies on disk.
public struct LanguageModel: Sendable {
  public static let weightsFileName = "model.safetensors"
  public static let configurationFileName = "config.json"
  public static let tokenizerFileName = "tokenizer.json"

  public let model: Transformer
  public let tokenizer: any Tokenizer
  /// The tokens that it was pretrained on, where that is known.
  public let pretrainingTokens: Int?

  /// What stands in `config.json`.
  struct Description: Codable {
    static let format = "circadian-transformer-1"
    static let largestByteCount = 1 << 20

    var format = Self.format
    var configuration: TransformerConfiguration
    var pretrainingTokens: Int?
  }

  public init(model: Transformer, tokenizer: any Tokenizer, pretrainingTokens: Int? = nil) {
    self.model = model
    self.tokenizer = tokenizer
    self.pretrainingTokens = pretrainingTokens
  }

  /// Opens a folder with weights, configuration and tokenizer, a GGUF file or a llama2.c file.
  ///
  /// A llama2.c file holds no tokenizer: `tokenizer` names one, else `tokenizer.bin` or `tok512.bin`
  /// beside it is taken.
  ///
  /// - Throws: ``LanguageModelError``, `CheckpointError`, `ParameterError`, `TokenizerError`.
  public static func open(_ url: URL, tokenizer: URL? = nil) throws -> LanguageModel {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw LanguageModelError.missing(path: url.path)
    }
    defer { FreedMemory.giveBack() }
    if isFolder.boolValue {
      return try holdsPublished(url) ? openPublished(url) : openFolder(url)
    }
    let isGGUF = try MappedFile(url).withBytes(in: 0..<4) { $0.starts(with: "GGUF".utf8) }
    return isGGUF ? try openGGUF(url) : try openLlama2C(url, tokenizer: tokenizer)
  }

  /// Whether a folder's configuration is of the form that Hugging Face's `transformers` writes.
  private static func holdsPublished(_ folder: URL) throws -> Bool {
    let configuration = folder.appendingPathComponent(configurationFileName)
    guard FileManager.default.fileExists(atPath: configuration.path) else {
      throw LanguageModelError.missing(path: configuration.path)
    }
    guard let fields = try? PublishedFields(configuration) else { return false }
    return fields.contains("model_type")
  }

  private static func openFolder(_ folder: URL) throws -> LanguageModel {
    let configurationFile = folder.appendingPathComponent(configurationFileName)
    let description = try description(at: configurationFile)
    let tokenizer = try TokenizerFile.load(
      folder.appendingPathComponent(tokenizerFileName).path)
    let model = try build(
      description.configuration,
      from: SafetensorsFile(folder.appendingPathComponent(weightsFileName)),
      path: configurationFile.path)
    try check(tokenizer, fits: model, path: folder.path)
    return LanguageModel(
      model: model, tokenizer: tokenizer, pretrainingTokens: description.pretrainingTokens)
  }

  private static func description(at url: URL) throws -> Description {
    func unreadable(_ reason: String) -> LanguageModelError {
      .unreadableConfiguration(path: url.path, reason: reason)
    }
    let file = try MappedFile(url)
    guard file.byteCount <= Description.largestByteCount else {
      throw unreadable("\(file.byteCount) bytes, expected at most \(Description.largestByteCount)")
    }
    let data = try file.withBytes(in: 0..<file.byteCount) { Data($0) }
    let description: Description
    do {
      description = try JSONDecoder().decode(Description.self, from: data)
    } catch {
      throw unreadable(ConfigurationProblem.describe(error, in: data))
    }
    guard description.format == Description.format else {
      throw unreadable("format is '\(description.format)', expected '\(Description.format)'")
    }
    return description
  }

  /// Builds a model of a checked configuration from `source`, all of which must be used.
  static func build(
    _ configuration: TransformerConfiguration, from source: any TensorSource, path: String
  ) throws -> Transformer {
    if let problem = configuration.problem {
      throw LanguageModelError.unreadableConfiguration(path: path, reason: problem)
    }
    let scope = ParameterScope(loadingFrom: source)
    let model = try Transformer(configuration, in: scope)
    try scope.finish()
    return model
  }

  static func check(_ tokenizer: any Tokenizer, fits model: Transformer, path: String) throws {
    let expected = model.configuration.vocabularySize
    guard tokenizer.vocabularySize <= expected else {
      throw LanguageModelError.vocabularyMismatch(
        path: path, tokenizer: tokenizer.vocabularySize, model: expected)
    }
  }
}

/// Why a model cannot be opened.
public enum LanguageModelError: Error, CustomStringConvertible, Equatable {
  case missing(path: String)
  case unreadableConfiguration(path: String, reason: String)
  case unsupportedArchitecture(path: String, name: String)
  case noTokenizer(path: String, looked: [String])
  case vocabularyMismatch(path: String, tokenizer: Int, model: Int)

  public var description: String {
    switch self {
    case .missing(let path): "\(path): no such model file or folder"
    case .unreadableConfiguration(let path, let reason): "\(path): \(reason)"
    case .unsupportedArchitecture(let path, let name):
      "\(path): architecture '\(name)' is not supported; supported are \(PublishedFamily.supported)"
    case .noTokenizer(let path, let looked):
      "\(path): the file holds no tokenizer and none was found at "
        + looked.joined(separator: ", ") + "; name one with --tokenizer"
    case .vocabularyMismatch(let path, let tokenizer, let model):
      "\(path): the tokenizer has \(tokenizer) tokens, the model only \(model)"
    }
  }
}

/// What a JSON decoder found wrong, in a person's words.
enum ConfigurationProblem {
  static func describe(_ error: any Error, in data: Data) -> String {
    func place(_ keys: [any CodingKey], else otherwise: String) -> String {
      keys.isEmpty ? otherwise : "key '\(keys.map(\.stringValue).joined(separator: "."))'"
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return place(context.codingPath + [key], else: "") + " is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return place(context.codingPath, else: "not a JSON object") + ": \(context.debugDescription)"
    case DecodingError.dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "not valid JSON: \(syntaxProblem(in: data))"
        : place(context.codingPath, else: "") + ": \(context.debugDescription)"
    default: return "cannot be read: \(error)"
    }
  }

  /// What the decoder keeps to itself outside Darwin, and the older parser tells: the place.
  private static func syntaxProblem(in data: Data) -> String {
    do {
      _ = try JSONSerialization.jsonObject(with: data)
      return "A number is out of range."
    } catch {
      let reason = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
      return reason ?? error.localizedDescription
    }
  }
}
