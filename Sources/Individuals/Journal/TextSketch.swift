import Files
import Foundation

/// What of a text is kept to tell how many of its words in a row another text shares.
///
/// MinHash (Broder 1997): of the runs of three words, the least value under each of 128 functions. Two texts agree in
/// as many of them as their runs overlap (Jaccard), with a standard error of 0.044 at most.
public struct TextSketch: Hashable, Sendable {
  /// How many words are in a run.
  private static let runLength = 3
  /// Texts with fewer different runs are compared by their digests alone.
  public static let leastRuns = 40
  private static let count = 128

  /// Different runs in the text.
  public let runs: Int
  private let least: [UInt32]

  /// Nil for a text with too few different runs of words.
  public init?(_ text: String) {
    let words = WordFolding.words(in: text[...]).map { word in
      var digest = StableDigest()
      digest.add(word.folded.utf8)
      return digest.value
    }
    var runs: Set<UInt64> = []
    for start in words.indices.dropLast(Self.runLength - 1) {
      runs.insert(
        words[start..<start + Self.runLength].reduce(0) { Self.mixed($0 &* 31 &+ $1) })
    }
    guard runs.count >= Self.leastRuns else { return nil }
    self.runs = runs.count
    var least = [UInt32](repeating: .max, count: Self.count)
    let functions = Self.functions
    for run in runs {
      for index in 0..<Self.count {
        let (factor, summand) = functions[index]
        let value = UInt32(truncatingIfNeeded: (run &* factor &+ summand) >> 32)
        if value < least[index] { least[index] = value }
      }
    }
    self.least = least
  }

  /// The share of functions on which both agree: the Jaccard similarity of their runs, estimated.
  public func similarity(to other: TextSketch) -> Double {
    Double(zip(least, other.least).count { $0 == $1 }) / Double(Self.count)
  }

  /// The shorter text's runs as a share of the longer one's.
  public func lengthShare(with other: TextSketch) -> Double {
    Double(min(runs, other.runs)) / Double(max(runs, other.runs))
  }

  /// Odd factors and summands, the same in every run.
  private static let functions: [(UInt64, UInt64)] = (0..<count).map { index in
    let seed = UInt64(index) &* 2
    return (mixed(seed &+ 0x5851_f42d_4c95_7f2d) | 1, mixed(seed &+ 0x1405_7b7e_f767_814f))
  }

  /// The finisher of SplitMix64 (Steele, Lea and Flood 2014).
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

extension TextSketch {
  /// The number of runs, a colon, and the values in base64, little-endian.
  var text: String {
    let bytes = least.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
    return "\(runs):\(Data(bytes).base64EncodedString())"
  }

  /// Nil for a text that is no sketch.
  init?(text: String) {
    guard let colon = text.firstIndex(of: ":"), let runs = Int(text[..<colon]), runs > 0,
      let bytes = Data(base64Encoded: String(text[text.index(after: colon)...])),
      bytes.count == 4 * Self.count
    else { return nil }
    self.runs = runs
    least = bytes.withUnsafeBytes { buffer in
      (0..<Self.count).map {
        UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
  }
}
