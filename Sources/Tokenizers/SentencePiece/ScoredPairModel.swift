/// Byte pairs over characters, merged in the order of scores; the merging is that of
/// `bpe_model.cc`.
struct ScoredPairModel: PieceModel {
  let merges: MergeTable
  let characters: [UInt32: Int32]
  let fallback: SentencePieceTokenizer.Fallback
  let neighbors: NeighboringBytes

  private static let longestPiece = 1 << 30

  /// Cuts the text where no merge can reach across, and encodes the pieces one by one.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    var start = 0
    for position in 0..<text.count {
      let isCut =
        position + 1 == text.count
        || (text[position + 1] & 0xC0 != 0x80
          && (!neighbors.contains(text[position], text[position + 1])
            || position - start >= Self.longestPiece))
      guard isCut else { continue }
      let piece = UnsafeBufferPointer(rebasing: text[start...position])
      encodePiece(piece, with: &workspace, to: &ids)
      start = position + 1
    }
  }

  private func encodePiece(
    _ piece: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    let hash = byteHash(piece)
    let isShort = piece.count <= PieceCache.longestPiece
    if isShort, workspace.cache.append(piece, hash: hash, to: &ids) { return }
    workspace.merger.symbols.removeAll(keepingCapacity: true)
    for scalar in String(decoding: piece, as: UTF8.self).unicodeScalars {
      workspace.merger.symbols.append(characters[scalar.value] ?? Self.symbol(for: scalar))
    }
    workspace.merger.merge(with: merges)
    let first = ids.count
    for symbol in workspace.merger.symbols { append(symbol, to: &ids) }
    if isShort { workspace.cache.insert(piece, hash: hash, ids: ids[first...]) }
  }

  private func append(_ symbol: Int32, to ids: inout [Int32]) {
    if symbol >= 0 {
      ids.append(symbol)
    } else if let scalar = Unicode.Scalar(UInt32(-2 - symbol)) {
      fallback.append(UTF8.encode(scalar).map(Array.init) ?? [], to: &ids)
    }
  }

  /// A negative symbol, -2 and below, for a character that has no token but may merge.
  static func symbol(for scalar: Unicode.Scalar) -> Int32 { -2 - Int32(scalar.value) }
}

/// Looks whole words up, each with the space before it, wherever the model puts spaces.
struct SpacedWordModel: PieceModel {
  let vocabulary: Vocabulary
  let fallback: SentencePieceTokenizer.Fallback

  func encode(
    _ text: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    var start = 0
    for position in 0..<text.count {
      let next = position + 1
      guard next == text.count || text[next] == UInt8(ascii: " ") else { continue }
      let word = UnsafeBufferPointer(rebasing: text[start..<next])
      if let id = vocabulary.id(of: word) {
        ids.append(id)
      } else {
        fallback.append(Array(word), to: &ids)
      }
      start = next
    }
  }
}

/// Which byte stands next to which inside a token; between others no merge ever happens.
struct NeighboringBytes: Sendable {
  private var bits = [UInt64](repeating: 0, count: 65_536 / 64)

  mutating func insert(allIn token: ArraySlice<UInt8>) {
    for (left, right) in zip(token, token.dropFirst()) {
      let pair = Int(left) << 8 | Int(right)
      bits[pair >> 6] |= 1 << UInt64(pair & 63)
    }
  }

  @inline(__always)
  func contains(_ left: UInt8, _ right: UInt8) -> Bool {
    let pair = Int(left) << 8 | Int(right)
    return bits[pair >> 6] >> UInt64(pair & 63) & 1 != 0
  }
}
