/// A token that is found in the text before anything is split or merged.
struct AddedToken: Sendable, Equatable {
  var text: String
  var id: Int32
  /// Special tokens count only where the caller recognises them; the others always.
  var isSpecial: Bool
}

/// Finds added tokens in text: at each place the longest, from left to right.
struct AddedTokens: Sendable {
  /// A stretch of plain text, or a token found in it.
  enum Segment {
    case text(UnsafeBufferPointer<UInt8>)
    case token(Int32)
  }

  let tokens: [AddedToken]
  private let all: Finder
  private let ordinary: Finder

  init(_ tokens: [AddedToken]) throws {
    self.tokens = tokens
    all = try Finder(tokens)
    ordinary = try Finder(tokens.filter { !$0.isSpecial })
  }

  /// The special tokens' ids by text.
  var special: [String: Int32] {
    Dictionary(
      tokens.lazy.filter(\.isSpecial).map { ($0.text, $0.id) },
      uniquingKeysWith: { first, _ in first })
  }

  func forEachSegment(
    in text: UnsafeBufferPointer<UInt8>, recognizingSpecialTokens: Bool, _ body: (Segment) -> Void
  ) {
    (recognizingSpecialTokens ? all : ordinary).forEachSegment(in: text, body)
  }

  private struct Finder: Sendable {
    private let vocabulary: Vocabulary
    private let ids: [Int32]
    /// The lengths, longest first, of the tokens that start with each byte.
    private let lengths: [[Int]]

    init(_ tokens: [AddedToken]) throws {
      vocabulary = try Vocabulary(
        tokens: tokens.map { Array($0.text.utf8) }, hidden: { _ in false })
      ids = tokens.map(\.id)
      var lengths = [Set<Int>](repeating: [], count: 256)
      for token in tokens {
        if let first = token.text.utf8.first {
          lengths[Int(first)].insert(token.text.utf8.count)
        }
      }
      self.lengths = lengths.map { $0.sorted(by: >) }
    }

    func forEachSegment(in text: UnsafeBufferPointer<UInt8>, _ body: (Segment) -> Void) {
      var start = 0
      var position = ids.isEmpty ? text.count : 0
      while position < text.count {
        guard let (token, length) = token(in: text, at: position) else {
          position += 1
          continue
        }
        if start < position { body(.text(UnsafeBufferPointer(rebasing: text[start..<position]))) }
        body(.token(token))
        position += length
        start = position
      }
      if start < text.count { body(.text(UnsafeBufferPointer(rebasing: text[start...]))) }
    }

    private func token(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> (Int32, Int)? {
      for length in lengths[Int(text[position])] where position + length <= text.count {
        let candidate = UnsafeBufferPointer(rebasing: text[position..<(position + length)])
        if let index = vocabulary.id(of: candidate) { return (ids[Int(index)], length) }
      }
      return nil
    }
  }
}
