/// Byte pairs over the characters of a piece, in every variation that `tokenizer.json` has.
struct BytePairModel: PieceModel {
  /// How characters become the symbols that merge.
  struct Options: Sendable {
    /// What stands before a character that is not the first, and behind the last.
    var continuingPrefix: [UInt8] = []
    var endOfWordSuffix: [UInt8] = []
    /// What a character outside the vocabulary becomes; without it, nothing.
    var unknown: Int32?
    /// Whether a run of unknown characters is one.
    var joinsUnknown = false
    /// The tokens of bytes that a character outside the vocabulary becomes, where all of them are.
    var bytes: [Int32?]?
    /// Whether a piece that is a token as a whole is that token.
    var ignoresMerges = false
  }

  private let vocabulary: Vocabulary
  private let merges: MergeTable
  private let options: Options
  private let characters: [UInt32: Int32]
  /// Where no merge can reach across, which matters for pieces of many words.
  private let neighbors: NeighboringBytes?

  init(vocabulary: Vocabulary, merges: MergeTable, options: Options) {
    self.vocabulary = vocabulary
    self.merges = merges
    self.options = options
    var characters: [UInt32: Int32] = [:]
    var neighbors = NeighboringBytes()
    for id in 0..<Int32(vocabulary.count) {
      let token = vocabulary[id]
      neighbors.insert(allIn: token)
      guard let first = token.first, first < 0x80 || token.count <= 4 else { continue }
      let (scalar, length) = UTF8Scalars.first(in: token)
      if length == token.count, scalar != "\u{FFFD}" || length > 1 {
        characters[scalar.value] = id
      }
    }
    self.characters = characters
    // Unknown characters meet across whatever is cut, and first and last characters are others.
    let canCut =
      options.continuingPrefix.isEmpty && options.endOfWordSuffix.isEmpty && !options.ignoresMerges
      && options.bytes?.allSatisfy { $0 != nil } == true
    self.neighbors = canCut ? neighbors : nil
  }

  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    if options.ignoresMerges, let id = vocabulary.id(of: piece) {
      ids.append(id)
      return
    }
    guard let neighbors else {
      encodePart(piece, with: &workspace, to: &ids)
      return
    }
    var start = 0
    for end in 1..<max(piece.count, 1) where piece[end] & 0xC0 != 0x80 {
      guard !neighbors.contains(piece[end - 1], piece[end]) else { continue }
      encodePart(
        UnsafeBufferPointer(rebasing: piece[start..<end]), with: &workspace, to: &ids)
      start = end
    }
    encodePart(UnsafeBufferPointer(rebasing: piece[start...]), with: &workspace, to: &ids)
  }

  private func encodePart(
    _ piece: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    let hash = byteHash(piece)
    let isShort = piece.count <= PieceCache.longestPiece
    if isShort, workspace.cache.append(piece, hash: hash, to: &ids) { return }
    workspace.merger.symbols.removeAll(keepingCapacity: true)
    appendSymbols(of: piece, to: &workspace.merger.symbols)
    workspace.merger.merge(with: merges)
    ids.append(contentsOf: workspace.merger.symbols)
    if isShort { workspace.cache.insert(piece, hash: hash, ids: workspace.merger.symbols) }
  }

  private func appendSymbols(
    of piece: UnsafeBufferPointer<UInt8>, to symbols: inout [Int32]
  ) {
    // The reference writes an unknown character when the next known one comes, so that bytes of
    // characters between overtake it.
    var pending: Int32?
    UTF8Scalars.forEach(in: piece) { scalar, range in
      if let id = symbol(scalar, at: range, in: piece) {
        if let unknown = pending { symbols.append(unknown) }
        pending = nil
        symbols.append(id)
      } else if let bytes = byteTokens(of: piece[range]) {
        symbols.append(contentsOf: bytes)
      } else if let unknown = options.unknown {
        if let earlier = pending, !options.joinsUnknown { symbols.append(earlier) }
        pending = unknown
      }
    }
    if let pending { symbols.append(pending) }
  }

  @inline(__always)
  private func symbol(
    _ scalar: Unicode.Scalar, at range: Range<Int>, in piece: UnsafeBufferPointer<UInt8>
  ) -> Int32? {
    let prefix = range.lowerBound > 0 ? options.continuingPrefix : []
    let suffix = range.upperBound == piece.count ? options.endOfWordSuffix : []
    if prefix.isEmpty && suffix.isEmpty { return characters[scalar.value] }
    return vocabulary.id(of: prefix + piece[range] + suffix)
  }

  private func byteTokens(of character: Slice<UnsafeBufferPointer<UInt8>>) -> [Int32]? {
    guard let bytes = options.bytes else { return nil }
    let tokens = character.compactMap { bytes[Int($0)] }
    return tokens.count == character.count ? tokens : nil
  }
}

extension MergeTable {
  /// Reads merges of tokens in their order.
  ///
  /// - Parameter prefixLength: how many bytes of the second are left out of what both become.
  /// - Throws: `TokenizerError.invalidVocabulary`, naming the merge.
  init(
    pairs: [(ArraySlice<UInt8>, ArraySlice<UInt8>)], in vocabulary: Vocabulary, prefixLength: Int
  ) throws {
    self.init(expectedCount: pairs.count)
    for (rank, (left, right)) in pairs.enumerated() {
      guard let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
        let merged = vocabulary.id(of: left + right.dropFirst(prefixLength))
      else {
        throw TokenizerError.invalidVocabulary(
          "merge \(rank), '\(String(decoding: left, as: UTF8.self))' and "
            + "'\(String(decoding: right, as: UTF8.self))': a part or the whole has no token")
      }
      insert(
        Merge(
          left: leftID, right: rightID, rank: UInt32(truncatingIfNeeded: rank), merged: merged))
    }
  }
}
