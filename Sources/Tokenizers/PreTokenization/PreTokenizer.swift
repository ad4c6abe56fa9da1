/// A stretch of normalised text that the model encodes by itself.
struct Piece: Sendable {
  var bytes: ArraySlice<UInt8>
  /// Whether it starts where the whole text starts, with nothing taken away before it.
  var isAtOrigin: Bool
}

/// A step that cuts pieces into smaller ones, or writes them in another way.
///
/// Source: Hugging Face `tokenizers`, whose other pre-tokenizers are `split` with a pattern.
indirect enum PreTokenizer: Sendable {
  /// Cuts where a pattern matches; inverted, what matches and what does not change places.
  case split(TextPattern, SplitBehavior, isInverted: Bool)
  /// Writes bytes in GPT-2's alphabet, within the pieces of a pattern.
  case byteLevel(addsPrefixSpace: Bool, pattern: TextPattern?)
  case metaspace(Metaspace)
  /// Cuts after every so many characters.
  case fixedLength(Int)
  /// Cuts where the script changes, and takes away what comes before the first character of any.
  case scripts
  case sequence([PreTokenizer])

  /// Writes spaces as a visible sign and cuts before it.
  struct Metaspace: Sendable {
    enum Prefix: String, Sendable { case always, first, never }

    var replacement: [UInt8]
    var prefix: Prefix
    var splits: Bool
  }

  func pieces(of text: Piece) -> [Piece] {
    if text.bytes.isEmpty { return [] }
    switch self {
    case .split(let pattern, let behavior, let isInverted):
      return Self.split(text, pattern, behavior, isInverted: isInverted)
    case .byteLevel(let addsPrefixSpace, let pattern):
      return Self.byteLevel(text, addsPrefixSpace: addsPrefixSpace, pattern)
    case .metaspace(let metaspace): return metaspace.pieces(of: text)
    case .fixedLength(let length): return Self.cut(text, everyCharacters: length)
    case .scripts: return Self.cutAtScripts(text)
    case .sequence(let steps):
      return steps.reduce([text]) { pieces, step in pieces.flatMap(step.pieces) }
    }
  }

  private static func split(
    _ text: Piece, _ pattern: TextPattern, _ behavior: SplitBehavior, isInverted: Bool
  ) -> [Piece] {
    var parts: [SplitBehavior.Part] = []
    text.bytes.withUnsafeBufferPointer { buffer in
      var end = 0
      pattern.forEachMatch(in: buffer) { match in
        if end < match.lowerBound {
          parts.append(.init(range: end..<match.lowerBound, isMatch: isInverted))
        }
        parts.append(.init(range: match, isMatch: !isInverted))
        end = match.upperBound
      }
      if end < buffer.count { parts.append(.init(range: end..<buffer.count, isMatch: isInverted)) }
    }
    let start = text.bytes.startIndex
    return behavior.pieces(of: parts).compactMap { range in
      if range.isEmpty { return nil }
      return Piece(
        bytes: text.bytes[(start + range.lowerBound)..<(start + range.upperBound)],
        isAtOrigin: text.isAtOrigin && range.lowerBound == 0)
    }
  }

  private static func byteLevel(
    _ text: Piece, addsPrefixSpace: Bool, _ pattern: TextPattern?
  ) -> [Piece] {
    var text = text
    if addsPrefixSpace, text.bytes.first != UInt8(ascii: " ") {
      text.bytes = ([UInt8(ascii: " ")] + text.bytes)[...]
    }
    let pieces = pattern.map { split(text, $0, .isolated, isInverted: false) } ?? [text]
    return pieces.map {
      Piece(bytes: PrintableBytes.utf8(of: $0.bytes)[...], isAtOrigin: $0.isAtOrigin)
    }
  }

  private static func cut(_ text: Piece, everyCharacters length: Int) -> [Piece] {
    var pieces: [Piece] = []
    var (start, count) = (text.bytes.startIndex, 0)
    UTF8Scalars.forEach(in: text.bytes) { _, range in
      count += 1
      guard count == length || range.upperBound == text.bytes.endIndex else { return }
      pieces.append(
        Piece(
          bytes: text.bytes[start..<range.upperBound],
          isAtOrigin: text.isAtOrigin && start == text.bytes.startIndex))
      (start, count) = (range.upperBound, 0)
    }
    return pieces
  }
}

extension PreTokenizer {
  private static func cutAtScripts(_ text: Piece) -> [Piece] {
    var starts: [Int] = []
    var last: UnicodeScript?
    UTF8Scalars.forEach(in: text.bytes) { scalar, range in
      guard let script = UnicodeScript(scalar), script != last else { return }
      starts.append(range.lowerBound)
      last = script
    }
    return zip(starts, starts.dropFirst() + [text.bytes.endIndex]).map { start, end in
      Piece(
        bytes: text.bytes[start..<end],
        isAtOrigin: text.isAtOrigin && start == text.bytes.startIndex)
    }
  }
}

extension PreTokenizer.Metaspace {
  fileprivate func pieces(of text: Piece) -> [Piece] {
    var bytes = TextPattern.text([UInt8(ascii: " ")]).replacing(
      in: Array(text.bytes), by: replacement)
    let wantsPrefix = prefix == .always || (prefix == .first && text.isAtOrigin)
    if wantsPrefix, !bytes.starts(with: replacement) { bytes = replacement + bytes }
    let whole = Piece(bytes: bytes[...], isAtOrigin: text.isAtOrigin)
    if !splits { return [whole] }
    return PreTokenizer.split(.text(replacement), .mergedWithNext, isInverted: false)
      .pieces(of: whole)
  }
}

extension PreTokenizer {
  /// How many steps there are.
  var stepCount: Int {
    switch self {
    case .sequence(let steps): steps.reduce(0) { $0 + $1.stepCount }
    default: 1
    }
  }
}
