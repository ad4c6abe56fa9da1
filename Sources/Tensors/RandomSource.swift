#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A seeded stream of random numbers: the same seed and name give the same draws on every machine.
///
/// xoshiro256++ (Blackman and Vigna 2019), seeded through SplitMix64. The state can be saved and restored.
public struct RandomSource: RandomNumberGenerator, Sendable, Codable, Equatable {
  private var state: SIMD4<UInt64>

  /// A stream for `seed`, independent of other names' streams.
  public init(seed: UInt64, name: String = "") {
    var mixed = seed ^ RandomSource.hash(name)
    state = SIMD4((0..<4).map { _ in RandomSource.splitMix(&mixed) })
  }

  public mutating func next() -> UInt64 {
    func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
      (value << count) | (value >> (64 - count))
    }
    let result = rotate(state[0] &+ state[3], 23) &+ state[0]
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = rotate(state[3], 45)
    return result
  }

  /// A number in [0, 1) with 24 bits.
  public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A draw from the standard normal distribution (Box and Muller 1958).
  public mutating func normal() -> Float {
    let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return Float(radius * cos(2 * Double.pi * Double(next() >> 11) * 0x1p-53))
  }

  /// An integer in `range`, each equally likely.
  public mutating func integer(in range: Range<Int>) -> Int { Int.random(in: range, using: &self) }

  /// FNV-1a, 64 bits: stable between runs, unlike Swift's `Hasher`.
  private static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  private static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}

extension Tensor {
  /// Independent draws from a normal distribution with mean 0.
  public static func normal(
    _ shape: Shape, deviation: Float, using random: inout RandomSource
  ) -> Tensor {
    Tensor(shape: shape) { floats in
      for index in floats.indices { floats[index] = random.normal() * deviation }
    }
  }

  /// Independent draws from the uniform distribution over [-bound, bound).
  public static func uniform(
    _ shape: Shape, bound: Float, using random: inout RandomSource
  ) -> Tensor {
    Tensor(shape: shape) { floats in
      for index in floats.indices { floats[index] = (2 * random.uniform() - 1) * bound }
    }
  }
}
