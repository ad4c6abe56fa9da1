import Foundation

/// The machine that a report is written on.
public struct Machine: Sendable, Encodable, CustomStringConvertible {
  public var processor: String
  public var cores: Int
  public var memoryBytes: UInt64
  public var system: String

  public static let current: Machine = {
    let process = ProcessInfo.processInfo
    return Machine(
      processor: processorName() ?? "unknown processor", cores: process.activeProcessorCount,
      memoryBytes: process.physicalMemory, system: process.operatingSystemVersionString)
  }()

  public var description: String {
    let gibibytes = Double(memoryBytes) / Double(1 << 30)
    return "\(processor), \(cores) cores, \(String(format: "%.1f", gibibytes)) GiB, \(system)"
  }

  private static func processorName() -> String? {
    #if canImport(Darwin)
      var size = 0
      guard sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, size > 1 else {
        return nil
      }
      var bytes = [UInt8](repeating: 0, count: size)
      guard sysctlbyname("machdep.cpu.brand_string", &bytes, &size, nil, 0) == 0 else { return nil }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    #else
      guard let lines = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
        return nil
      }
      return lines.split(separator: "\n").first { $0.hasPrefix("model name") }?
        .split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    #endif
  }
}
