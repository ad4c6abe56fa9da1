/// A byte-level byte-pair tokenizer: text is split by a pattern, and bytes merge within pieces.
///
/// Every text can be encoded and comes back byte for byte, unless the vocabulary normalises to
/// NFC. Source: Sennrich et al. 2016; Radford et al. 2019.
public final class BytePairTokenizer: Tokenizer {
  /// The expression that splits the text.
  public var pattern: SplitPattern { splitter.pattern }

  public var vocabularySize: Int { vocabulary.count }
  public let beginningOfText: Int32?
  public let endOfText: Int32?
  public let specialTokens: [String: Int32]
  public var addedTokenIDs: [String: Int32] { addedTokens.tokens.ids }

  let vocabulary: Vocabulary
  let merges: MergeTable
  let addedTokens: AddedTokens
  /// Whether a piece that is a token as a whole is that token, whatever its merges would give.
  let ignoresMerges: Bool
  let normalizesToNFC: Bool
  public let frame: TextFrame

  private let splitter: PieceSplitter
  private let byteSymbols: [Int32]
  private let workspaces = WorkspacePool()

  /// Assembles a tokenizer from checked parts.
  ///
  /// - Parameters:
  ///   - vocabulary: bytes by id; none for special tokens.
  ///   - addedTokens: found in the text before it is split.
  init(
    vocabulary: Vocabulary, merges: MergeTable, addedTokens: [AddedToken], pattern: SplitPattern,
    ignoresMerges: Bool = false, normalizesToNFC: Bool = false, frame: TextFrame = TextFrame(),
    beginningOfText: Int32?, endOfText: Int32?
  ) throws {
    self.vocabulary = vocabulary
    self.merges = merges
    self.addedTokens = try AddedTokens(addedTokens)
    self.ignoresMerges = ignoresMerges
    self.normalizesToNFC = normalizesToNFC
    self.frame = frame
    self.beginningOfText = beginningOfText
    self.endOfText = endOfText
    splitter = try PieceSplitter(pattern)
    specialTokens = self.addedTokens.special
    byteSymbols = try Self.byteSymbols(in: vocabulary)
  }

  public func encode(_ text: String, recognizingSpecialTokens: Bool) -> [Int32] {
    var text = normalizesToNFC ? text.normalizedToNFC : text
    return workspaces.withWorkspace { workspace in
      text.withUTF8 { bytes in
        var ids: [Int32] = []
        ids.reserveCapacity(bytes.count / 4 + 16)
        addedTokens.forEachSegment(
          in: bytes, recognizingSpecialTokens: recognizingSpecialTokens
        ) { segment in
          switch segment {
          case .token(let token): ids.append(token.id)
          case .text(let plain):
            splitter.forEachPiece(in: plain) { encodePiece($0, with: &workspace, to: &ids) }
          }
        }
        return ids
      }
    }
  }

  public func appendBytes(for id: Int32, to text: inout [UInt8]) {
    vocabulary.appendBytes(of: id, to: &text)
  }

  private func encodePiece(
    _ piece: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    if piece.count == 1 {
      ids.append(byteSymbols[Int(piece[0])])
      return
    }
    let hash = byteHash(piece)
    let isShort = piece.count <= PieceCache.longestPiece
    if isShort, workspace.cache.append(piece, hash: hash, to: &ids) { return }
    if ignoresMerges, let id = vocabulary.id(of: piece, hash: hash) {
      ids.append(id)
      workspace.cache.insert(piece, hash: hash, ids: CollectionOfOne(id))
      return
    }
    workspace.merger.symbols.removeAll(keepingCapacity: true)
    for byte in piece { workspace.merger.symbols.append(byteSymbols[Int(byte)]) }
    workspace.merger.merge(with: merges)
    ids.append(contentsOf: workspace.merger.symbols)
    if isShort { workspace.cache.insert(piece, hash: hash, ids: workspace.merger.symbols) }
  }

  /// The token of each byte; bytes that no UTF-8 text holds may be without one.
  private static func byteSymbols(in vocabulary: Vocabulary) throws -> [Int32] {
    try (0...255).map { byte in
      if let id = vocabulary.id(of: CollectionOfOne(UInt8(byte))) { return id }
      if byte == 0xC0 || byte == 0xC1 || byte >= 0xF5 { return -1 }
      throw TokenizerError.invalidVocabulary(
        "no token for the byte 0x\(String(byte, radix: 16)); all bytes of UTF-8 are needed")
    }
  }
}
