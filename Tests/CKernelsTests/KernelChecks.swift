import CKernels
import Testing

/// The vector units of this processor; every test runs in each.
let vectorUnits = ["avx512bf16", "avx512vnni", "avx512", "avx2", "baseline"].filter { name in
  defer { ck_select_vector_unit(nil) }
  return ck_select_vector_unit(name)
}

/// Around the widths of the vector units, where whole and partial vectors meet.
let awkwardCounts = [1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 63, 64, 257, 1025]

/// Runs the body with the calling thread's kernels in one vector unit.
func withVectorUnit(_ name: String, _ body: () throws -> Void) rethrows {
  #expect(ck_select_vector_unit(name))
  defer { ck_select_vector_unit(nil) }
  try body()
}

/// SplitMix64, so that every run draws the same numbers.
struct SeededNumbers {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func float(in range: ClosedRange<Float> = -1...1) -> Float {
    let unit = Float(next() >> 40) / Float(1 << 24)
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in float(in: range) }
  }

  mutating func index(below bound: Int) -> Int32 { Int32(next() % UInt64(bound)) }
}

/// What the body writes into `count` floats, checking that it writes nothing after them.
func written(
  _ count: Int, over initial: [Float]? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  by body: (UnsafeMutablePointer<Float>) -> Void
) -> [Float] {
  let sentinel = [Float](repeating: 12345.678, count: 32)
  var storage = (initial ?? [Float](repeating: .nan, count: count)) + sentinel
  body(&storage)
  #expect(
    Array(storage.suffix(32)) == sentinel, "wrote past the end", sourceLocation: sourceLocation)
  return Array(storage.prefix(count))
}

/// Floats as a place for results.
func place(_ floats: UnsafeMutablePointer<Float>) -> ck_place {
  ck_place(floats: floats, rounded: nil)
}

/// What the body writes in bfloat16, checking that it writes nothing after `count` numbers.
func rounded(
  _ count: Int, sourceLocation: SourceLocation = #_sourceLocation, by body: (ck_place) -> Void
) -> [Double] {
  var numbers = [UInt16](repeating: 0x7fc1, count: count + 64)
  numbers.withUnsafeMutableBufferPointer {
    body(ck_place(floats: nil, rounded: $0.baseAddress))
  }
  #expect(
    numbers[count...].allSatisfy { $0 == 0x7fc1 }, "wrote past the end",
    sourceLocation: sourceLocation)
  return numbers.prefix(count).map { Double(Float(bitPattern: UInt32($0) << 16)) }
}

/// Every number within half a unit of the last of 8 bits, and what coarse exponentials may add.
func expectRounded(
  _ found: [Double], _ exact: [Double], _ label: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let worst = zip(found, exact).first { !(abs($0 - $1) <= abs($1) / 255 + 5e-6) }
  #expect(worst == nil, "\(label) of \(found.count)", sourceLocation: sourceLocation)
}

/// Every element within `tolerance` of the reference, relative to the larger of it and `floor`.
func expectClose(
  _ found: [Float], _ reference: [Double], tolerance: Double = 2e-6, floor: Double = 1,
  _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == reference.count else {
    Issue.record("\(label): \(found.count) elements, not \(reference.count)")
    return
  }
  for (i, (x, y)) in zip(found, reference).enumerated() {
    let error = abs(Double(x) - y) / max(abs(y), floor)
    if !(error <= tolerance) {
      Issue.record(
        "\(label): element \(i) of \(found.count) is \(x), not \(y)",
        sourceLocation: sourceLocation)
      return
    }
  }
}

extension Array where Element == Float {
  var doubles: [Double] { map(Double.init) }
}
