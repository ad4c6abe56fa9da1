import Foundation

/// Tests that take minutes: `scripts/test --slow` runs them.
public enum SlowTests {
  public static let areWanted =
    ProcessInfo.processInfo.environment["CIRCADIAN_SLOW_TESTS"] == "1"
}
