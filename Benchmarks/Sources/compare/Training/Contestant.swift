import Tensors

/// One side of a comparison: trains one step whenever it is its turn.
protocol Contestant: AnyObject {
  /// "Circadian", "PyTorch, compiled".
  var name: String { get }
  /// In which matrix products are computed.
  var precision: Precision { get }
  var isEngine: Bool { get }
  /// What a reader should know: version, settings that were chosen by measuring.
  var note: String { get }

  /// Forward, backward and AdamW on the whole batch.
  func step() throws -> StepResult

  /// Gives up processes and memory.
  func stop()
}

/// What one step came to.
struct StepResult: Codable {
  /// Nats per token, before the step.
  var loss: Double
  var seconds: Double
}

/// Seconds in turn, and what is made of them.
struct Timing: Encodable {
  let seconds: [Double]
  let median, minimum, maximum: Double

  /// Nil when nothing was timed.
  init?(_ seconds: [Double]) {
    guard let minimum = seconds.min(), let maximum = seconds.max() else { return nil }
    self.seconds = seconds
    self.minimum = minimum
    self.maximum = maximum
    median = seconds.median
  }
}

extension [Double] {
  /// The middle one, or the mean of the middle two; 0 of none.
  var median: Double {
    guard !isEmpty else { return 0 }
    let ordered = sorted()
    return (ordered[(count - 1) / 2] + ordered[count / 2]) / 2
  }
}

extension ContinuousClock {
  /// Runs `body` and returns its result with the seconds that it took.
  func timed<Result>(_ body: () throws -> Result) rethrows -> (result: Result, seconds: Double) {
    let start = now
    let result = try body()
    return (result, (now - start) / .seconds(1))
  }
}
