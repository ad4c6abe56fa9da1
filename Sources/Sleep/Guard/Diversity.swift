import Foundation

/// How different texts are from each other: what a collapsed generator loses while every single text still looks fine.
public struct Diversity: Sendable, Codable, Equatable {
  public var count: Int
  /// The entropy of the words' distribution, in bits.
  public var entropy: Double
  /// The share of different ones among all words, and among all pairs of neighbours (1510.03055).
  public var distinct1, distinct2: Double
  /// The mean BLEU-4 of every text against all others (1802.01886): 1 where all are the same.
  public var selfBLEU: Double
  /// How many different texts there are in effect, from 1 to ``compared`` (2210.02410), by shared words and pairs.
  public var vendi: Double
  /// How many texts were compared with each other: all, or of many a part.
  public var compared: Int

  /// Of more texts than these, evenly chosen ones are compared with each other.
  private static let mostCompared = 160

  public init(of texts: [String]) {
    let words = texts.map { text in
      text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
    count = texts.count
    entropy = Self.entropy(of: Self.grams(words.joined(), 1).values.map(Double.init))
    func distinct(_ length: Int) -> Double {
      var all: [String: Int] = [:]
      for text in words { all.merge(Self.grams(text, length), uniquingKeysWith: +) }
      let total = all.values.reduce(0, +)
      return total == 0 ? 0 : Double(all.count) / Double(total)
    }
    (distinct1, distinct2) = (distinct(1), distinct(2))
    let step = max(Double(words.count) / Double(Self.mostCompared), 1)
    let compared = stride(from: 0.0, to: Double(words.count), by: step).map { words[Int($0)] }
    self.compared = compared.count
    selfBLEU = Self.selfBLEU(compared)
    vendi = Self.vendi(compared)
  }

  private static func grams(_ words: some Sequence<String>, _ length: Int) -> [String: Int] {
    let words = Array(words)
    var counts: [String: Int] = [:]
    guard words.count >= length else { return counts }
    for start in 0...words.count - length {
      counts[words[start..<start + length].joined(separator: " "), default: 0] += 1
    }
    return counts
  }

  /// The entropy in bits of a distribution that `weights` are proportional to.
  private static func entropy(of weights: [Double]) -> Double {
    let total = weights.reduce(0, +)
    guard total > 0 else { return 0 }
    return weights.sorted().reduce(0) { sum, weight in
      let share = weight / total
      return share > 0 ? sum - share * log2(share) : sum
    }
  }

  private static func selfBLEU(_ texts: [[String]]) -> Double {
    guard texts.count > 1 else { return 0 }
    var logs = [Double](repeating: 0, count: texts.count)
    for length in 1...4 {
      let counts = texts.map { grams($0, length) }
      // The most often that a text has a run of words, and the most often that any other has it.
      var most: [String: (first: Int, owner: Int, second: Int)] = [:]
      for (owner, grams) in counts.enumerated() {
        for (gram, count) in grams {
          var entry = most[gram] ?? (0, -1, 0)
          if count > entry.first {
            entry = (count, owner, entry.first)
          } else {
            entry.second = max(entry.second, count)
          }
          most[gram] = entry
        }
      }
      for (owner, grams) in counts.enumerated() {
        var matched = 0
        for (gram, count) in grams {
          let entry = most[gram]!
          matched += min(count, entry.owner == owner ? entry.second : entry.first)
        }
        let total = grams.values.reduce(0, +)
        // One is added to both beyond single words, so that short texts have a score.
        let smoothing = length > 1 ? 1.0 : 0
        logs[owner] +=
          log(
            max(Double(matched) + smoothing, 1e-9) / max(Double(total) + smoothing, 1)) / 4
      }
    }
    return logs.reduce(0) { $0 + exp($1) } / Double(texts.count)
  }

  private static func vendi(_ texts: [[String]]) -> Double {
    guard !texts.isEmpty else { return 0 }
    let vectors = texts.map { text in
      let counts = grams(text, 1).merging(grams(text, 2), uniquingKeysWith: +)
      let norm = Double(counts.values.reduce(0) { $0 + $1 * $1 }).squareRoot()
      return counts.mapValues { Double($0) / max(norm, 1e-12) }
    }
    var similarity = vectors.map { one in
      vectors.map { other in
        one.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * (other[$1.key] ?? 0) }
      }
    }
    // A text without words is like none but itself.
    for index in vectors.indices { similarity[index][index] = 1 }
    return vendi(similarities: similarity)
  }

  /// How many different samples there are in effect, by how alike each two are: 1 for a sample and itself.
  public static func vendi(similarities: [[Double]]) -> Double {
    let eigenvalues = SymmetricEigenvalues.of(similarities).map { max($0, 0) }
    return exp2(entropy(of: eigenvalues))
  }
}

/// Eigenvalues of a symmetric matrix by Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5).
package enum SymmetricEigenvalues {
  package static func of(_ matrix: [[Double]]) -> [Double] {
    let count = matrix.count
    var a = matrix.flatMap { $0 }
    for _ in 0..<30 {
      var off = 0.0
      for row in 0..<count {
        for column in row + 1..<max(count, row + 1) {
          let value = a[row * count + column]
          off += value * value
          guard abs(value) > 1e-14 else { continue }
          let theta = (a[column * count + column] - a[row * count + row]) / (2 * value)
          let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<count {
            let (x, y) = (a[k * count + row], a[k * count + column])
            a[k * count + row] = cosine * x - sine * y
            a[k * count + column] = sine * x + cosine * y
          }
          for k in 0..<count {
            let (x, y) = (a[row * count + k], a[column * count + k])
            a[row * count + k] = cosine * x - sine * y
            a[column * count + k] = sine * x + cosine * y
          }
        }
      }
      if off < 1e-20 { break }
    }
    return (0..<count).map { a[$0 * count + $0] }
  }
}
