import Foundation
import Sleep
import Tensors
import Training

/// A table of all prompts and what follows them: mostly empty, well described by few numbers, and filled by counting.
public struct PromptMatrix: Study {
  /// Multiplies what is counted; 1 is right.
  package var weight = 1.0

  public init() {}

  public let name = "prompt-matrix"
  public let claim = Claim(
    "A model compresses a huge and sparse table of prompts and next tokens",
    words:
      "A useful mental model for an LLM is a giant matrix where each row is a possible prompt and columns represent next-token "
      + "probabilities. This matrix is impossibly large but also extremely sparse, [...] The LLM's job is to efficiently compress and "
      + "approximate this matrix.", place: "001",
    published: [
      "With a Dirichlet prior a row's expectation after counts n is (alpha_i + n_i) / (alpha_0 + n): the update is that of Bayes (Dalal and Misra, 2402.03175)."
    ])
  public let setup = """
    The update is held against an integral over all rows of three tokens on a grid, in float64. Then the table itself, of real text: rows are \
    the last letters or spaces of English novels, columns the next one. What share of it is not empty, by the length of prompts from one \
    to five letters, beside what as many letters drawn with equal chance would fill; and for prompts of three, what part of its squares k numbers a row and a column can carry (the singular values).
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    var errors: [Double] = []
    for seed in setting.seeds {
      var random = RandomSource(seed: seed, name: name)
      let prior = (0..<3).map { _ in 1 + 2 * Double(random.uniform()) }
      let counts = (0..<3).map { _ in Double(random.integer(in: 0..<6)) }
      let all = prior.reduce(0, +) + counts.reduce(0, +)
      let grid = Self.expectation(zip(prior, counts).map { $0 + weight * $1 })
      errors.append(
        (0..<3).map { abs(grid[$0] - (prior[$0] + counts[$0]) / all) }.max() ?? 0)
    }
    let text = try StudyText.letters(setting.pick(1_000_000, quick: 200_000))
    let table = TransitionTable(text, prompt: 3)
    let filled = (1...5).map { Self.filledShare(text, prompt: $0) }
    let kept = table.keptSquares(ranks: [1, 2, 4, 8, 16])
    return StudyOutcome(
      [
        Finding("expectation of a row, formula less integral", errors, .atMost(1e-3)),
        // So many letters alone would leave most of it empty, whatever they were.
        Finding(
          "share that is not empty, prompts of three letters, by that of letters drawn with equal chance",
          filled[2] / Self.filledShare(byChance: text.count, prompt: 3), .atMost(0.2)),
        Finding("share that is not empty, prompts of three letters", filled[2]),
        Finding("the same, five letters", filled[4]),
        // Twice what they would if all 27 mattered alike.
        Finding(
          "squares that eight numbers a row carry", kept.first { $0.rank == 8 }?.share ?? 0,
          .atLeast(2 * 8.0 / 27)),
      ],
      [
        .plot(
          .of(
            "How much of the table is not empty", x: "letters of a prompt", y: "share",
            [("novels", filled.enumerated().map { (Double($0.offset + 1), $0.element) })])),
        .plot(
          .of(
            "What k numbers a row carry", x: "k", y: "share of the squares",
            [("novels", kept.map { (Double($0.rank), $0.share) })])),
        .paragraph(
          "With prompts of three letters the table has 27 x 27 x 27 rows and 27 columns; \(table.rows) rows occur in \(table.length) letters."
        ),
      ])
  }

  /// What as many letters drawn with equal chance would fill.
  private static func filledShare(byChance letters: Int, prompt: Int) -> Double {
    let all = pow(Double(StudyText.symbolCount), Double(prompt + 1))
    return 1 - pow(1 - 1 / all, Double(letters - prompt))
  }

  /// Of all prompts of so many letters and all that may follow them, the share that occurs.
  private static func filledShare(_ text: [UInt8], prompt: Int) -> Double {
    let symbols = StudyText.symbolCount
    let all = (0...prompt).reduce(1) { count, _ in count * symbols }
    var (seen, place) = (Set<Int>(), 0)
    for (index, letter) in text.enumerated() {
      place = (place * symbols + Int(letter)) % all
      if index >= prompt { seen.insert(place) }
    }
    return Double(seen.count) / Double(all)
  }

  /// The mean of a Dirichlet distribution of three, on a grid.
  private static func expectation(_ alpha: [Double]) -> [Double] {
    let steps = 400
    var (sum, means) = (0.0, [0.0, 0.0, 0.0])
    for i in 1..<steps {
      for j in 1..<steps - i {
        let p = [Double(i), Double(j), Double(steps - i - j)].map { $0 / Double(steps) }
        let weight = zip(p, alpha).reduce(1) { $0 * pow($1.0, $1.1 - 1) }
        sum += weight
        for k in 0..<3 { means[k] += weight * p[k] }
      }
    }
    return means.map { $0 / sum }
  }
}

/// How often each symbol follows each prompt of a few.
private struct TransitionTable {
  let length: Int
  private let symbols = StudyText.symbolCount
  /// By prompt that occurs, the chance of each symbol.
  private let table: [[Double]]

  init(_ text: [UInt8], prompt: Int) {
    let symbols = StudyText.symbolCount
    let promptCount = (0..<prompt).reduce(1) { count, _ in count * symbols }
    length = text.count
    var counts = [Double](repeating: 0, count: promptCount * symbols)
    for end in prompt..<text.count {
      counts[text[end - prompt...end].reduce(0) { $0 * symbols + Int($1) }] += 1
    }
    table = (0..<promptCount).compactMap { index in
      let row = counts[index * symbols..<(index + 1) * symbols]
      let all = row.reduce(0, +)
      return all > 0 ? row.map { $0 / all } : nil
    }
  }

  var rows: Int { table.count }
  /// What share of the table's squares its largest singular values carry.
  func keptSquares(ranks: [Int]) -> [(rank: Int, share: Double)] {
    let products = (0..<symbols).map { a in
      (0..<symbols).map { b in table.reduce(0) { $0 + $1[a] * $1[b] } }
    }
    let squares = SymmetricEigenvalues.of(products).map { max(0, $0) }.sorted(by: >)
    let all = squares.reduce(0, +)
    return ranks.filter { $0 <= symbols }.map { ($0, squares.prefix($0).reduce(0, +) / all) }
  }
}
