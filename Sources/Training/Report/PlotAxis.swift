import Foundation

/// How numbers lie along an axis.
public enum PlotScale: Sendable {
  case linear
  case logarithmic
}

/// A range of numbers with round ones marked on it.
package struct PlotAxis: Sendable {
  package let scale: PlotScale
  package let range: ClosedRange<Double>
  package let ticks: [Double]
  /// The distance of ticks, or 0 where it is not the same everywhere.
  private let step: Double

  /// About this many distances between ticks.
  private static let intervals = 5.0
  /// Far from where sums and differences of numbers would overflow.
  private static let largest = 1e100
  private static let smallest = 1e-100

  /// Whether a number has a place on an axis of this scale.
  package static func holds(_ value: Double, _ scale: PlotScale) -> Bool {
    guard value.isFinite, value.magnitude < largest else { return false }
    return scale == .linear || value > smallest
  }

  /// An axis from the smallest to the largest of `values`, or to round numbers around them.
  package init(covering values: [Double], scale: PlotScale = .linear, toRoundNumbers: Bool = false)
  {
    self.scale = scale
    let held = values.filter { Self.holds($0, scale) }
    var (low, high) = (held.min() ?? 0, held.max() ?? 1)
    if scale == .logarithmic {
      if held.isEmpty { (low, high) = (1, 10) }
      if high / low < 1 + 1e-9 { (low, high) = (low / 2, high * 2) }
      let powers = Self.powers(from: low, to: high)
      range = low...high
      (ticks, step) = powers.count >= 2 ? (powers, 0) : Self.linear(low, high)
      return
    }
    // One number, or several that a Double hardly tells apart, get some room around them.
    if high - low <= max(1e-9 * max(low.magnitude, high.magnitude), Self.smallest) {
      let room = low.magnitude < Self.smallest * 1e9 ? 1 : low.magnitude / 10
      (low, high) = (low - room, high + room)
    }
    let step = Self.roundStep((high - low) / Self.intervals)
    self.step = step
    if toRoundNumbers {
      low = (low / step + 1e-9).rounded(.down) * step
      high = (high / step - 1e-9).rounded(.up) * step
    }
    range = low...high
    ticks = Self.linear(low, high).ticks
  }

  /// Where a number lies: 0 at the lower end, 1 at the upper.
  package func position(_ value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    return switch scale {
    case .linear: (value - low) / (high - low)
    case .logarithmic: log(value / low) / log(high / low)
    }
  }

  /// A tick as it is written, with as many digits as tell it from its neighbours.
  package func label(_ tick: Double) -> String {
    let (size, distance) =
      step > 0 ? (max(range.lowerBound.magnitude, range.upperBound.magnitude), step) : (tick, tick)
    guard size < 1e12, distance >= 1e-5 else { return String(format: "%.3g", tick + 0) }
    let (unit, suffix) =
      size >= 1e9 ? (1e9, "G") : size >= 1e6 ? (1e6, "M") : size >= 1e4 ? (1e3, "k") : (1, "")
    let decimals = max(0, -Int((log10(distance / unit) + 1e-9).rounded(.down)))
    // Adding 0 makes 0 of -0.
    return tick == 0 ? "0" : String(format: "%.\(decimals)f", tick / unit + 0) + suffix
  }

  /// 1, 2 or 5 times a power of ten, the first that is not far below `distance`.
  private static func roundStep(_ distance: Double) -> Double {
    let power = pow(10, log10(distance).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= distance * 0.75 {
      return factor * power
    }
    return 10 * power
  }

  private static func linear(_ low: Double, _ high: Double) -> (ticks: [Double], step: Double) {
    let step = roundStep((high - low) / intervals)
    let first = (low / step - 1e-9).rounded(.up)
    let count = Int(((high - first * step) / step + 1e-9).rounded(.down))
    return ((0...max(min(count, 20), 0)).map { (first + Double($0)) * step }, step)
  }

  /// The powers of ten in a range, with 2 and 5 times them where there are few.
  private static func powers(from low: Double, to high: Double) -> [Double] {
    let exponents = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let every = max(exponents.count / 8, 1)
    let factors: [Double] = exponents.count > 4 ? [1] : [1, 2, 5]
    var powers: [Double] = []
    for exponent in exponents where exponent % every == 0 {
      powers += factors.map { $0 * pow(10, Double(exponent)) }
    }
    let range = low * (1 - 1e-9)...high * (1 + 1e-9)
    return powers.filter(range.contains)
  }
}
