/// A SentencePiece byte-pair tokenizer: characters merge, and spaces are part of the tokens.
///
/// `▁` in a vocabulary stands for a space and is kept as one here; text comes back as it was,
/// but for `▁` itself, which comes back as a space. Characters outside the vocabulary become
/// their bytes, or the unknown token where there are no byte tokens.
/// Source: Kudo and Richardson 2018; the merging is that of `bpe_model.cc`.
public final class SentencePieceTokenizer: Tokenizer {
  public var vocabularySize: Int { vocabulary.count }
  public let beginningOfText: Int32?
  public let endOfText: Int32?
  public let specialTokens: [String: Int32]
  public let addsDummyPrefix: Bool

  private let vocabulary: Vocabulary
  private let merges: MergeTable
  private let addedTokens: AddedTokens
  private let characters: [UInt32: Int32]
  private let fallback: Fallback
  private let escapesSpaces: Bool
  private let neighbors: NeighboringBytes
  private let workspaces = WorkspacePool()

  /// What a character outside the vocabulary becomes.
  enum Fallback: Sendable {
    /// The tokens of its bytes, 256 of them.
    case bytes([Int32])
    case unknown(Int32)
  }

  init(
    vocabulary: Vocabulary, merges: MergeTable, addedTokens: [AddedToken],
    characters: [UInt32: Int32], fallback: Fallback, neighbors: NeighboringBytes,
    beginningOfText: Int32?, endOfText: Int32?, addsDummyPrefix: Bool, escapesSpaces: Bool
  ) throws {
    self.vocabulary = vocabulary
    self.merges = merges
    self.addedTokens = try AddedTokens(addedTokens)
    self.characters = characters
    self.fallback = fallback
    self.neighbors = neighbors
    self.beginningOfText = beginningOfText
    self.endOfText = endOfText
    self.addsDummyPrefix = addsDummyPrefix
    self.escapesSpaces = escapesSpaces
    specialTokens = self.addedTokens.special
  }

  public func encode(_ text: String, recognizingSpecialTokens: Bool) -> [Int32] {
    var text = text
    return workspaces.withWorkspace { workspace in
      var ids: [Int32] = []
      text.withUTF8 { bytes in
        ids.reserveCapacity(bytes.count / 4 + 16)
        var needsPrefix = addsDummyPrefix
        addedTokens.forEachSegment(
          in: bytes, recognizingSpecialTokens: recognizingSpecialTokens
        ) { segment in
          switch segment {
          case .token(let token) where token.isSpecial:
            ids.append(token.id)
            needsPrefix = addsDummyPrefix
          case .token(let token):
            if needsPrefix { encodePlain([UInt8(ascii: " ")], with: &workspace, to: &ids) }
            ids.append(token.id)
            needsPrefix = false
          case .text(let plain):
            let escaped = escape(plain, addingPrefix: needsPrefix)
            encodePlain(escaped, with: &workspace, to: &ids)
            needsPrefix = false
          }
        }
      }
      if case .unknown(let unknown) = fallback { ids.joinRuns(of: unknown) }
      return ids
    }
  }

  public func appendBytes(for id: Int32, to text: inout [UInt8]) {
    vocabulary.appendBytes(of: id, to: &text)
  }

  private func escape(_ text: UnsafeBufferPointer<UInt8>, addingPrefix: Bool) -> [UInt8] {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(text.count + 1)
    if addingPrefix { escaped.append(UInt8(ascii: " ")) }
    if escapesSpaces && text.contains(0xE2) {
      escaped.append(contentsOf: Escape.spaces(in: text))
    } else {
      escaped.append(contentsOf: text)
    }
    return escaped
  }

  /// Cuts the text where no merge can reach across, and encodes the pieces one by one.
  private func encodePlain(
    _ text: [UInt8], with workspace: inout EncodingWorkspace, to ids: inout [Int32]
  ) {
    text.withUnsafeBufferPointer { text in
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
  }

  private static let longestPiece = 1 << 30

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
      return
    }
    switch fallback {
    case .unknown(let unknown): ids.append(unknown)
    case .bytes(let tokens):
      guard let scalar = Unicode.Scalar(UInt32(-2 - symbol)) else { return }
      for byte in Unicode.UTF8.encode(scalar).map(Array.init) ?? [] {
        ids.append(tokens[Int(byte)])
      }
    }
  }

  /// A negative symbol, -2 and below, for a character that has no token but may merge.
  static func symbol(for scalar: Unicode.Scalar) -> Int32 { -2 - Int32(scalar.value) }
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

/// SentencePiece's visible sign for a space.
enum Escape {
  static let character = Array("▁".utf8)

  /// The text with every `▁` replaced by a space.
  static func spaces(in text: some RandomAccessCollection<UInt8>) -> [UInt8] {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == character[0], text[index...].starts(with: character) {
        escaped.append(UInt8(ascii: " "))
        index = text.index(index, offsetBy: character.count)
      } else {
        escaped.append(text[index])
        index = text.index(after: index)
      }
    }
    return escaped
  }
}

extension [Int32] {
  /// Leaves one of each run of equal ids, for this id only.
  fileprivate mutating func joinRuns(of id: Int32) {
    var previous: Int32?
    removeAll { element in
      defer { previous = element }
      return element == id && previous == id
    }
  }
}
