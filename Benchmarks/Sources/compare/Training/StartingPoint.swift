import Checkpoints
import Foundation
import LanguageModels
import Tensors

/// The files that a peer starts from: initial weights, tokens, and a teacher's belief where one is distilled.
struct StartingPoint {
  let folder: URL
  var weights: URL { folder.appending(path: "weights.safetensors") }
  var tokens: URL { folder.appending(path: "tokens.bin") }
  /// Tokens that the teacher names, and their probabilities.
  var ids: URL { folder.appending(path: "ids.bin") }
  var probabilities: URL { folder.appending(path: "probabilities.bin") }

  /// Writes all of them into a new temporary folder.
  init(_ shape: TrainingModel, distillation: Distillation? = nil) throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "circadian-compare-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let model = try distillation?.initialized(shape) ?? shape.initialized()
    let store = model.parameters
    let changes = store.parameters.flatMap { $0.reparameterization?.parameters ?? [] }
    var writer = SafetensorsWriter()
    for parameter in store.parameters + changes {
      writer.add(parameter.value, named: parameter.path)
    }
    try writer.write(to: weights)
    try write(shape.tokens().map(\.littleEndian), to: tokens)
    guard let belief = distillation.map({ Belief($0, for: shape) }) else { return }
    try write(belief.ids.map(\.littleEndian), to: ids)
    try write(belief.probabilities.map(\.bitPattern.littleEndian), to: probabilities)
  }

  private func write(_ numbers: [some FixedWidthInteger], to file: URL) throws {
    try numbers.withUnsafeBytes { try Data($0).write(to: file) }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}
