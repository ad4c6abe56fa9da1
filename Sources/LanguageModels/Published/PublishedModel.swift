import Checkpoints
import Foundation
import Layers
import Tensors

/// A model as others published it: its family, its shape, its tensors and where among them the parameters lie.
public struct PublishedModel {
  public enum Form: Sendable {
    case huggingFace, gguf
  }

  public let url: URL
  public let form: Form
  public let family: PublishedFamily
  public let configuration: TransformerConfiguration
  let weights: any TensorSource
  let table: PlacementTable

  /// Reads the folder or GGUF file at `url`, but for its weights.
  ///
  /// - Throws: ``LanguageModelError``, `CheckpointError`, file system errors.
  public init(_ url: URL) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw LanguageModelError.missing(path: url.path)
    }
    try self.init(url, isFolder: isFolder.boolValue)
  }

  private init(_ url: URL, isFolder: Bool) throws {
    self.url = url
    if isFolder {
      let published = try PublishedConfiguration(
        url.appendingPathComponent(LanguageModel.configurationFileName))
      let files = try Self.shards(in: url)
      form = .huggingFace
      family = published.family
      weights = files
      let names = Set(files.tensorNames)
      let headName = family == .gptNeoX ? "embed_out.weight" : "lm_head.weight"
      configuration = try published.transformer(hasHead: names.contains(headName))
      let prefix = PlacementTable.prefix(of: family)
      var table = PlacementTable.huggingFace(
        family, configuration, prefix: names.contains { $0.hasPrefix(prefix) } ? prefix : "")
      if configuration.tiesHead {
        // Some files hold the embedding a second time.
        let isIgnorable = table.isIgnorable
        table.isIgnorable = { $0 == headName || isIgnorable($0) }
      }
      self.table = table
    } else {
      let file = try GGUFFile(url)
      let described = try GGUFConfiguration(file)
      form = .gguf
      family = described.family
      weights = file
      configuration = try described.transformer()
      table = .gguf(family, configuration)
    }
  }

  private static func shards(in folder: URL) throws -> ShardedSafetensors {
    do {
      return try ShardedSafetensors(folder: folder)
    } catch {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      let pickled = files.sorted().first { $0.hasSuffix(".bin") || $0.hasSuffix(".pth") }
      if let pickled, !files.contains(where: { $0.hasSuffix(".safetensors") }) {
        throw LanguageModelError.unreadableConfiguration(
          path: folder.appendingPathComponent(pickled).path,
          reason: "pickled weights can hold programs and are not read; save them as safetensors")
      }
      throw error
    }
  }

  /// The model, its matrices as they are stored.
  ///
  /// - Throws: ``LanguageModelError`` for an impossible shape, `ParameterError` for tensors that are missing, left over or of
  ///   another shape.
  func transformer() throws -> Transformer {
    if let problem = configuration.problem {
      let file =
        form == .gguf ? url : url.appendingPathComponent(LanguageModel.configurationFileName)
      throw LanguageModelError.unreadableConfiguration(path: file.path, reason: problem)
    }
    let placed = PlacedWeights(weights, table)
    let model = try Transformer(
      configuration, in: ParameterScope(loadingFrom: placed, asStored: true))
    try placed.checkAllUsed()
    return model
  }
}
