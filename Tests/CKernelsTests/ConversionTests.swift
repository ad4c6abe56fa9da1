import CKernels
import Testing

@Suite struct ConversionTests {
  /// The rule, bit by bit: round to nearest even, NaN quieted.
  func bfloat16(_ x: Float) -> UInt16 {
    let bits = x.bitPattern
    if x.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    let low = bits & 0xffff
    let top = UInt16(truncatingIfNeeded: bits >> 16)
    if low > 0x8000 || (low == 0x8000 && top & 1 == 1) { return top + 1 }
    return top
  }

  @Test(arguments: vectorUnits) func bfloat16RoundsToNearestEven(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(5)
      var bits: [UInt32] = [
        0, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 0x7f80_0001, 0xffff_ffff, 0x7fc0_0000,
        0x7f7f_ffff,
        0x3f80_8000, 0x3f81_8000, 0x3f80_8001, 0x3f80_7fff, 0x0000_0001, 0x0000_8000, 0x0001_8000,
        0x007f_ffff,
      ]
      bits += (0..<4001).map { _ in UInt32(truncatingIfNeeded: numbers.next()) }
      let floats = bits.map(Float.init(bitPattern:))
      for count in awkwardCounts + [floats.count] {
        var out = [UInt16](repeating: 0xabcd, count: count + 1)
        ck_float_to_bfloat16(floats, &out, count)
        #expect(Array(out.prefix(count)) == floats.prefix(count).map(bfloat16))
        #expect(out[count] == 0xabcd)
        var back = [Float](repeating: 0, count: count)
        ck_bfloat16_to_float(out, &back, count)
        let widened = out.prefix(count).map { UInt32($0) << 16 }
        #expect(back.map(\.bitPattern) == widened)
      }
    }
  }

  /// IEEE binary16 by its definition.
  func half(_ h: UInt16) -> Float {
    let exponent = Int(h >> 10 & 31)
    let fraction = Float(h & 1023)
    let sign: Float = h >> 15 == 0 ? 1 : -1
    if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * fraction * Float(sign: .plus, exponent: -24, significand: 1) }
    return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
  }

  @Test(arguments: vectorUnits) func everyHalf(unit: String) {
    withVectorUnit(unit) {
      let halves = (0...UInt16.max).map { $0 }
      for count in [1, 5, 17, 33, halves.count] {
        let found = written(count) { ck_half_to_float(halves, $0, count) }
        for (h, x) in zip(halves, found) {
          let reference = half(h)
          let agrees = reference.isNaN ? x.isNaN : x.bitPattern == reference.bitPattern
          if !agrees {
            Issue.record("half \(h) became \(x), not \(reference)")
            break
          }
        }
      }
    }
  }

  @Test(arguments: vectorUnits) func transposes(unit: String) {
    withVectorUnit(unit) {
      for rows in [1, 3, 16, 17, 63, 130] {
        for columns in [1, 4, 16, 31, 64, 257] {
          let a = (0..<rows * columns).map(Float.init)
          let expected = (0..<columns).flatMap { j in (0..<rows).map { a[$0 * columns + j] } }
          let found = written(rows * columns) { ck_transpose(a, $0, rows, columns) }
          #expect(found == expected)
          let words = (0..<rows * columns).map { UInt16(truncatingIfNeeded: $0) }
          var out = [UInt16](repeating: 0, count: words.count)
          ck_transpose_bfloat16(words, &out, rows, columns)
          let turned = (0..<columns).flatMap { j in (0..<rows).map { words[$0 * columns + j] } }
          #expect(out == turned)
        }
      }
    }
  }
}
