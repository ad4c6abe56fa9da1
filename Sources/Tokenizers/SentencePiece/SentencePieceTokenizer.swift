/// A SentencePiece tokenizer: spaces are part of the tokens, and text is one piece.
///
/// `▁` in a vocabulary stands for a space and is kept as one here; text comes back as the model's
/// normalisation leaves it, but for `▁` itself, which comes back as a space. Characters outside the
/// vocabulary become their bytes, or the unknown token where there are no byte tokens.
/// Source: Kudo and Richardson 2018.
public final class SentencePieceTokenizer: Tokenizer {
  /// How pieces are found in the text.
  public enum Kind: Sendable {
    case bytePair, unigram, character, word
  }

  public var vocabularySize: Int { vocabulary.count }
  public let beginningOfText: Int32?
  public let endOfText: Int32?
  public let specialTokens: [String: Int32]
  public let addedTokenIDs: [String: Int32]
  public let frame: TextFrame
  public var addsDummyPrefix: Bool {
    normalizer.settings.addsDummyPrefix && !normalizer.settings.putsSpaceAfterWord
  }

  private let vocabulary: Vocabulary
  private let model: any PieceModel
  /// Found in the text, before it is normalised.
  private let controls: AddedTokens
  /// Found in the normalised text, unless the model finds them itself.
  private let symbols: AddedTokens
  private let normalizer: SentencePieceNormalizer
  private let fallback: Fallback
  private let byteTokens: Set<Int32>
  private let workspaces = WorkspacePool()

  /// What a character outside the vocabulary becomes.
  enum Fallback: Sendable {
    /// The tokens of its bytes, 256 of them.
    case bytes([Int32])
    case unknown(Int32)

    func append(_ text: [UInt8], to ids: inout [Int32]) {
      switch self {
      case .unknown(let unknown): ids.append(unknown)
      case .bytes(let tokens): for byte in text { ids.append(tokens[Int(byte)]) }
      }
    }
  }

  init(
    vocabulary: Vocabulary, model: any PieceModel, addedTokenIDs: [String: Int32],
    controls: [AddedToken], symbols: [AddedToken],
    normalizer: SentencePieceNormalizer, fallback: Fallback, beginningOfText: Int32?,
    endOfText: Int32?, frame: TextFrame
  ) throws {
    self.vocabulary = vocabulary
    self.model = model
    self.addedTokenIDs = addedTokenIDs
    self.controls = try AddedTokens(controls)
    self.symbols = try AddedTokens(symbols)
    self.normalizer = normalizer
    self.fallback = fallback
    self.beginningOfText = beginningOfText
    self.endOfText = endOfText
    self.frame = frame
    specialTokens = self.controls.special
    if case .bytes(let tokens) = fallback { byteTokens = Set(tokens) } else { byteTokens = [] }
  }

  public func encode(_ text: String, recognizingSpecialTokens: Bool) -> [Int32] {
    var text = text
    return workspaces.withWorkspace { workspace in
      var ids: [Int32] = []
      text.withUTF8 { bytes in
        ids.reserveCapacity(bytes.count / 4 + 16)
        controls.forEachSegment(
          in: bytes, recognizingSpecialTokens: recognizingSpecialTokens
        ) { segment in
          switch segment {
          case .token(let token): ids.append(token.id)
          case .text(let plain): encodeSegment(plain, with: &workspace, to: &ids)
          }
        }
      }
      if case .unknown(let unknown) = fallback { ids.joinRuns(of: unknown) }
      return ids
    }
  }

  private func encodeSegment(
    _ text: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32]
  ) {
    normalizer.normalize(text).withUnsafeBufferPointer { normalized in
      symbols.forEachSegment(in: normalized, recognizingSpecialTokens: false) { segment in
        switch segment {
        case .token(let token): ids.append(token.id)
        case .text(let plain): model.encode(plain, with: &workspace, to: &ids)
        }
      }
    }
  }

  public func appendBytes(for id: Int32, to text: inout [UInt8]) {
    vocabulary.appendBytes(of: id, to: &text)
  }

  public func makeDecoder(continuingText: Bool) -> any TokenDecoder {
    Decoder(tokenizer: self, isAtStart: !continuingText)
  }
}

extension SentencePieceTokenizer {
  /// Takes the space off where a text starts, and makes characters of byte tokens.
  private struct Decoder: TokenDecoder {
    let tokenizer: SentencePieceTokenizer
    var isAtStart: Bool
    /// Bytes that have not become a character yet.
    var bytes: [UInt8] = []

    mutating func append(_ id: Int32, to text: inout [UInt8]) {
      if id == tokenizer.beginningOfText {
        finish(to: &text)
        isAtStart = true
        return
      }
      let start = text.count
      tokenizer.appendBytes(for: id, to: &text)
      guard start < text.count else {
        // A token without bytes ends what byte tokens before it began, as in the library.
        finish(to: &text)
        return
      }
      if tokenizer.byteTokens.contains(id) {
        bytes.append(text.removeLast())
        UTF8Scalars.moveCharacters(from: &bytes, to: &text)
        // A space of such a token is a character of the text, not the prefix.
        isAtStart = false
      } else if !bytes.isEmpty {
        text.insert(contentsOf: bytes.flatMap { _ in UTF8Scalars.replacement }, at: start)
        bytes = []
      }
      trim(&text, from: start)
    }

    mutating func finish(to text: inout [UInt8]) {
      text.append(contentsOf: bytes.flatMap { _ in UTF8Scalars.replacement })
      bytes = []
    }

    private mutating func trim(_ text: inout [UInt8], from start: Int) {
      let settings = tokenizer.normalizer.settings
      let space = UInt8(ascii: " ")
      guard start < text.count, settings.addsDummyPrefix || settings.removesExtraSpaces else {
        return
      }
      guard isAtStart else { return }
      if text[start] == space {
        text.remove(at: start)
        // Where spaces are removed, those of more pieces are until something else is seen.
        isAtStart = settings.removesExtraSpaces && start == text.count
      } else {
        isAtStart = false
      }
    }
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
