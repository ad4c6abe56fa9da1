import Templates

/// A rendered conversation on its way to tokens: where control tokens in quoted words are cut apart.
///
/// A tokenizer finds special tokens in a text by their letters. It is given the text in pieces, each cut
/// within a control token that is not wholly the template's, so that it finds those of the template only.
/// A text without such tokens, which is nearly every one, is encoded in one piece, as its publisher does.
struct QuotedText {
  private var pieces: [String] = []

  init(_ text: RenderedText, controls: Set<String>) {
    let scalars = text.runs.flatMap { Array($0.text.unicodeScalars) }
    let isQuoted = text.runs.flatMap {
      repeatElement($0.isQuoted, count: $0.text.unicodeScalars.count)
    }
    var byFirst: [Unicode.Scalar: [[Unicode.Scalar]]] = [:]
    for control in controls.map({ Array($0.unicodeScalars) }).sorted(by: { $0.count > $1.count }) {
      if let first = control.first { byFirst[first, default: []].append(control) }
    }
    var piece = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      let control = byFirst[scalars[index]]?.first {
        index + $0.count <= scalars.count && scalars[index..<index + $0.count].elementsEqual($0)
      }
      if let control, !isQuoted[index..<index + control.count].contains(true) {
        piece.append(contentsOf: control)
        index += control.count
        continue
      }
      piece.append(scalars[index])
      index += 1
      if control != nil {
        pieces.append(String(piece))
        piece = String.UnicodeScalarView()
      }
    }
    if !piece.isEmpty { pieces.append(String(piece)) }
  }

  func tokens(_ tokenizer: any Tokenizer) -> [Int32] {
    guard let first = pieces.first else { return [] }
    return tokenizer.encode(first, recognizingSpecialTokens: true)
      + pieces.dropFirst().flatMap { continuation($0, tokenizer) }
  }

  /// The tokens of a piece that goes on with a text: without the space that some vocabularies put first.
  private func continuation(_ piece: String, _ tokenizer: any Tokenizer) -> [Int32] {
    let tokens = tokenizer.encode(piece, recognizingSpecialTokens: true)
    guard tokenizer.addsDummyPrefix else { return tokens }
    // A line break before it takes the space, and is taken off again.
    let start = tokenizer.encode("\n", recognizingSpecialTokens: true)
    let longer = tokenizer.encode("\n" + piece, recognizingSpecialTokens: true)
    return longer.starts(with: start) ? Array(longer.dropFirst(start.count)) : tokens
  }
}
