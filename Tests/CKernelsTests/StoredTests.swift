import CKernels
import Testing

/// Weights as files store them. The reference unpacks a block number by number, as ggml's documentation defines it.
@Suite struct StoredTests {
  enum Kind: CaseIterable {
    case int8Blocks, int4Blocks, int4Superblocks, int6Superblocks

    var stored: ck_stored {
      switch self {
      case .int8Blocks: CK_Q8_0
      case .int4Blocks: CK_Q4_0
      case .int4Superblocks: CK_Q4_K
      case .int6Superblocks: CK_Q6_K
      }
    }
    var block: (length: Int, bytes: Int) {
      switch self {
      case .int8Blocks: (32, 34)
      case .int4Blocks: (32, 18)
      case .int4Superblocks: (256, 144)
      case .int6Superblocks: (256, 210)
      }
    }
  }

  private static func half(_ low: UInt8, _ high: UInt8) -> Double {
    var out: Float = 0
    ck_half_to_float([UInt16(low) | UInt16(high) << 8], &out, 1)
    return Double(out)
  }

  /// The numbers of one block.
  private static func reference(_ kind: Kind, _ b: [UInt8]) -> [Double] {
    switch kind {
    case .int8Blocks: return (0..<32).map { half(b[0], b[1]) * Double(Int8(bitPattern: b[2 + $0])) }
    case .int4Blocks:
      return (0..<32).map { i in
        let byte = b[2 + i % 16]
        return half(b[0], b[1]) * (Double(i < 16 ? byte & 15 : byte >> 4) - 8)
      }
    case .int4Superblocks:
      return (0..<256).map { i in
        let sub = i / 32
        let packed = Array(b[4..<16])
        let scale: UInt8
        let minimum: UInt8
        if sub < 4 {
          (scale, minimum) = (packed[sub] & 63, packed[sub + 4] & 63)
        } else {
          scale = packed[sub + 4] & 15 | (packed[sub - 4] >> 6) << 4
          minimum = packed[sub + 4] >> 4 | (packed[sub] >> 6) << 4
        }
        let byte = b[16 + i / 64 * 32 + i % 32]
        let number = sub % 2 == 0 ? byte & 15 : byte >> 4
        return half(b[0], b[1]) * Double(scale) * Double(number)
          - half(b[2], b[3]) * Double(minimum)
      }
    case .int6Superblocks:
      return (0..<256).map { i in
        let (part, place) = (i / 128, i % 128)
        let (quarter, l) = (place / 32, place % 32)
        let low = b[part * 64 + l + (quarter % 2) * 32]
        let four = quarter < 2 ? low & 15 : low >> 4
        let two = b[128 + part * 32 + l] >> UInt8(2 * quarter) & 3
        let scale = Int8(bitPattern: b[192 + part * 8 + l / 16 + quarter * 2])
        return half(b[208], b[209]) * Double(scale) * (Double(four | two << 4) - 32)
      }
    }
  }

  /// Random blocks whose scales are small numbers.
  private static func bytes(_ kind: Kind, blocks: Int, _ numbers: inout SeededNumbers) -> [UInt8] {
    (0..<blocks).flatMap { _ -> [UInt8] in
      var block = (0..<kind.block.bytes).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
      for place in kind == .int4Superblocks ? [0, 2] : [kind == .int6Superblocks ? 208 : 0] {
        // A half from 2^-10 up to 2^-7.
        block[place + 1] = 0x14 + block[place + 1] % 12
      }
      return block
    }
  }

  @Test(arguments: vectorUnits, Kind.allCases) func widening(unit: String, kind: Kind) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(3)
      let bytes = Self.bytes(kind, blocks: 5, &numbers)
      let expected = (0..<5).flatMap {
        Self.reference(kind, Array(bytes[$0 * kind.block.bytes..<($0 + 1) * kind.block.bytes]))
      }
      let out = written(expected.count) { ck_widen(kind.stored, bytes, $0, expected.count) }
      for (found, wanted) in zip(out, expected) {
        #expect(abs(Double(found) - wanted) <= 1e-5 * max(1, abs(wanted)))
      }
    }
  }

  /// With x of whole numbers up to 127, of which every block holds a 127, the rounding of x loses nothing.
  @Test(arguments: vectorUnits, Kind.allCases) func products(unit: String, kind: Kind) {
    // Blocks may be taken by twos, or two sums at a time: one, an odd number, and even ones of both kinds.
    for width in kind.block.length == 32 ? [32, 96, 192, 544, 512] : [512] {
      products(unit: unit, kind: kind, width: width)
    }
  }

  private func products(unit: String, kind: Kind, width: Int) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(4)
      let height = 7
      let bytes = Self.bytes(kind, blocks: height * width / kind.block.length, &numbers)
      var weights = [Float](repeating: 0, count: height * width)
      ck_widen(kind.stored, bytes, &weights, weights.count)
      for rows in 1...9 {
        let x = (0..<rows * width).map {
          $0 % 32 == 5 ? 127 : Float(Int(numbers.next() % 255)) - 127
        }
        let scratch = UnsafeMutableRawPointer.allocate(
          byteCount: ck_stored_scratch(rows, width), alignment: 64)
        defer { scratch.deallocate() }
        let out = written(rows * height) {
          ck_stored_product(kind.stored, bytes, height, x, $0, height, rows, width, scratch)
        }
        for r in 0..<rows {
          for o in 0..<height {
            var (sum, size) = (0.0, 0.0)
            for i in 0..<width {
              let product = Double(weights[o * width + i]) * Double(x[r * width + i])
              sum += product
              size += abs(product)
            }
            #expect(abs(Double(out[r * height + o]) - sum) <= 2e-6 * size, "\(kind) \(rows)")
          }
        }
      }
    }
  }

  @Test(arguments: vectorUnits, [CK_FLOAT32, CK_BFLOAT16, CK_FLOAT16])
  func productsOfFloats(unit: String, kind: ck_stored) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(5)
      for (width, height, rows) in [(1, 1, 1), (17, 3, 2), (64, 7, 1), (100, 6, 5), (33, 9, 8)] {
        let source = numbers.floats(height * width)
        var stored = [Float](repeating: 0, count: source.count)
        ck_narrow(kind, source, &stored, source.count)
        var weights = [Float](repeating: 0, count: source.count)
        ck_widen(kind, stored, &weights, source.count)
        let x = numbers.floats(rows * width)
        let out = written(rows * height) {
          ck_stored_product(kind, stored, height, x, $0, height, rows, width, nil)
        }
        for r in 0..<rows {
          for o in 0..<height {
            let sum = (0..<width).reduce(0.0) {
              $0 + Double(weights[o * width + $1]) * Double(x[r * width + $1])
            }
            #expect(abs(Double(out[r * height + o]) - sum) < 1e-5)
          }
        }
      }
    }
  }

  @Test(arguments: vectorUnits) func narrowingToHalvesIsToNearest(unit: String) {
    withVectorUnit(unit) {
      // Every half comes back, and what lies between two goes to the nearer one.
      let bits = (0..<UInt16.max).filter { $0 & 0x7c00 != 0x7c00 }.map { $0 }
      var floats = [Float](repeating: 0, count: bits.count)
      ck_half_to_float(bits, &floats, bits.count)
      var back = [UInt16](repeating: 0, count: bits.count)
      ck_narrow(CK_FLOAT16, floats, &back, bits.count)
      #expect(back == bits)
      var out: [UInt16] = [0, 0, 0, 0]
      ck_narrow(CK_FLOAT16, [1.0004, 1.0006, 70_000, -1e-9], &out, 4)
      #expect(out == [0x3c00, 0x3c01, 0x7c00, 0x8000])
    }
  }

  @Test(arguments: [Kind.int8Blocks, .int4Blocks]) func narrowingToBlocksIsNear(kind: Kind) {
    var numbers = SeededNumbers(6)
    let source = numbers.floats(320, in: -3...3)
    var bytes = [UInt8](repeating: 0, count: 320 / 32 * kind.block.bytes)
    ck_narrow(kind.stored, source, &bytes, source.count)
    var back = [Float](repeating: 0, count: source.count)
    ck_widen(kind.stored, bytes, &back, source.count)
    for block in 0..<10 {
      let part = block * 32..<(block + 1) * 32
      let largest = source[part].map(abs).max()!
      // Half a step, of which there are 127, or 8, and what the scale is rounded by; the last of sixteen numbers is one step
      // short of the range.
      let step = kind == .int8Blocks ? largest * (0.501 / 127 + 0.0005) : largest / 8 * 1.01
      for i in part { #expect(abs(source[i] - back[i]) <= step) }
    }
  }
}
