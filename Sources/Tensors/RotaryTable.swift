import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Cosines and sines of the rotary embedding (RoFormer, 2104.09864), computed as positions are met.
public struct RotaryTable: Sendable {
  /// Which elements of a head rotate together.
  public enum Pairing: String, Sendable, Codable {
    /// (i, i + width / 2), as in GPT-NeoX and Hugging Face.
    case halves
    /// (2i, 2i + 1), as in Llama's own release, llama2.c and GGUF.
    case neighbours
  }

  public let pairing: Pairing
  /// The number of positions that can be rotated.
  public let positionCount: Int
  /// How much of a head rotates, from its first element on.
  public let width: Int
  let isInverse: Bool
  private let angles: Angles

  /// A table for `positions` positions, with angles p * base^(-2i / width) that `scaling` changes.
  public init(
    positions: Int, width: Int, base: Float, pairing: Pairing, scaling: RotaryScaling? = nil
  ) {
    precondition(width % 2 == 0, "rotary of an odd width, \(width)")
    self.pairing = pairing
    self.width = width
    positionCount = positions
    isInverse = false
    angles = Angles(width: width, base: Double(base), limit: positions, scaling)
  }

  private init(_ table: RotaryTable, isInverse: Bool, angles: Angles) {
    (pairing, positionCount, width) = (table.pairing, table.positionCount, table.width)
    self.angles = angles
    self.isInverse = isInverse
  }

  /// Turns by the same angles, and leaves lengths as they are where a scaling changes them.
  public var pure: RotaryTable { RotaryTable(self, isInverse: isInverse, angles: angles.pure) }

  /// Turns back what this one turns, and changes lengths as it does.
  public var inverse: RotaryTable {
    RotaryTable(self, isInverse: !isInverse, angles: angles)
  }

  /// Cosines and sines [positions, width / 2] of all positions before `count`, as they are in a context of `count` tokens.
  func rows(_ count: Int) -> (cosines: Tensor, sines: Tensor) { angles.rows(count) }
}

/// The angles of one table, which grow with the contexts it is asked for.
///
/// Models state windows of a hundred thousand tokens and more: all of their angles would take longer to compute than the
/// model to open, and most are never asked for.
private final class Angles: Sendable {
  private struct Rows {
    var cosines, sines: Tensor
    var count: Int { cosines.shape[0] }
  }

  private let width: Int
  private let base: Double
  private let limit: Int
  private let scaling: RotaryScaling?
  private let keepsLengths: Bool
  /// By the law that was in force; see ``RotaryScaling/law(forLength:)``.
  private let held = Mutex<[Int: Rows]>([:])

  init(
    width: Int, base: Double, limit: Int, _ scaling: RotaryScaling?, keepsLengths: Bool = false
  ) {
    (self.width, self.base, self.limit, self.scaling) = (width, base, limit, scaling)
    self.keepsLengths = keepsLengths
  }

  var pure: Angles {
    scaling == nil
      ? self : Angles(width: width, base: base, limit: limit, scaling, keepsLengths: true)
  }

  func rows(_ count: Int) -> (Tensor, Tensor) {
    let law = scaling?.law(forLength: count) ?? 0
    return held.withLock { held in
      if let rows = held[law], rows.count >= count { return (rows.cosines, rows.sines) }
      let rows = computed(max(count, min(limit, 2 * (held[law]?.count ?? 128))), forLength: count)
      // A law that changes with every token would leave as many tables behind.
      if held.count > 4 { held = [:] }
      held[law] = rows
      return (rows.cosines, rows.sines)
    }
  }

  private func computed(_ count: Int, forLength length: Int) -> Rows {
    let half = width / 2
    let plain = (0..<half).map { pow(base, -2 * Double($0) / Double(width)) }
    let (frequencies, attentionFactor) =
      scaling?.scaled(plain, base: base, width: width, length: length) ?? (plain, 1)
    let factor = keepsLengths ? 1 : attentionFactor
    func table(_ function: (Double) -> Double) -> Tensor {
      Tensor(shape: [count, half]) { floats in
        for position in 0..<count {
          for index in 0..<half {
            floats[position * half + index] = Float(
              function(Double(position) * frequencies[index]) * factor)
          }
        }
      }
    }
    return Rows(cosines: table { cos($0) }, sines: table { sin($0) })
  }
}
