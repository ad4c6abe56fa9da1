/// Cuts text into the tokens whose log-probabilities have the largest sum.
///
/// Source: Kudo 2018; the search is Viterbi's, forward over the places of the text.
struct UnigramModel: PieceModel {
  /// What a character outside the vocabulary becomes.
  struct Unknown: Sendable {
    var id: Int32
    /// The tokens of bytes, where characters become those instead.
    var bytes: [Int32?]?
    /// Whether a run of them is one.
    var joinsRuns: Bool
  }

  private let trie: TokenTrie
  private let vocabulary: Vocabulary?
  private let scores: [Double]
  private let unknown: Unknown
  private let unknownScore: Double
  /// Whether sums are kept as `Float`, as in SentencePiece; the reference of JSON files does not.
  private let isSinglePrecision: Bool

  /// How much less likely than the least likely token an unknown character is.
  private static let unknownPenalty = 10.0

  /// - Parameters:
  ///   - vocabulary: the tokens that a run of unknown characters may be after all.
  ///   - scores: of every id in the trie.
  ///   - lowestScore: of the tokens that count for it.
  init(
    trie: TokenTrie, vocabulary: Vocabulary?, scores: [Double], lowestScore: Double,
    unknown: Unknown, isSinglePrecision: Bool
  ) {
    self.trie = trie
    self.vocabulary = vocabulary
    self.scores = scores
    self.unknown = unknown
    self.isSinglePrecision = isSinglePrecision
    let score = lowestScore - Self.unknownPenalty
    unknownScore = isSinglePrecision ? Double(Float(score)) : score
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    let path = bestPath(in: piece)
    var index = 0
    while index < path.count {
      guard path[index].id == unknown.id, unknown.joinsRuns || unknown.bytes != nil else {
        ids.append(path[index].id)
        index += 1
        continue
      }
      let start = path[index].start
      repeat {
        index += 1
      } while unknown.joinsRuns && index < path.count && path[index].id == unknown.id
      let end = index < path.count ? path[index].start : piece.count
      appendUnknown(UnsafeBufferPointer(rebasing: piece[start..<end]), to: &ids)
    }
  }

  private func appendUnknown(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
    if let id = vocabulary?.id(of: text) {
      ids.append(id)
    } else if let bytes = unknown.bytes {
      let tokens = text.compactMap { bytes[Int($0)] }
      ids.append(contentsOf: tokens.count == text.count ? tokens : [unknown.id])
    } else {
      ids.append(unknown.id)
    }
  }

  private struct Node {
    var score = 0.0
    var id: Int32 = 0
    /// Where the best token that ends here starts; -1 where none does.
    var start: Int32 = -1
  }

  /// The tokens of the best path and where they start, in order.
  private func bestPath(in text: UnsafeBufferPointer<UInt8>) -> [(id: Int32, start: Int)] {
    var nodes = [Node](repeating: Node(), count: text.count + 1)
    nodes.withUnsafeMutableBufferPointer { nodes in
      var start = 0
      while start < text.count {
        let length = UTF8Scalars.first(in: text[start...]).length
        let scoreHere = nodes[start].score
        var hasWholeCharacter = false
        func offer(_ id: Int32, _ score: Double, length: Int) {
          let sum = isSinglePrecision ? Double(Float(score + scoreHere)) : score + scoreHere
          let end = start + length
          if nodes[end].start < 0 || sum > nodes[end].score {
            nodes[end] = Node(score: sum, id: id, start: Int32(start))
          }
        }
        trie.forEachToken(in: text, from: start) { tokenLength, id in
          offer(id, scores[Int(id)], length: tokenLength)
          if tokenLength == length { hasWholeCharacter = true }
        }
        if !hasWholeCharacter { offer(unknown.id, unknownScore, length: length) }
        start += length
      }
    }
    var path: [(id: Int32, start: Int)] = []
    var end = text.count
    while end > 0, nodes[end].start >= 0 {
      path.append((nodes[end].id, Int(nodes[end].start)))
      end = Int(nodes[end].start)
    }
    return path.reversed()
  }
}
