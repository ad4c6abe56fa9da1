extension Duration {
  /// The two largest units that matter: "2 min 13 s", "4.2 s", "850 ms", "3 d 4 h".
  public var readable: String {
    let seconds = self / .seconds(1)
    if seconds < 0 { return "-" + (Duration.zero - self).readable }
    if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 9.95 { return "\(seconds.fixed(1)) s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return Self.pair(whole / 60, "min", whole % 60, "s") }
    // Seconds beside hours, and minutes beside days, are noise: round to what is shown.
    let minutes = Int((seconds / 60).rounded())
    if minutes < 24 * 60 { return Self.pair(minutes / 60, "h", minutes % 60, "min") }
    let hours = Int((seconds / 3600).rounded())
    return Self.pair(hours / 24, "d", hours % 24, "h")
  }

  private static func pair(_ large: Int, _ unit: String, _ small: Int, _ smaller: String) -> String
  {
    small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(smaller)"
  }
}
