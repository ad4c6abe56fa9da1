import Foundation
import LanguageModels
import Ranks
import Tensors
import TestSupport
import Testing
import Training

/// Several ranks against one process, on the same rows.
@Suite struct RankedTrainingTests {
  /// The losses of the steps that were done, as the first rank reports them.
  private static func train(
    _ count: Int, _ plan: TrainingPlan, _ checkpoint: URL, upTo end: Int = .max,
    _ configuration: TransformerConfiguration = tinyConfiguration
  ) throws -> [Double] {
    let losses = try ThreadRanks.run(count) { ranks in
      let rows = TextRows(tinyText, length: configuration.contextLength, seed: plan.seed)
      let run = try TrainingRun(plan, configuration, rows: rows, ranks: ranks)
      var losses: [Double] = []
      var step = 0
      _ = try run.run(
        checkpoint: checkpoint,
        // The last rank is interrupted; all stop.
        isInterrupted: {
          step += 1
          return ranks.rank == count - 1 && step >= end
        }, report: { losses.append($0.loss) })
      return losses
    }
    #expect(losses.dropFirst().allSatisfy { $0.isEmpty })
    return losses[0]
  }

  @Test(arguments: [2, 3, 4]) func lossesAreThoseOfOneProcess(count: Int) throws {
    let folder = try TemporaryFolder()
    let plan = tinyPlan(steps: 30)
    let alone = try Self.train(1, plan, folder / "alone")
    let together = try Self.train(count, plan, folder / "together")
    #expect(alone.count == 30 && together.count == 30)
    for (a, b) in zip(alone, together) { #expect(abs(a - b) < 1e-5 * a) }
  }

  /// In float32 the order of sums does not depend on how many there are.
  @Test func wherePiecesPairUpLossesAreTheSameToTheBit() throws {
    let folder = try TemporaryFolder()
    let plan = tinyPlan(steps: 20) { plan in
      plan.batch = 8
      plan.microbatch = 2
    }
    let alone = try Self.train(1, plan, folder / "alone")
    for count in [2, 4] {
      #expect(try Self.train(count, plan, folder / "by-\(count)") == alone)
    }
  }

  @Test func aStoppedRunEndsInTheSameBytes() throws {
    let folder = try TemporaryFolder()
    let plan = tinyPlan(steps: 12)
    let whole = try Self.train(2, plan, folder / "whole")
    let parts =
      try Self.train(2, plan, folder / "parts", upTo: 5) + Self.train(2, plan, folder / "parts")
    #expect(parts == whole)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(
      files == [
        "parts", "parts.optimizer-12-1-of-2.safetensors", "parts.optimizer-12-2-of-2.safetensors",
        "whole", "whole.optimizer-12-1-of-2.safetensors", "whole.optimizer-12-2-of-2.safetensors",
      ])
    for name in files where name.hasPrefix("parts.") {
      let other = name.replacingOccurrences(of: "parts", with: "whole")
      #expect(try Data(contentsOf: folder / name) == Data(contentsOf: folder / other))
    }
  }

  @Test(arguments: [(1, 3), (3, 1), (2, 4), (4, 2)])
  func anyNumberOfRanksGoesOn(from: Int, to: Int) throws {
    let folder = try TemporaryFolder()
    let plan = tinyPlan(steps: 12)
    let alone = try Self.train(1, plan, folder / "alone")
    let parts =
      try Self.train(from, plan, folder / "parts", upTo: 5)
      + Self.train(to, plan, folder / "parts")
    #expect(parts.count == 12)
    for (a, b) in zip(alone, parts) { #expect(abs(a - b) < 1e-5 * a) }
    let shares = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
      .filter { $0.hasPrefix("parts.") }
    #expect(shares.count == (to == 1 ? 0 : to))
  }

  @Test func aShareThatIsMissingOrOfOtherRowsIsAnError() throws {
    let folder = try TemporaryFolder()
    let plan = tinyPlan(steps: 6)
    _ = try Self.train(2, plan, folder / "run", upTo: 3)
    let shares = (1...2).map { folder / "run.optimizer-3-\($0)-of-2.safetensors" }
    let second = try Data(contentsOf: shares[1])
    try Data(contentsOf: shares[0]).write(to: shares[1])
    #expect(throws: (any Error).self) { try Self.train(1, plan, folder / "run") }
    try FileManager.default.removeItem(at: shares[1])
    #expect(throws: (any Error).self) { try Self.train(1, plan, folder / "run") }
    try second.write(to: shares[1])
    #expect(try Self.train(1, plan, folder / "run").count == 3)
  }

  @Test func moreRanksThanRowsAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: TrainingError.self) {
      _ = try Self.train(7, tinyPlan(steps: 2), folder / "run")
    }
  }
}
