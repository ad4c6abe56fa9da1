import Foundation
import Tensors

/// The most memory that a process needed to train, in bytes.
struct TrainingMemory: Codable {
  /// Before the model was built.
  let before: Int
  let peak: Int
  /// Nats per token, before each step.
  let losses: [Double]

  /// What the model, its gradients and its optimizer added.
  var growth: Int { peak - before }

  /// Takes a few steps in this process, which should have done nothing else.
  static func measured(
    _ model: TrainingModel, _ precision: Precision, microbatch: Int, steps: Int
  ) throws -> TrainingMemory {
    let before = OccupiedMemory.current
    let trainer = try EngineTrainer(
      model, OptimizerSettings(), precision, microbatch: microbatch)
    let losses = try (0..<steps).map { _ in try trainer.step().loss }
    return TrainingMemory(before: before, peak: OccupiedMemory.peak, losses: losses)
  }

  /// As one line of JSON.
  var line: String {
    get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
  }

  /// The same by this program in a process of its own.
  static func inOwnProcess(
    _ model: TrainingModel, _ precision: Precision, microbatch: Int, steps: Int
  ) throws -> TrainingMemory {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      Arguments.Command.trainingMemory.rawValue, "--model", model.name, "--precision",
      precision.rawValue, "--microbatch", "\(microbatch)", "--rounds", "\(steps)",
    ]
    process.standardOutput = output
    try process.run()
    let answer = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode(TrainingMemory.self, from: answer)
  }

  /// The same in PyTorch as it is, from the same weights and tokens.
  ///
  /// - Throws: ``PeerError`` saying what is missing.
  static func inPyTorch(
    _ model: TrainingModel, _ precision: Precision, steps: Int, from start: StartingPoint
  ) throws -> (memory: TrainingMemory, version: String) {
    struct Beginning: Decodable {
      let version: String
      let before: Int
    }
    struct Step: Decodable {
      let loss: Double
      let peak: Int
    }
    let process = PeerProcess(script: "pytorch_memory.py")
    defer { process.stop() }
    try process.start()
    let beginning: Beginning = try process.ask(
      PyTorchSetup(model, OptimizerSettings(), precision, isCompiled: false, from: start))
    let taken: [Step] = try (0..<steps).map { _ in try process.ask("step") }
    let memory = TrainingMemory(
      before: beginning.before, peak: taken.map(\.peak).max() ?? 0, losses: taken.map(\.loss))
    return (memory, beginning.version)
  }
}
