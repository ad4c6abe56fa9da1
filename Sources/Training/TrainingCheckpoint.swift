import Checkpoints
import Files
import Foundation
import Layers
import Optimizers
import Ranks
import Tensors

/// Everything that a run needs to go on as if it had never stopped: weights, optimizer, step, cursor.
///
/// One safetensors file, replaced atomically: a run that is killed while saving has its previous checkpoint. Where several
/// processes train together, each writes its share of the optimizer's state to a file of its own beside it, before the file
/// that names them is replaced. Any number of processes goes on from either.
public struct TrainingCheckpoint {
  /// The number of steps done.
  public var step: Int
  /// What must not change between the parts of a run, as the run describes itself.
  public var fingerprint: String
  /// Where the data go on, for a source whose place does not follow from the step.
  public var cursor: String?

  private static let parameterPrefix = "parameter/"
  private static let optimizerPrefix = "optimizer/"
  private static let sharesKey = "shares"

  public init(step: Int, fingerprint: String, cursor: String? = nil) {
    self.step = step
    self.fingerprint = fingerprint
    self.cursor = cursor
  }

  /// Writes the trainable `parameters` and the optimizer's state.
  public func save(
    _ parameters: [Parameter], _ optimizer: some Optimizer, among ranks: any RankGroup = Alone(),
    to url: URL
  ) throws {
    var metadata = ["step": String(step), "fingerprint": fingerprint]
    metadata["cursor"] = cursor
    if let optimizer = optimizer as? ShardedOptimizer {
      let shares = OptimizerShares(of: url, step: step, count: ranks.count)
      try shares.write(optimizer, for: parameters, rank: ranks.rank)
      ranks.wait()
      if ranks.isFirst {
        metadata[Self.sharesKey] = stableJSON(shares.names)
        try write(parameters, [], metadata, to: url)
        shares.removeOthers()
      }
      ranks.wait()
    } else {
      try write(parameters, optimizer.state, metadata, to: url)
      OptimizerShares.removeAll(of: url)
    }
  }

  private func write(
    _ parameters: [Parameter], _ state: [(name: String, tensor: Tensor)],
    _ metadata: [String: String], to url: URL
  ) throws {
    var writer = SafetensorsWriter(metadata: metadata)
    for parameter in parameters {
      writer.add(parameter.value, named: Self.parameterPrefix + parameter.path)
    }
    for (name, tensor) in state { writer.add(tensor, named: Self.optimizerPrefix + name) }
    try writer.write(to: url)
  }

  /// Puts a saved run back into `parameters` and `optimizer`; nil when there is none at `url`.
  ///
  /// - Throws: ``TrainingError/otherRun(file:expected:found:)`` when the run was another one.
  public static func resume(
    _ parameters: [Parameter], _ optimizer: inout some Optimizer, fingerprint: String,
    from url: URL
  ) throws -> TrainingCheckpoint? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let file = try SafetensorsFile(url)
    guard let step = file.metadata["step"].flatMap(Int.init), step >= 0,
      let found = file.metadata["fingerprint"]
    else { throw TrainingError.noCheckpoint(file: url.path) }
    guard found == fingerprint else {
      throw TrainingError.otherRun(file: url.path, expected: fingerprint, found: found)
    }
    var expected: Set<String> = []
    for parameter in parameters {
      let name = parameterPrefix + parameter.path
      expected.insert(name)
      guard let tensor = try file.tensor(named: name) else {
        throw ParameterError.missing(path: name, source: url.path)
      }
      guard tensor.shape == parameter.shape else {
        throw ParameterError.wrongShape(
          path: name, expected: parameter.shape, found: tensor.shape, source: url.path)
      }
      parameter.replace(with: tensor.owned())
    }
    var state = TensorDictionary(sourceName: url.path)
    for name in file.tensorNames {
      if name.hasPrefix(optimizerPrefix) {
        state[String(name.dropFirst(optimizerPrefix.count))] = try file.tensor(named: name)
      } else if !expected.contains(name) {
        throw ParameterError.unused(paths: [name], source: url.path)
      }
    }
    if let list = file.metadata[sharesKey] {
      try optimizer.restore(SharedOptimizerState(list, beside: url), for: parameters)
    } else {
      try optimizer.restore(state, for: parameters)
    }
    return TrainingCheckpoint(
      step: step, fingerprint: fingerprint, cursor: file.metadata["cursor"])
  }
}
