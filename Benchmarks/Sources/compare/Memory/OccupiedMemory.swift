import Foundation

/// What this process occupies, in bytes; 0 where the system does not tell.
enum OccupiedMemory {
  /// Now.
  static var current: Int { status("VmRSS") }
  /// The most it ever occupied.
  static var peak: Int { status("VmHWM") }

  /// A line of /proc/self/status, "VmHWM:	  123 kB".
  private static func status(_ key: String) -> Int {
    let lines = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    guard let line = lines.split(separator: "\n").first(where: { $0.hasPrefix("\(key):") }) else {
      return 0
    }
    return (Int(line.filter(\.isNumber)) ?? 0) * 1024
  }
}
