import Checkpoints
import Files
import Foundation
import LanguageModels
import Layers
import Tensors
import Tokenizers

/// What shows the concepts in a core's states: a sparse autoencoder of its residual stream at one height, and for every feature the
/// texts that light it most.
///
/// States are read with their root mean square brought to 1: how long a state is says nothing of what it is about.
public struct Lens: Sendable {
  /// What is known of a feature.
  public struct Feature: Sendable, Codable, Equatable {
    /// The mean of its strongest activations, each in a place of its own; 0 where nothing lights it.
    public var strength: Float
    /// The share of tokens that light it.
    public var share: Double
    /// The surroundings of its strongest activations, the token between brackets.
    public var examples: [String]
  }

  struct Description: Codable {
    static let format = "circadian-lens-1"

    var format = Self.format
    /// The digest of the core's parameters.
    var core: String
    var block: Int
    var form: SparseAutoencoder.Form
    var quality: AutoencoderTraining.Quality
    var features: [Feature]
  }

  private static let (weightsName, descriptionName) = ("lens.safetensors", "lens.json")

  public let autoencoder: SparseAutoencoder
  public let features: [Feature]
  public let quality: AutoencoderTraining.Quality
  /// The block before which states are read.
  public let block: Int
  let store: ParameterStore
  let core: String

  init(
    _ autoencoder: SparseAutoencoder, _ store: ParameterStore, core: String, block: Int,
    quality: AutoencoderTraining.Quality, features: [Feature]
  ) {
    self.autoencoder = autoencoder
    self.store = store
    self.core = core
    self.block = block
    self.quality = quality
    self.features = features
  }

  /// Opens the lens in `folder`.
  ///
  /// - Throws: ``LensError``, `CheckpointError` or `ParameterError` naming what is wrong with it.
  public static func open(_ folder: URL) throws -> Lens {
    let file = folder.appendingPathComponent(descriptionName)
    guard let data = try? Data(contentsOf: file) else { throw LensError.missing(path: folder.path) }
    let description: Description
    do {
      description = try JSONDecoder().decode(Description.self, from: data)
    } catch {
      throw LensError.damaged(path: file.path, reason: "not the description of a lens: \(error)")
    }
    guard description.format == Description.format else {
      throw LensError.damaged(
        path: file.path,
        reason: "format is '\(description.format)', expected '\(Description.format)'")
    }
    if let problem = description.form.problem {
      throw LensError.damaged(path: file.path, reason: problem)
    }
    guard description.features.count == description.form.features, description.block >= 0 else {
      throw LensError.damaged(
        path: file.path,
        reason:
          "\(description.features.count) of \(description.form.features) features are described")
    }
    let scope = ParameterScope(
      loadingFrom: try SafetensorsFile(folder.appendingPathComponent(weightsName)))
    let autoencoder = try SparseAutoencoder(description.form, in: scope)
    try scope.finish()
    return Lens(
      autoencoder, scope.store, core: description.core, block: description.block,
      quality: description.quality, features: description.features)
  }

  /// Writes the lens into `folder`, each file atomically.
  public func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var writer = SafetensorsWriter()
    for parameter in store.parameters { writer.add(parameter.value, named: parameter.path) }
    try writer.write(to: folder.appendingPathComponent(Self.weightsName))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let description = Description(
      core: core, block: block, form: autoencoder.form, quality: quality, features: features)
    try AtomicFile.write(
      try encoder.encode(description) + Data("\n".utf8),
      to: folder.appendingPathComponent(Self.descriptionName))
  }

  /// Checks that the lens was made for `core`, as it is without its nights.
  ///
  /// - Throws: ``LensError/otherCore(path:)``.
  public func verify(_ core: Transformer, path: String) throws {
    guard core.parameters.digest == self.core else { throw LensError.otherCore(path: path) }
  }

  /// States before ``block`` as the autoencoder reads them, [tokens, width]; contexts begin anew where one is full.
  static func states(of tokens: [Int32], in core: Transformer, before block: Int) -> Tensor {
    let length = core.configuration.contextLength
    let width = core.configuration.width
    let parts = stride(from: 0, to: tokens.count, by: length).map { start in
      let part = Array(tokens[start..<min(start + length, tokens.count)])
      return core.stream(Tensor(indices: part, shape: [1, part.count]), before: block)
        .reshaped([part.count, width]).rmsNormalized(epsilon: 1e-6).detached()
    }
    return parts.count == 1 ? parts[0] : .concatenated(parts, axis: 0)
  }

  /// How strong each feature is at each of `tokens`, [tokens, features].
  public func codes(of tokens: [Int32], in core: Transformer) -> Tensor {
    autoencoder.codes(Self.states(of: tokens, in: core, before: block)).detached()
  }

  /// Of a feature's ``Feature/strength``, as much as a token must have of it for a sentence to be about it.
  private static let lit: Float = 0.5

  /// What `tokens`, a sentence, are about: the features that one of them lights at least half as much as their examples.
  public func features(litBy tokens: [Int32], in core: Transformer) -> Set<Int> {
    features(litIn: 0..<tokens.count, of: codes(of: tokens, in: core))
  }

  /// The same of a part of some tokens, of ``codes(of:in:)`` of all.
  func features(litIn sentence: Range<Int>, of codes: Tensor) -> Set<Int> {
    var lit: Set<Int> = []
    codes.withFloats { codes in
      for place in sentence {
        for feature in features.indices {
          let code = codes[place * features.count + feature]
          if code > 0, code >= Self.lit * features[feature].strength { lit.insert(feature) }
        }
      }
    }
    return lit
  }
}

/// What can be wrong with a lens.
public enum LensError: Error, CustomStringConvertible, Equatable {
  case missing(path: String)
  case damaged(path: String, reason: String)
  case otherCore(path: String)
  case noSuchFeature(Int, of: Int)
  case tooShort(tokens: Int, needed: Int)

  public var description: String {
    switch self {
    case .missing(let path):
      "\(path): there is no lens here; 'circadian lens train' makes one"
    case .damaged(let path, let reason): "\(path): \(reason)"
    case .otherCore(let path): "\(path): this lens was made for another core"
    case .noSuchFeature(let feature, let count):
      "there is no feature \(feature): expected 0 to \(count - 1)"
    case .tooShort(let tokens, let needed):
      "the texts have \(tokens) tokens, expected at least \(needed)"
    }
  }
}
