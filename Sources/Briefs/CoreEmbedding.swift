import Foundation
import LanguageModels
import Tensors
import Tokenizers

/// Where texts lie in a core's embedding: near each other where they are about the same.
///
/// A text is the mean of its tokens, rare ones counting more, less what all texts have in common (Arora, Liang and Ma 2017, "A simple
/// but tough-to-beat baseline for sentence embeddings"). States from further up say more about what comes next than about what
/// is spoken of.
public struct CoreEmbedding: Sendable {
  private let model: Transformer
  private let tokenizer: any Tokenizer
  /// Tokens that are more frequent than this count for less than half.
  private static let commonness = 3e-3

  public init(_ model: Transformer, _ tokenizer: any Tokenizer) {
    (self.model, self.tokenizer) = (model, tokenizer)
  }

  /// Vectors of length 1, one for every text; what they have in common depends on all of them together.
  public func vectors(_ texts: [String]) -> [[Float]] {
    let tokens = texts.map { tokenizer.encode(" " + $0) }
    var counts: [Int32: Int] = [:]
    for token in tokens.joined() { counts[token, default: 0] += 1 }
    let total = Double(max(tokens.reduce(0) { $0 + $1.count }, 1))
    let known = counts.keys.sorted()
    let width = model.configuration.width
    let rows =
      known.isEmpty
      ? [] : model.stream(Tensor(indices: known, shape: [known.count, 1]), before: 0).values
    var weighted: [Int32: [Float]] = [:]
    for (place, token) in known.enumerated() {
      let frequency = Double(counts[token] ?? 0) / total
      let weight = Float(Self.commonness / (Self.commonness + frequency))
      weighted[token] = rows[place * width..<(place + 1) * width].map { $0 * weight }
    }
    return Self.withoutWhatIsCommon(
      tokens.map { tokens in
        var sum = [Float](repeating: 0, count: width)
        for token in tokens {
          guard let row = weighted[token] else { continue }
          for axis in 0..<width { sum[axis] += row[axis] }
        }
        return sum.map { $0 / Float(max(tokens.count, 1)) }
      })
  }

  /// The same of a text for itself, with nothing to set it apart from.
  public func vector(_ text: String) -> [Float] { vectors([text]).map(Self.normalized)[0] }

  /// Less their mean and their strongest direction (by power iteration), then of length 1.
  private static func withoutWhatIsCommon(_ vectors: [[Float]]) -> [[Float]] {
    guard let width = vectors.first?.count, vectors.count > 2 else { return vectors }
    let mean = (0..<width).map { axis in
      vectors.reduce(Float(0)) { $0 + $1[axis] } / Float(vectors.count)
    }
    let centered = vectors.map { normalized(zip($0, mean).map { $0 - $1 }) }
    var direction = normalized((0..<width).map { Float($0 % 7) - 3 })
    for _ in 0..<20 {
      var next = [Float](repeating: 0, count: width)
      for vector in centered {
        let along = dot(vector, direction)
        for axis in 0..<width { next[axis] += along * vector[axis] }
      }
      direction = normalized(next)
    }
    return centered.map { vector in
      let along = dot(vector, direction)
      return normalized(zip(vector, direction).map { $0 - along * $1 })
    }
  }

  static func dot(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func normalized(_ vector: [Float]) -> [Float] {
    let length = dot(vector, vector).squareRoot()
    return length > 0 ? vector.map { $0 / length } : vector
  }
}
