import Foundation
import Individuals
import Tensors

/// Everything that decides how a night is spent; `Documentation/Sleep.md` says what is measured behind which default.
public struct NightSettings: Sendable, Codable, Equatable {
  public var memory = MemoryKind.gated
  public var size = MemorySize()
  /// How often the day's text is gone through.
  public var passes = 16.0
  /// Tokens per study window.
  public var window = 128
  /// Study windows of the day per step.
  public var dayWindows = 12
  /// Windows of earlier days per step, when there are any.
  public var rehearsalWindows = 6
  /// Tokens per window of neutral text, as far as the core's context allows: what is not kept at the
  /// far positions of a context is lost there.
  public var neutralWindow = 512
  /// Windows of neutral text per step.
  public var neutralWindows = 6
  /// The weight of the neutral windows' loss.
  public var neutralWeight: Float = 2
  /// How much of a target is the teacher's belief; the rest is the text itself.
  public var teacherShare: Float = 0.3
  /// AdamW's rates for the low-rank change and for the slots.
  public var adapterRate: Float = 4e-3
  public var slotRate: Float = 5e-2
  public var seed: UInt64 = 1337
  public var precision = Precision.fastest

  public init() {}

  /// The same with windows that fit into a context of `length` tokens.
  func fitted(toContext length: Int) -> NightSettings {
    var fitted = self
    fitted.window = min(window, length)
    fitted.neutralWindow = min(neutralWindow, length)
    return fitted
  }

  /// The number of steps for a day of `tokens` tokens.
  func steps(dayTokens tokens: Int) -> Int {
    max(Int((passes * Double(tokens) / Double(dayWindows * window)).rounded(.up)), 1)
  }
}
