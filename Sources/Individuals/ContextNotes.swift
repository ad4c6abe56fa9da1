import Corpora
import LanguageModels
import Tensors
import Tokenizers

/// Notes that an individual takes when its context fills: of what the user said, the sentences that surprised it most.
///
/// A sentence's surprise is what the model foresees of it with nothing in the context: a made-up name is news, a greeting is
/// not. So the notes are the user's own words, and a model too small to sum up a conversation cannot get them wrong.
public struct ContextNotes: Sendable {
  private let model: Transformer
  private let format: ChatFormat

  public init(_ model: Transformer, _ format: ChatFormat) {
    self.model = model
    self.format = format
  }

  /// The sentences of `notes` and of what the user says in `turns` that tell most in so many tokens, in the order in
  /// which they were said.
  public func taken(
    notes: [String], of turns: [Conversation.Turn], tokens room: Int
  ) -> [String] {
    let said = turns.filter { $0.role == .user }.flatMap { Self.sentences(in: $0.text) }
    var seen = Set<String>()
    // What was said again counts where it was said last.
    let candidates = (notes + said).reversed().filter { seen.insert($0).inserted }.reversed()
      .filter { !$0.hasSuffix("?") }.map { (text: $0, tokens: format.words($0)) }
      .filter { !$0.tokens.isEmpty && $0.tokens.count <= room }
    let surprises = candidates.map { surprise($0.tokens) }
    var left = room
    let chosen = candidates.indices.sorted {
      surprises[$0] != surprises[$1] ? surprises[$0] > surprises[$1] : $0 > $1
    }.filter { index in
      guard candidates[index].tokens.count <= left else { return false }
      left -= candidates[index].tokens.count
      return true
    }
    return chosen.sorted().map { candidates[$0].text }
  }

  private static func sentences(in text: String) -> [String] {
    let bytes = Array(text.utf8)
    return SentenceSplitter.sentences(in: text).map {
      String(decoding: bytes[$0], as: UTF8.self).split(whereSeparator: \.isWhitespace)
        .joined(separator: " ")
    }.filter { !$0.isEmpty }
  }

  /// Nats per token.
  private func surprise(_ tokens: [Int32]) -> Float {
    let inputs = [format.beginning, format.user] + tokens.dropLast()
    let hidden = model.hidden(Tensor(indices: inputs, shape: [1, inputs.count]))
    let rows = hidden.sliced(axis: 1, 1..<inputs.count)
    let losses = model.losses(rows, SparseTargets(labels: tokens)).values
    return losses.reduce(0, +) / Float(losses.count)
  }
}
