import Foundation

extension Number {
  /// Decimals up to this many are printed when they are all there are.
  private static let mostPlaces = 20

  /// `861`, `0.25`; twelve digits, `3.33333333333` or `1.5e+30`, where the decimals do not end.
  var text: String {
    if case .exact(let fraction) = self, let text = fraction.text(places: Self.mostPlaces) {
      return text
    }
    return double == 0 ? "0" : String(format: "%.12g", double)
  }
}

extension Fraction {
  /// All digits; nil where there are more than `places` decimals.
  fileprivate func text(places: Int) -> String? {
    let divisor = denominator.magnitude
    var (whole, rest) = numerator.magnitude.quotientAndRemainder(dividingBy: divisor)
    var text = (numerator < 0 ? "-" : "") + "\(whole)" + (rest > 0 ? "." : "")
    for _ in 0..<places where rest > 0 {
      let (next, overflows) = rest.multipliedReportingOverflow(by: 10)
      guard !overflows else { return nil }
      (whole, rest) = next.quotientAndRemainder(dividingBy: divisor)
      text += "\(whole)"
    }
    return rest == 0 ? text : nil
  }
}
