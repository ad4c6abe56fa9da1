import Tensors

/// PyTorch as a contestant, with PEFT where it distils: a Python process that takes one step per request.
final class PyTorchTrainer: Contestant {
  let name: String
  let precision: Precision
  let isEngine = false
  private(set) var note = ""

  private let process: PeerProcess
  private let isCompiled: Bool
  private let distillation: Distillation?

  private struct Description: Decodable {
    let version, note: String
  }

  /// Starts nothing yet: ``start(_:_:from:)`` may find that there is no PyTorch.
  init(_ precision: Precision, isCompiled: Bool, distillation: Distillation?) {
    let library = distillation == nil ? "PyTorch" : "PEFT"
    name = "\(library), \(isCompiled ? "compiled" : "eager")"
    self.precision = precision
    self.isCompiled = isCompiled
    self.distillation = distillation
    process = PeerProcess(
      script: distillation == nil ? "pytorch_training.py" : "peft_distillation.py")
  }

  /// Loads the model and the batch of `start`.
  ///
  /// - Throws: ``PeerError`` saying what is missing.
  func start(
    _ shape: TrainingModel, _ settings: OptimizerSettings, from start: StartingPoint
  ) throws {
    try process.start()
    let description: Description = try process.ask(
      PyTorchSetup(
        shape, settings, precision, isCompiled: isCompiled, distillation: distillation,
        from: start))
    note = "\(description.version), \(description.note)"
  }

  func step() throws -> StepResult { try process.ask("step") }

  func stop() { process.stop() }
}
