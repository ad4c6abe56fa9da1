/// The state of byte-pair training: every distinct piece as the tokens it has become so far.
struct TrainingMerges {
  private(set) var tokens: [[UInt8]]
  private(set) var merges: [MergeTable.Merge] = []

  private var symbols: [Int32] = []
  private var starts: [Int] = []
  private var lengths: [Int] = []
  private let counts: [Int]
  private var pairs = PairCounts()
  private var queue = CandidateQueue()
  private var ids: [[UInt8]: Int32] = [:]

  init(_ pieces: PieceCounts) {
    tokens = PrintableBytes.inOrder.map { [$0] }
    counts = pieces.counts
    var symbol = [Int32](repeating: 0, count: 256)
    for (id, byte) in PrintableBytes.inOrder.enumerated() { symbol[Int(byte)] = Int32(id) }
    for index in 0..<pieces.pieceCount {
      let piece = pieces.piece(index)
      starts.append(symbols.count)
      lengths.append(piece.count)
      for byte in piece { symbols.append(symbol[Int(byte)]) }
    }
    for word in 0..<starts.count {
      let start = starts[word]
      for position in start..<max(start, start + lengths[word] - 1) {
        pairs.add(
          TokenPair(symbols[position], symbols[position + 1]), count: counts[word],
          inWord: Int32(word))
      }
    }
    pairs.collectNew { queue.push($0, count: $1, words: $2) }
  }

  /// Merges until there are so many tokens, or no pair is frequent enough.
  mutating func run(tokenCount: Int, minimumFrequency: Int) {
    while tokens.count < tokenCount, let candidate = queue.pop() {
      let pair = candidate.pair
      let count = pairs.count(of: pair)
      if candidate.count != count {
        queue.pushAgain(candidate, count: count)
        continue
      }
      if count < minimumFrequency { break }
      let merged = id(of: tokens[Int(pair.left)] + tokens[Int(pair.right)])
      merges.append(
        MergeTable.Merge(
          left: pair.left, right: pair.right, rank: UInt32(merges.count), merged: merged))
      for word in queue.takeWords(of: candidate) {
        replace(pair, by: merged, inWord: Int(word))
      }
      pairs.collectNew { queue.push($0, count: $1, words: $2) }
    }
  }

  /// Two different merges can give the same bytes: they share a token.
  private mutating func id(of token: [UInt8]) -> Int32 {
    if let id = ids[token] { return id }
    let id = Int32(tokens.count)
    ids[token] = id
    tokens.append(token)
    return id
  }

  /// One pass over the word: what has been read is written back at or before where it stood.
  private mutating func replace(_ pair: TokenPair, by merged: Int32, inWord word: Int) {
    let start = starts[word]
    let end = start + lengths[word]
    let count = counts[word]
    let (left, right) = (pair.left, pair.right)
    var (read, written) = (start, start)
    while read < end {
      guard read + 1 < end, symbols[read] == left, symbols[read + 1] == right else {
        symbols[written] = symbols[read]
        read += 1
        written += 1
        continue
      }
      if written > start {
        let before = symbols[written - 1]
        pairs.remove(TokenPair(before, left), count: count)
        pairs.add(TokenPair(before, merged), count: count, inWord: Int32(word))
      }
      symbols[written] = merged
      read += 2
      written += 1
      if read < end {
        let after = symbols[read]
        pairs.remove(TokenPair(right, after), count: count)
        pairs.add(TokenPair(merged, after), count: count, inWord: Int32(word))
      }
    }
    lengths[word] = written - start
  }
}

/// Pairs waiting to be merged, the most frequent on top, then the one with the smaller ids.
private struct CandidateQueue {
  struct Candidate {
    var count: Int
    var pair: TokenPair
    /// Which list of words belongs to it.
    var list: Int

    func precedes(_ other: Candidate) -> Bool {
      if count != other.count { return count > other.count }
      // One pair twice, which the lists' ages set apart whatever the order of the words.
      return pair == other.pair ? list < other.list : pair < other.pair
    }
  }

  private var heap: [Candidate] = []
  private var words: [[Int32]] = []

  mutating func push(_ pair: TokenPair, count: Int, words: [Int32]) {
    self.words.append(words)
    insert(Candidate(count: count, pair: pair, list: self.words.count - 1))
  }

  mutating func pushAgain(_ candidate: Candidate, count: Int) {
    insert(Candidate(count: count, pair: candidate.pair, list: candidate.list))
  }

  mutating func takeWords(of candidate: Candidate) -> [Int32] {
    defer { words[candidate.list] = [] }
    return words[candidate.list]
  }

  mutating func pop() -> Candidate? {
    guard let last = heap.popLast() else { return nil }
    guard let top = heap.first else { return last }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= heap.count { break }
      if child + 1 < heap.count && heap[child + 1].precedes(heap[child]) { child += 1 }
      if !heap[child].precedes(last) { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
    return top
  }

  private mutating func insert(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if !candidate.precedes(heap[parent]) { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = candidate
  }
}
