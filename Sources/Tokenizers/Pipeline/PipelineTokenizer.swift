/// A tokenizer of exchangeable steps: text is normalised, cut into pieces, and the model turns
/// each piece into ids.
///
/// Source: Hugging Face `tokenizers`, whose ids it gives.
public final class PipelineTokenizer: Tokenizer {
  /// What a tokenizer is made of.
  struct Parts: Sendable {
    /// The text of every id, none for ids that are not used.
    var tokens: [[UInt8]]
    var addedTokens: [AddedToken]
    var normalizer: Normalizer?
    var preTokenizer: PreTokenizer?
    var model: any PieceModel
    var decoder: DecoderChain
    var frame = TextFrame()
    var beginningOfText: Int32?
    var endOfText: Int32?
  }

  public let vocabularySize: Int
  public let beginningOfText: Int32?
  public let endOfText: Int32?
  public let specialTokens: [String: Int32]
  public var addedTokenIDs: [String: Int32] { parts.addedTokens.ids }
  public let addsDummyPrefix: Bool
  public let frame: TextFrame

  private let parts: Parts
  private let tokensInText: AddedTokens
  private let tokensInNormalizedText: AddedTokens
  private let isSpecial: Set<Int32>
  private let workspaces = WorkspacePool()

  /// - Throws: `TokenizerError.invalidVocabulary` where two added tokens have the same text.
  init(_ parts: Parts) throws {
    self.parts = parts
    vocabularySize = parts.tokens.count
    beginningOfText = parts.beginningOfText
    endOfText = parts.endOfText
    frame = parts.frame
    tokensInText = try AddedTokens(parts.addedTokens.filter { !$0.isNormalized })
    let normalized = parts.addedTokens.filter(\.isNormalized)
    tokensInNormalizedText = try AddedTokens(
      normalized,
      patterns: normalized.map { token in
        let text = Array(token.text.utf8)
        return parts.normalizer?.normalize(text) ?? text
      })
    specialTokens = parts.addedTokens.filter(\.isSpecial).ids
    isSpecial = Set(parts.addedTokens.lazy.filter(\.isSpecial).map(\.id))
    addsDummyPrefix = Self.addsDummyPrefix(parts)
  }

  public func encode(_ text: String, recognizingSpecialTokens: Bool) -> [Int32] {
    var text = text
    return workspaces.withWorkspace { workspace in
      text.withUTF8 { bytes in
        var ids: [Int32] = []
        ids.reserveCapacity(bytes.count / 4 + 16)
        tokensInText.forEachSegment(
          in: bytes, recognizingSpecialTokens: recognizingSpecialTokens
        ) { segment in
          switch segment {
          case .token(let token): ids.append(token.id)
          case .text(let plain):
            encodeSegment(
              NormalizedText(
                bytes: Array(plain), isAtOrigin: plain.baseAddress == bytes.baseAddress),
              recognizingSpecialTokens, with: &workspace, to: &ids)
          }
        }
        return ids
      }
    }
  }

  private func encodeSegment(
    _ segment: NormalizedText, _ recognizingSpecialTokens: Bool,
    with workspace: inout EncodingWorkspace, to ids: inout [Int32]
  ) {
    var segment = segment
    parts.normalizer?.apply(to: &segment)
    segment.bytes.withUnsafeBufferPointer { bytes in
      tokensInNormalizedText.forEachSegment(
        in: bytes, recognizingSpecialTokens: recognizingSpecialTokens
      ) { part in
        switch part {
        case .token(let token): ids.append(token.id)
        case .text(let plain):
          guard let preTokenizer = parts.preTokenizer else {
            parts.model.encode(plain, with: &workspace, to: &ids)
            return
          }
          let isAtOrigin = segment.isAtOrigin && plain.baseAddress == bytes.baseAddress
          let text = Piece(bytes: Array(plain)[...], isAtOrigin: isAtOrigin)
          for piece in preTokenizer.pieces(of: text) {
            piece.bytes.withUnsafeBufferPointer {
              parts.model.encode($0, with: &workspace, to: &ids)
            }
          }
        }
      }
    }
  }

  public func appendBytes(for id: Int32, to text: inout [UInt8]) {
    guard let token = token(id) else { return }
    text.append(contentsOf: parts.decoder.bytes(of: token))
  }

  public func makeDecoder(continuingText: Bool) -> any TokenDecoder {
    Decoder(tokenizer: self, state: parts.decoder.decoder(continuingText: continuingText))
  }

  /// The text of a token, without the special ones.
  private func token(_ id: Int32) -> [UInt8]? {
    guard parts.tokens.indices.contains(Int(id)), !parts.tokens[Int(id)].isEmpty,
      !isSpecial.contains(id)
    else { return nil }
    return parts.tokens[Int(id)]
  }

  private struct Decoder: TokenDecoder {
    let tokenizer: PipelineTokenizer
    var state: DecoderChain.State

    mutating func append(_ id: Int32, to text: inout [UInt8]) {
      if let token = tokenizer.token(id) { state.append(token, to: &text) }
    }

    mutating func finish(to text: inout [UInt8]) { state.finish(to: &text) }
  }

  /// Whether a space is put before a text, and taken off again when a text is decoded.
  private static func addsDummyPrefix(_ parts: Parts) -> Bool {
    let isSpace = { (text: [UInt8]) in text == [UInt8(ascii: " ")] || text == Escape.character }
    func adds(_ normalizer: Normalizer) -> Bool {
      switch normalizer {
      case .prepend(let prefix): isSpace(prefix)
      case .sequence(let steps): steps.contains(where: adds)
      default: false
      }
    }
    func adds(_ preTokenizer: PreTokenizer) -> Bool {
      switch preTokenizer {
      case .metaspace(let metaspace): metaspace.prefix != .never && isSpace(metaspace.replacement)
      case .sequence(let steps): steps.contains(where: adds)
      default: false
      }
    }
    return (parts.normalizer.map(adds) ?? false || parts.preTokenizer.map(adds) ?? false)
      && parts.decoder.dropsLeadingSpace
  }
}
