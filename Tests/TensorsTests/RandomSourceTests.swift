import Foundation
import Tensors
import Testing

@Suite struct RandomSourceTests {
  /// From an independent implementation of xoshiro256++, SplitMix64 and FNV-1a.
  @Test func streamsNeverChange() {
    var plain = RandomSource(seed: 1)
    #expect(plain.next() == 0x0ed9_f888_b077_03c8)
    #expect(plain.next() == 0xd08c_8c4b_60be_695e)
    var named = RandomSource(seed: 1, name: "mlp.up")
    #expect(named.next() == 0xda99_c12d_b552_4f02)
    #expect(named.next() == 0x29ab_d3b2_5cb6_5c4b)
    var uniform = RandomSource(seed: 7, name: "u")
    #expect((0..<3).map { _ in uniform.uniform() } == [0.067444026, 0.8044774, 0.5818508])
    var integers = RandomSource(seed: 7, name: "i")
    #expect(
      (0..<8).map { _ in integers.integer(in: -5..<100) } == [59, 79, 63, 28, 83, 81, 68, 2])
    var normal = RandomSource(seed: 7, name: "n")
    for expected: Float in [1.753762, 0.33796898, 0.3334575] {
      // The last bit is the C library's.
      #expect(abs(normal.normal() - expected) < 1e-6)
    }
  }

  @Test func savedStateContinuesTheStream() throws {
    var source = RandomSource(seed: 3)
    _ = source.next()
    var restored = try JSONDecoder().decode(
      RandomSource.self, from: JSONEncoder().encode(source))
    #expect(restored == source)
    #expect(restored.next() == source.next())
  }

  @Test func damagedStateIsAnError() {
    for json in [#"{"state":[1,2,3]}"#, #"{"state":[1,2,3,4,5]}"#, #"{}"#] {
      #expect(throws: (any Error).self) {
        try JSONDecoder().decode(RandomSource.self, from: Data(json.utf8))
      }
    }
  }

  @Test func drawsAreSpreadAsTheyShouldBe() {
    var source = RandomSource(seed: 11)
    let count = 40_000
    var bins = [Int](repeating: 0, count: 20)
    for _ in 0..<count { bins[Int(source.uniform() * 20)] += 1 }
    // Chi squared with 19 degrees of freedom exceeds 43.8 once in a thousand seeds.
    let expected = Double(count) / 20
    #expect(bins.reduce(0) { $0 + pow(Double($1) - expected, 2) / expected } < 43.8)

    let normal = Tensor.normal([count], deviation: 2, using: &source).values.map(Double.init)
    let mean = normal.reduce(0, +) / Double(count)
    let variance = normal.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    #expect(abs(mean) < 0.04 && abs(variance - 4) < 0.12)
    #expect(normal.contains { abs($0) > 6 })

    let bounded = Tensor.uniform([count], bound: 3, using: &source).values
    #expect(bounded.allSatisfy { (-3..<3).contains($0) })
    #expect((bounded.min() ?? 0) < -2.99 && (bounded.max() ?? 0) > 2.99)
  }

  @Test func namesSeparateStreams() {
    var first = RandomSource(seed: 1, name: "a")
    var second = RandomSource(seed: 1, name: "b")
    #expect(Set((0..<100).flatMap { _ in [first.next(), second.next()] }).count == 200)
  }
}
