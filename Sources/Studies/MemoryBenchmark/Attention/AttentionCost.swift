import Foundation
import Tensors
import Training

/// What attention to a few chosen keys costs beside attention to all, the choosing included, as contexts grow.
public struct AttentionCost: Sendable {
  /// Milliseconds of one layer on one thread, the median of several rounds.
  public struct Line: Sendable, Codable, Equatable {
    public var length: Int
    /// Of reading a whole context, and of one more token behind it.
    public var readingAll, readingChosen, tokenOfAll, tokenOfChosen: Double
  }

  public let heads, width, indexHeads, kept: Int

  public init(heads: Int = 4, width: Int = 64, indexHeads: Int = 2, kept: Int = 64) {
    self.heads = heads
    self.width = width
    self.indexHeads = indexHeads
    self.kept = kept
  }

  /// Measures contexts of `length` tokens.
  public func measure(_ length: Int, rounds: Int = 5) -> Line {
    func drawn(_ shape: Shape, _ name: String) -> Tensor {
      var random = RandomSource(seed: 1, name: name)
      return .normal(shape, deviation: 1, using: &random)
    }
    let (keys, values) = (
      drawn([1, length, heads, width], "keys"), drawn([1, length, heads, width], "values")
    )
    let indexKeys = drawn([1, length, width], "index keys")
    func median(_ queries: Int, choosing: Bool) -> Double {
      let rows = drawn([1, queries, heads, width], "queries")
      let index = IndexRows(
        queries: drawn([1, queries, indexHeads, width], "index queries"),
        weights: drawn([1, queries, indexHeads], "weights"), keys: indexKeys)
      let times = (0..<rounds).map { _ in
        let start = Date()
        if choosing {
          _ = rows.attending(keys: keys, values: values, chosen: index.chosen(min(kept, length)))
        } else {
          _ = rows.attending(keys: keys, values: values)
        }
        return Date().timeIntervalSince(start) * 1000
      }
      return times.sorted()[rounds / 2]
    }
    return Line(
      length: length, readingAll: median(length, choosing: false),
      readingChosen: median(length, choosing: true), tokenOfAll: median(1, choosing: false),
      tokenOfChosen: median(1, choosing: true))
  }

  public func document(_ lines: [Line]) -> ReportDocument {
    func milliseconds(_ value: Double) -> ReportTable.Cell { .init(ReportNumber.fixed(value, 3)) }
    return ReportDocument(
      "What attention costs",
      [
        .paragraph(
          "One layer of \(heads) heads of \(width) on one thread, milliseconds; chosen are \(kept) tokens by "
            + "\(indexHeads) index heads, the choosing included."),
        .table(
          ReportTable(
            "median of five rounds",
            [
              .number("tokens"), .number("reading, all"), .number("reading, chosen"),
              .number("one more token, all"), .number("one more token, chosen"),
            ],
            rows: lines.map {
              [
                .init("\($0.length)"), milliseconds($0.readingAll), milliseconds($0.readingChosen),
                milliseconds($0.tokenOfAll), milliseconds($0.tokenOfChosen),
              ]
            })),
      ])
  }
}
