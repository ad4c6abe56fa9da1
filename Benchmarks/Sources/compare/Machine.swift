import Foundation
import Tensors

/// What the figures were measured on.
struct Machine: Encodable, CustomStringConvertible {
  let processor: String
  let system: String
  /// Threads that each side may use.
  let threads: Int

  static let current = Machine(
    processor: processorName() ?? "unknown processor",
    system: ProcessInfo.processInfo.operatingSystemVersionString,
    threads: WorkerPool.shared.count)

  var description: String { "\(processor), \(threads) threads, \(system)" }

  private static func processorName() -> String? {
    guard let lines = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return nil
    }
    return lines.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
  }
}
