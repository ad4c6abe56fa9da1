/// How a SentencePiece model rewrites text before it looks for pieces.
///
/// Source: `normalizer.cc` and the settings of `normalizer_spec`.
public struct SentencePieceNormalization: Sendable {
  /// The map of character sequences (`precompiled_charsmap`); empty means that none is changed.
  public var characterMap: [UInt8] = []
  /// Whether a space is put before the text, or behind it where spaces end words.
  public var addsDummyPrefix = true
  /// Whether spaces at both ends, and all but one of a run, are taken away.
  public var removesExtraSpaces = false
  /// Whether `▁` in the pieces and in the text stands for a space.
  public var escapesSpaces = true
  /// Whether a space ends the piece before it instead of beginning the one behind it.
  public var putsSpaceAfterWord = false

  public init() {}
}

/// Rewrites text by a model's settings.
struct SentencePieceNormalizer: Sendable {
  let settings: SentencePieceNormalization
  private let map: CharacterMap?
  /// Symbols that are kept whatever the map says.
  private let kept: AddedTokens

  /// - Parameter kept: user-defined symbols, as the model spells them.
  /// - Throws: `TokenizerError.invalidVocabulary` for a broken map.
  init(_ settings: SentencePieceNormalization, keeping kept: [AddedToken]) throws {
    self.settings = settings
    self.kept = try AddedTokens(kept, patterns: kept.map { Array($0.text.utf8) })
    do {
      map = settings.characterMap.isEmpty ? nil : try CharacterMap(settings.characterMap)
    } catch {
      throw TokenizerError.invalidVocabulary(error.problem)
    }
  }

  /// The text in which spaces stand for themselves.
  /// - Parameter addsPrefix: whether a text starts here, which may have a dummy prefix.
  func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + 1)
    let addsPrefix = settings.addsDummyPrefix && !settings.putsSpaceAfterWord
    guard map != nil || settings.removesExtraSpaces else {
      if addsPrefix { result.append(Self.space) }
      append(text[...], to: &result)
      if settings.addsDummyPrefix, settings.putsSpaceAfterWord { result.append(Self.space) }
      return result
    }
    var position = 0
    while settings.removesExtraSpaces, position < text.count {
      let (part, length) = part(of: text, from: position)
      guard part.elementsEqual([Self.space]) else { break }
      position += length
    }
    if position == text.count { return [] }
    if addsPrefix { result.append(Self.space) }
    appendParts(of: text, from: position, to: &result)
    if settings.removesExtraSpaces {
      while result.last == Self.space { result.removeLast() }
    }
    if settings.addsDummyPrefix, settings.putsSpaceAfterWord { result.append(Self.space) }
    return result
  }

  private static let space = UInt8(ascii: " ")

  private func appendParts(
    of text: UnsafeBufferPointer<UInt8>, from start: Int, to result: inout [UInt8]
  ) {
    var position = start
    var isAfterSpace = settings.removesExtraSpaces
    while position < text.count {
      var (part, length) = part(of: text, from: position)
      position += length
      if isAfterSpace { part = part.drop { $0 == Self.space } }
      guard !part.isEmpty else { continue }
      append(part, to: &result)
      isAfterSpace = settings.removesExtraSpaces && part.last == Self.space
    }
  }

  /// What stands at a place, rewritten, and how many bytes it takes there.
  private func part(
    of text: UnsafeBufferPointer<UInt8>, from position: Int
  ) -> (ArraySlice<UInt8>, length: Int) {
    if let end = kept.end(ofTokenIn: text, at: position) {
      return (ArraySlice(text[position..<end]), end - position)
    }
    if let map, let match = map.match(in: text, from: position, isLongest: true) {
      return (map.bytes(of: match), match.length)
    }
    let length = UTF8Scalars.first(in: text[position...]).length
    return (ArraySlice(text[position..<(position + length)]), length)
  }

  private func append(_ part: some RandomAccessCollection<UInt8>, to result: inout [UInt8]) {
    if settings.escapesSpaces, part.contains(Escape.character[0]) {
      result.append(contentsOf: Escape.spaces(in: part))
    } else {
      result.append(contentsOf: part)
    }
  }
}
