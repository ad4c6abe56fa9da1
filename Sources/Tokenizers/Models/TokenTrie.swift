/// The tokens of a vocabulary by their bytes, to find all that a text starts with at once.
///
/// The children of a node stand together in the order of their labels.
struct TokenTrie: Sendable {
  private struct Node {
    var firstChild: Int32 = 0
    var childCount: UInt16 = 0
    var label: UInt8 = 0
    /// The token that ends here, or -1.
    var id: Int32 = -1
  }

  private var nodes: [Node] = [Node()]

  /// The longest token that a trie holds: searching costs its length at every place of a text.
  static let longestToken = 4096

  /// - Parameter isHeld: whether a token can be found; of tokens of the same bytes the last counts.
  /// - Throws: `TokenizerError.invalidVocabulary` for a token that is too long.
  init(_ tokens: [[UInt8]], where isHeld: (Int) -> Bool = { _ in true }) throws {
    if let id = tokens.firstIndex(where: { $0.count > Self.longestToken }) {
      throw TokenizerError.invalidVocabulary(
        "token \(id) has \(tokens[id].count) bytes; at most \(Self.longestToken) are read")
    }
    let order = tokens.indices.filter { isHeld($0) && !tokens[$0].isEmpty }.sorted {
      let (first, second) = (tokens[$0], tokens[$1])
      return first == second ? $0 < $1 : first.lexicographicallyPrecedes(second)
    }
    // Breadth first: the tokens below a node are a range of the order.
    var ranges = [order.indices]
    var depths = [0]
    var index = 0
    while index < nodes.count {
      let depth = depths[index]
      var start = ranges[index].lowerBound
      let end = ranges[index].upperBound
      while start < end, tokens[order[start]].count == depth {
        nodes[index].id = Int32(order[start])
        start += 1
      }
      nodes[index].firstChild = Int32(nodes.count)
      while start < end {
        let label = tokens[order[start]][depth]
        var next = start + 1
        while next < end, tokens[order[next]][depth] == label { next += 1 }
        nodes.append(Node(label: label))
        ranges.append(start..<next)
        depths.append(depth + 1)
        nodes[index].childCount += 1
        start = next
      }
      index += 1
    }
  }

  /// Calls the body with the length and id of each token at this place, the shortest first.
  @inline(__always)
  func forEachToken(
    in text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (Int, Int32) -> Void
  ) {
    nodes.withUnsafeBufferPointer { nodes in
      var node = nodes[0]
      var index = start
      while index < text.count, let child = Self.child(of: node, text[index], nodes) {
        node = child
        index += 1
        if node.id >= 0 { body(index - start, node.id) }
      }
    }
  }

  @inline(__always)
  private static func child(
    of node: Node, _ label: UInt8, _ nodes: UnsafeBufferPointer<Node>
  ) -> Node? {
    var low = Int(node.firstChild)
    var high = low + Int(node.childCount)
    while low < high {
      let middle = (low + high) / 2
      let candidate = nodes[middle]
      if candidate.label == label { return candidate }
      if candidate.label < label { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
