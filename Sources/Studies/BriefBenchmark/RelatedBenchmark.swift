import Briefs
import Corpora
import Foundation
import Individuals
import Tensors

/// Whether what is called related is: of the three nearest remarks, how many are of the same talk, or of another of the same series.
///
/// A rule that nobody has to judge: neighbours in the same talk do not count, and for the series nothing of the same talk does.
public struct RelatedBenchmark: Sendable {
  /// A way to say what is near.
  public enum Way: String, Sendable, Codable, CaseIterable {
    case chance
    case fullText = "full text (BM25)"
    case words = "words (TF-IDF)"
    case core = "the core's embedding"
    case both = "both"
  }

  public struct Outcome: Sendable, Codable, Equatable {
    public var seed: UInt64
    public var remarks: Int
    /// The share of the nearest three that is of the same talk, and of another talk of the same series.
    public var talk, series: [String: Double]
  }

  /// So many remarks of every talk.
  private static let sample = 12
  private static let nearest = 3
  /// Runs between two remarks of a talk, at least.
  private static let distance = 6

  private struct Item {
    var remark: Remark
    var talk: Int
    var series: String
  }

  private let talks: [(document: Document, series: String)]
  private let embedding: CoreEmbedding

  public init(_ talks: [(document: Document, series: String)], _ embedding: CoreEmbedding) {
    (self.talks, self.embedding) = (talks, embedding)
  }

  public func run(seed: UInt64) -> Outcome {
    var random = RandomSource(seed: seed, name: "related")
    let items = talks.enumerated().flatMap { talk, given in
      Remark.all(in: Episode(of: given.document, number: talk))
        .filter { $0.quote.utf8.count >= 100 }.shuffled(using: &random).prefix(Self.sample)
        .map { Item(remark: $0, talk: talk, series: given.series) }
    }
    let texts = items.map(\.remark.quote)
    let likeness = Likeness(texts, embedding)
    let ranking = OkapiRanking(texts)
    var outcome = Outcome(seed: seed, remarks: items.count, talk: [:], series: [:])
    for way in Way.allCases {
      func score(_ a: Int, _ b: Int) -> Double {
        switch way {
        case .chance: 0
        case .fullText: ranking.score(b, for: a)
        case .words: likeness.byWords(a, b)
        case .core: likeness.byCore(a, b)
        case .both: likeness(a, b)
        }
      }
      let talk = share(of: items, score) { a, b in
        a.talk == b.talk ? (abs(a.remark.run - b.remark.run) >= Self.distance ? true : nil) : false
      }
      let series = share(of: items, score) { a, b in
        a.talk == b.talk ? nil : a.series == b.series
      }
      (outcome.talk[way.rawValue], outcome.series[way.rawValue]) = (talk, series)
    }
    return outcome
  }

  /// The mean share of the nearest that fit; those of which `fits` says nothing are left out. Where all are equally near, what
  /// chance gives.
  private func share(
    of items: [Item], _ score: (Int, Int) -> Double, fits: (Item, Item) -> Bool?
  ) -> Double {
    var sum = 0.0
    for a in items.indices {
      let others = items.indices.compactMap { b in
        a == b ? nil : fits(items[a], items[b]).map { (score: score(a, b), fits: $0) }
      }.sorted { $0.score > $1.score }
      guard let last = others.prefix(Self.nearest).last else { continue }
      let above = others.prefix { $0.score > last.score }
      let level = others.filter { $0.score == last.score }
      let room = Double(min(Self.nearest, others.count) - above.count)
      sum +=
        (Double(above.count { $0.fits })
          + room * Double(level.count { $0.fits }) / Double(level.count)) / Double(Self.nearest)
    }
    return sum / Double(max(items.count, 1))
  }
}

/// Texts ranked by the words they share with one of them (Okapi BM25, Robertson and Zaragoza 2009).
struct OkapiRanking {
  private let counts: [[String: Int]]
  private let lengths: [Double]
  private var holders: [String: Int] = [:]
  private let meanLength: Double

  init(_ texts: [String]) {
    let words = texts.map { WordFolding.words(in: $0[...]).map(\.folded) }
    counts = words.map { $0.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
    lengths = words.map { Double($0.count) }
    meanLength = lengths.reduce(0, +) / Double(max(texts.count, 1))
    for text in counts { for word in text.keys { holders[word, default: 0] += 1 } }
  }

  func score(_ text: Int, for query: Int) -> Double {
    let (k, b) = (1.2, 0.75)
    return counts[query].keys.sorted().reduce(0) { sum, word in
      guard let uses = counts[text][word].map(Double.init) else { return sum }
      let holding = Double(holders[word] ?? 0)
      let rareness = log(1 + (Double(counts.count) - holding + 0.5) / (holding + 0.5))
      let damping = k * (1 - b + b * lengths[text] / meanLength)
      return sum + rareness * uses * (k + 1) / (uses + damping)
    }
  }
}

extension Episode {
  /// A document as if it had been read.
  init(of document: Document, number: Int) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    self.init(
      id: number, kind: .document, title: document.title, show: document.show, source: nil,
      published: document.date.map { "\($0)" }, digest: nil, readAt: Date(timeIntervalSince1970: 0),
      text: document.plainText,
      annotations: (try? encoder.encode(document)).map { String(decoding: $0, as: UTF8.self) })
  }
}
