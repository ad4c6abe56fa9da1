/// Which passages have been read before, word for word or nearly so.
///
/// Of every five words in a row a hash is made (shingles: Broder 1997), of which a fixed part is
/// remembered; a passage is a repetition when half of its part is known. The part is the same wherever
/// the words stand, so copies are found although they are cut into other passages. When the memory is
/// full, half of the part is forgotten: then only longer repetitions are found.
public struct RefinementRepeats: Sendable {
  private static let wordsPerShingle = 5
  /// With fewer hashes than this a passage is compared as a whole.
  private static let fewest = 3
  /// The share of a passage's hashes that makes it a repetition.
  private static let share = 0.5

  private var known: Set<UInt64> = []
  private var wholes: Set<UInt64> = []
  private let capacity: Int
  /// Hashes that have a 1 among these bits are left out.
  private var mask: UInt64 = 7

  /// - Parameter capacity: How many hashes are remembered; one takes some 20 bytes.
  public init(capacity: Int = 1 << 25) { self.capacity = capacity }

  /// Whether the passage has been read before; remembers it.
  public mutating func isRepeated(_ passage: String) -> Bool {
    let words = Self.words(of: passage)
    guard !words.isEmpty else { return false }
    let whole = words.reduce(Self.basis) { Self.mixed($0, $1) }
    let shingles = shingles(words)
    guard shingles.count >= Self.fewest else {
      return !wholes.insert(whole).inserted
    }
    let familiar = shingles.count { known.contains($0) }
    known.formUnion(shingles)
    while known.count > capacity {
      mask = mask << 1 | 1
      known = known.filter { Self.finished($0) & mask == 0 }
    }
    return Double(familiar) >= Self.share * Double(shingles.count)
  }

  /// The remembered part of the passage's shingles, each once.
  private func shingles(_ words: [UInt64]) -> Set<UInt64> {
    guard words.count >= Self.wordsPerShingle else { return [] }
    var shingles: Set<UInt64> = []
    for start in 0...words.count - Self.wordsPerShingle {
      let hash = words[start..<start + Self.wordsPerShingle].reduce(Self.basis, Self.mixed)
      if Self.finished(hash) & mask == 0 { shingles.insert(hash) }
    }
    return shingles
  }

  /// A hash of each word, by its letters and digits in lower case.
  private static func words(of text: String) -> [UInt64] {
    var words: [UInt64] = []
    var hash: UInt64?
    for byte in text.utf8 {
      let isLetterOrDigit =
        byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
        || (0x61...0x7a).contains(byte)
      if isLetterOrDigit {
        let lower = (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
        hash = mixed(hash ?? basis, UInt64(lower))
      } else if let word = hash {
        words.append(word)
        hash = nil
      }
    }
    if let hash { words.append(hash) }
    return words
  }

  private static let basis: UInt64 = 0xcbf2_9ce4_8422_2325

  /// FNV-1a over words.
  private static func mixed(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    (hash ^ value) &* 0x100_0000_01b3
  }

  /// The low bits of an FNV hash depend on the low bits alone; these depend on all.
  private static func finished(_ hash: UInt64) -> UInt64 {
    let value = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    return value ^ (value >> 31)
  }
}
