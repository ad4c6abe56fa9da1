import Foundation

/// A number that tells contents apart, the same in every run and on every machine (FNV-1a, 64 bits).
///
/// It guards against mistakes, not against malice.
public struct StableDigest: Sendable {
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  public mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
