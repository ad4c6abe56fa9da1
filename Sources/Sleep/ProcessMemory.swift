import Foundation

/// What this process occupies.
public enum ProcessMemory {
  /// The most it ever had in memory, in bytes.
  public static var peakBytes: Int {
    var usage = rusage()
    #if canImport(Darwin)
      return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0
    #else
      return getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0
        ? usage.ru_maxrss * 1024 : 0
    #endif
  }
}
