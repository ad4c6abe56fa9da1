#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Double {
  /// The number with exactly `places` digits after the point, rounded as C's `printf` does.
  public func fixed(_ places: Int) -> String {
    precondition(places >= 0, "a number has no negative count of decimals")
    // 309 digits before the point is the longest a Double has.
    var buffer = [CChar](repeating: 0, count: 320 + places)
    let count = withVaList([Int32(clamping: places), self]) {
      vsnprintf(&buffer, buffer.count, "%.*f", $0)
    }
    return String(decoding: buffer.prefix(Int(count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Three significant digits, shortened with k, M, G: "0.53", "12.1", "430", "1.85k", "12.3M".
  public var readable: String {
    guard isFinite else { return description }
    let size = magnitude
    for (scale, suffix) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where size >= scale * 0.9995 {
      return (self / scale).threeDigits + suffix
    }
    return threeDigits
  }

  private var threeDigits: String {
    fixed(magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0)
  }
}
