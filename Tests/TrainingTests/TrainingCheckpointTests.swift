import Checkpoints
import Files
import Foundation
import LanguageModels
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

/// Checkpoints that lie: each gives an error that names the file, never a trap or a wrong run.
@Suite struct TrainingCheckpointTests {
  private let folder: TemporaryFolder
  private let plan = tinyPlan(steps: 4)

  init() throws { folder = try TemporaryFolder() }

  private var checkpoint: URL { folder / "run" }

  /// A sound checkpoint's tensors and metadata.
  private func sound() throws -> (tensors: TensorDictionary, metadata: [String: String]) {
    let run = try tinyRun(plan, tokens: tinyText)
    _ = try run.run(checkpoint: checkpoint, isInterrupted: { true }, report: { _ in })
    let file = try SafetensorsFile(checkpoint)
    var tensors = TensorDictionary()
    for name in file.tensorNames { tensors[name] = try file.tensor(named: name)?.owned() }
    return (tensors, file.metadata)
  }

  private func write(_ tensors: TensorDictionary, _ metadata: [String: String]) throws {
    var writer = SafetensorsWriter(metadata: metadata)
    for name in tensors.tensorNames { writer.add(tensors[name]!, named: name) }
    try writer.write(to: checkpoint)
  }

  private func resume() throws {
    let run = try tinyRun(plan, tokens: tinyText)
    _ = try run.run(checkpoint: checkpoint) { _ in }
  }

  private func expectRefusal(naming part: String) throws {
    let error = try #require(throws: (any Error).self) { try resume() }
    #expect("\(error)".contains(checkpoint.path) && "\(error)".contains(part), "\(error)")
  }

  @Test func stepsAndFingerprintsThatLie() throws {
    let (tensors, metadata) = try sound()
    for step in [nil, "", "-1", "x", "1.5", "99999999999999999999", "5", String(Int.max)] {
      var changed = metadata
      changed["step"] = step
      try write(tensors, changed)
      try expectRefusal(naming: "'step'")
    }
    var changed = metadata
    changed["fingerprint"] = nil
    try write(tensors, changed)
    try expectRefusal(naming: "'fingerprint'")
    changed["fingerprint"] = "{}"
    try write(tensors, changed)
    try expectRefusal(naming: "another run")
    try write(tensors, metadata)
    try resume()
  }

  @Test func everyTensorIsNeededInItsShape() throws {
    let (tensors, metadata) = try sound()
    #expect(tensors.tensorNames.count > 10)
    for name in tensors.tensorNames {
      var changed = tensors
      changed[name] = .zeros([3, 1])
      try write(changed, metadata)
      try expectRefusal(naming: name.replacing(/^optimizer\/[a-z]+\//, with: ""))
      // Without its momentum, a matrix is one that has not moved yet.
      guard !name.contains("muon") else { continue }
      changed[name] = nil
      try write(changed, metadata)
      try expectRefusal(naming: name.replacing(/^optimizer\/[a-z]+\//, with: ""))
    }
    for name in [
      "stranger", "parameter/stranger", "optimizer/stranger", "optimizer/rest/adamw.first.stranger",
    ] {
      var changed = tensors
      changed[name] = .zeros([2])
      try write(changed, metadata)
      try expectRefusal(naming: "stranger")
    }
  }

  @Test func whatIsNoCheckpoint() throws {
    _ = try folder.file(Data(), name: "run")
    try expectRefusal(naming: "run")
    _ = try folder.file(Data("not a checkpoint".utf8), name: "run")
    try expectRefusal(naming: "run")
    try FileManager.default.removeItem(at: checkpoint)
    try FileManager.default.createDirectory(at: checkpoint, withIntermediateDirectories: false)
    try expectRefusal(naming: "run")
  }
}
