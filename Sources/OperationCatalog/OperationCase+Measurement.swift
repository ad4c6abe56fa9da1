import Tensors

/// How fast one operation ran on one thread.
public struct Measurement: Sendable, Codable, CustomStringConvertible {
  /// The case's description.
  public let operation: String

  /// Median seconds of the forward pass.
  public let forwardSeconds: Double

  /// Median seconds of the forward and the backward pass together.
  public let trainingSeconds: Double

  /// 10^9 floating-point operations per second of the forward pass, where they are counted.
  public let gigaflopsPerSecond: Double?

  /// 10^9 bytes of inputs and result per second of the forward pass.
  public let gigabytesPerSecond: Double

  public var description: String {
    func figure(_ value: Double) -> String { String((value * 100).rounded() / 100) }
    let rate = gigaflopsPerSecond.map { figure($0) + " GFLOP/s" } ?? "-"
    return "\(operation): \(figure(forwardSeconds * 1e6)) us, with gradient "
      + "\(figure(trainingSeconds * 1e6)) us, \(rate), \(figure(gigabytesPerSecond)) GB/s"
  }
}

extension OperationCase {
  /// Times `repetitions` runs on this thread, after two that fill caches and the pool of buffers.
  public func measure(repetitions: Int = 7, seed: UInt64 = 1) -> Measurement {
    let tensors = drawInputs(seed: seed)
    let leaves = zip(inputs, tensors).map { $0.isDifferentiable ? $1.tracked() : $1 }
    let resultCount = run(tensors).count
    // A weight is rounded to bfloat16 once a step, but what it is applied to is new every time.
    let renew = { if precision == .bfloat16 { tensors[0].update { _ in } } }
    let forward = medianSeconds(repetitions) {
      renew()
      _ = run(tensors)
    }
    let training = medianSeconds(repetitions) {
      renew()
      run(leaves).backward(into: Gradients())
    }
    let elements = inputs.reduce(resultCount) { $0 + $1.shape.count }
    return Measurement(
      operation: description, forwardSeconds: forward, trainingSeconds: training,
      gigaflopsPerSecond: flops.map { Double($0) / forward / 1e9 },
      gigabytesPerSecond: Double(elements * 4) / forward / 1e9)
  }

  private func medianSeconds(_ repetitions: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    for _ in 0..<2 { body() }
    let times = (0..<max(repetitions, 1)).map { _ in clock.measure(body) / .seconds(1) }.sorted()
    // A clock may be too coarse to see the shortest operations.
    return max(times[times.count / 2], 1e-9)
  }
}
