import Foundation

/// Ways of going on from the tuned core, compared: each over several seeds, on held-out problems.
public struct ReinforcementArms: Sendable, Codable {
  /// One training with one seed.
  public struct Run: Sendable, Codable {
    /// "imitation", "outcome reward", "process reward".
    public var arm: String
    public var seed: UInt64
    /// The measure of the tuned core, and of what came out.
    public var before: Double
    public var after: Double

    public init(arm: String, seed: UInt64, before: Double, after: Double) {
      self.arm = arm
      self.seed = seed
      self.before = before
      self.after = after
    }
  }

  /// One arm over its seeds.
  public struct Arm: Sendable, Encodable, Equatable {
    public var name: String
    public var seeds: Int
    public var before: Double
    public var mean: Double
    public var lowest: Double
    public var highest: Double
    public var gain: Double
  }

  public static let fileName = "reinforcement.json"

  /// What was measured.
  public var measure: String
  public var runs: [Run]

  public init(measure: String, runs: [Run]) {
    self.measure = measure
    self.runs = runs
  }

  /// The arms in the order in which they first occur.
  public var arms: [Arm] {
    var names: [String] = []
    for run in runs where !names.contains(run.arm) { names.append(run.arm) }
    return names.map { name in
      let runs = runs.filter { $0.arm == name }
      let after = runs.map(\.after)
      let mean = after.reduce(0, +) / Double(runs.count)
      let before = runs.reduce(0) { $0 + $1.before } / Double(runs.count)
      return Arm(
        name: name, seeds: Set(runs.map(\.seed)).count, before: before, mean: mean,
        lowest: after.min() ?? mean, highest: after.max() ?? mean, gain: mean - before)
    }
  }

  /// Reads the file in a pipeline's folder, if it is there.
  static func read(in pipeline: URL) throws -> ReinforcementArms? {
    let file = pipeline.appendingPathComponent(fileName)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try ReportError.decode(ReinforcementArms.self, from: file)
  }
}
