import LanguageModels

/// How much there is to do in a step, whoever does it.
struct StepWork: Encodable {
  /// Elements of the model, and of those that a step changes.
  let parameters, trained: Int
  let tokens: Int
  /// 10^9 floating-point operations of causal attention, forward and backward.
  let attentionGigaflops: Double

  init(_ model: TrainingModel, parameters: Int, trained: Int) {
    self.parameters = parameters
    self.trained = trained
    tokens = model.tokensPerStep
    let configuration = model.configuration
    let pairs = Double(model.batch * model.time * (model.time + 1) / 2)
    // Four operations for each feature of a pair that sees each other, and two and a half times that on the way back, where
    // scores are computed again (2205.14135, appendix B).
    attentionGigaflops =
      3.5 * 4 * pairs * Double(configuration.width * configuration.layerCount) / 1e9
  }

  /// 10^9 floating-point operations: for each token four per parameter, and two more for each that is trained; attention left
  /// out.
  var gigaflops: Double { Double(tokens) * (4 * Double(parameters) + 2 * Double(trained)) / 1e9 }

  /// 10^9 bytes that AdamW moves: weight, two moments and gradient are read, all but the last written.
  var optimizerGigabytes: Double { 28 * Double(trained) / 1e9 }

  /// The seconds that a step takes where everything runs at the machine's measured rates and nothing else is done.
  func floor(_ rates: MachineRates) -> Double {
    (gigaflops + attentionGigaflops) / rates.gigaflopsPerSecond
      + optimizerGigabytes / rates.gigabytesPerSecond
  }
}

/// What a machine does at best, as measured beside the steps.
struct MachineRates: Encodable {
  /// Of matrix products in one precision.
  let gigaflopsPerSecond: Double
  /// Of memory that is read and written in turn.
  let gigabytesPerSecond: Double
}
