import Tensors

/// Mixes into clean text what pretraining sets are full of, so that refining can be measured.
///
/// Every draw follows from the seed.
public struct RefinementPollution: Sendable {
  /// What is mixed in.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Licence and catalogue headers, all from a few forms.
    case boilerplate
    /// Rows of figures under a few headings.
    case table
    /// Names with page numbers.
    case index
    /// The passage again, as a bad scanner reads it.
    case garbledCopy = "garbled copy"
    /// Passages from before, some with a few words changed.
    case repeatedPage = "repeated page"
  }

  /// The part of the result that is none of the text, in bytes.
  private let share: Double
  private var random: RandomSource
  private var cleanBytes = 0
  private var bytes: [Kind: Int] = [:]
  /// Passages to repeat; enough to be a page each, and far enough back.
  private var earlier: [String] = []
  private static let remembered = 64

  public init(share: Double, seed: UInt64) {
    self.share = share
    random = RandomSource(seed: seed, name: "pollution")
  }

  /// What follows the passage, which is to stand before it as it is.
  public mutating func following(_ passage: String) -> [(kind: Kind, text: String)] {
    cleanBytes += passage.utf8.count
    var added: [(Kind, String)] = []
    let allowed = Double(cleanBytes) * share / (1 - share)
    // Things come in heaps, as they do: one passage in eight is followed by some.
    if random.uniform() < 0.125 {
      while Double(bytes.values.reduce(0, +)) < allowed {
        // Of all kinds as many bytes.
        let kind =
          Kind.allCases.min { bytes[$0, default: 0] < bytes[$1, default: 0] } ?? .boilerplate
        let text = make(kind, passage) + "\n\n"
        bytes[kind, default: 0] += text.utf8.count
        added.append((kind, text))
      }
    }
    if earlier.count < Self.remembered {
      earlier.append(passage)
    } else {
      earlier[random.integer(in: 0..<earlier.count)] = passage
    }
    return added
  }

  private mutating func make(_ kind: Kind, _ passage: String) -> String {
    switch kind {
    case .boilerplate: boilerplate()
    case .table: table()
    case .index: index()
    case .garbledCopy: garbled(passage)
    case .repeatedPage: repeatedPage(passage)
    }
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[random.integer(in: 0..<elements.count)]
  }

  private mutating func number(_ range: Range<Int>) -> String { "\(random.integer(in: range))" }

  private mutating func boilerplate() -> String {
    let title = "\(pick(Self.adjectives)) \(pick(Self.nouns))"
    let number = self.number(100..<70_000)
    return pick([
      """
      *** This electronic text of "\(title)" (No. \(number)) is offered by the Open Reading Room free \
      of charge and without warranty of any kind. You may copy it, give it away or use it again under \
      the terms of the Reading Room Licence that is included with this file or may be had online. ***
      Release date: \(pick(Self.months)) \(self.number(1..<29)), \(self.number(1995..<2024)). \
      Character set: ASCII. Produced by volunteers and proofread by a distributed team.
      """,
      """
      LIMITED WARRANTY; DISCLAIMER OF DAMAGES. Except for the right of replacement or refund described \
      in paragraph 1.F.3, the owner of the edition numbered \(number) disclaims all liability to you for \
      damages, costs and expenses, including legal fees. You agree that you have no remedies for \
      negligence, strict liability or breach of contract except those provided in this agreement.
      """,
      """
      Updated editions of \(title) will replace the previous one; the old editions will be renamed. To \
      unsubscribe or to report an error, write to the editors and quote catalogue entry \(number). \
      All rights that are not expressly granted are reserved. Back to top. Next page. Previous page. \
      Privacy policy. Terms of use. Share this page.
      """,
    ])
  }

  private mutating func table() -> String {
    let columns = random.integer(in: 4..<9)
    let rows = random.integer(in: 8..<24)
    let isDecimal = random.uniform() < 0.5
    let heading = (0..<columns).map { _ in pick(Self.columns) }.joined(separator: "  ")
    let lines = (0..<rows).map { row in
      (["\(row + 1)."]
        + (0..<columns).map { _ in
          number(0..<10_000) + (isDecimal ? "." + number(10..<100) : "")
        }).joined(separator: "  ")
    }
    return ([heading] + lines).joined(separator: "\n")
  }

  private mutating func index() -> String {
    (0..<random.integer(in: 10..<30)).map { _ in
      let name = "\(pick(Self.surnames))\(pick(Self.endings)), \(pick(Self.givenNames))"
      let pages = (0..<random.integer(in: 1..<5)).map { _ in number(1..<900) }
      return "\(name), \(pages.joined(separator: ", "))"
    }.joined(separator: "\n")
  }

  private mutating func garbled(_ passage: String) -> String {
    // Per text: some scans are bad, some are worse.
    let rate = 0.06 + 0.14 * random.uniform()
    var result = ""
    for character in passage {
      guard character.isLetter || character == " ", random.uniform() < rate else {
        result.append(character)
        continue
      }
      switch random.integer(in: 0..<5) {
      case 0: break
      case 1: result += pick(["1", "|", "^", "~", ".", ",", "'", "0", "5", "8"])
      case 2: result += "\(character)\(pick([" ", "-", "i", "."]))"
      default: result += Self.confusions[character] ?? pick(["rn", "c", "li", "ii", "cl", "o"])
      }
    }
    return result.trimmingEnd
  }

  private mutating func repeatedPage(_ passage: String) -> String {
    let start = random.integer(in: 0..<max(earlier.count, 1))
    var page = earlier.isEmpty ? passage : earlier[start]
    if random.uniform() < 0.5 {
      let words = page.split(separator: " ", omittingEmptySubsequences: false)
      page = words.map { random.uniform() < 0.02 ? pick(Self.nouns) : String($0) }
        .joined(separator: " ")
    }
    return page.trimmingEnd
  }

  private static let adjectives = ["Silent", "Golden", "Lost", "Northern", "Hollow", "Quiet"]
  private static let nouns = ["Harbour", "Orchard", "Letters", "Voyage", "Garden", "Winter"]
  private static let months = ["January", "March", "April", "June", "October", "November"]
  private static let columns = [
    "Year", "Total", "No.", "Rate", "Males", "Females", "Acres", "Tons",
  ]
  private static let surnames = [
    "Ash", "Brad", "Cran", "Dun", "Els", "Farn", "Green", "Hav", "Lang",
  ]
  private static let endings = ["ford", "worth", "ley", "ham", "stone", "brook", "wick", "by"]
  private static let givenNames = ["Thomas", "Anne", "Edward", "Mary", "Hugh", "Ellen", "John"]
  private static let confusions: [Character: String] = [
    "e": "c", "c": "e", "m": "rn", "h": "li", "l": "1", "o": "0", "s": "5", "a": "o", "n": "u",
    "u": "n", "i": "l", "t": "f", "f": "t", "d": "cl", "g": "q", "b": "h", "w": "vv",
  ]
}

extension String {
  /// The text without the white space at its end.
  fileprivate var trimmingEnd: String {
    var text = Substring(self)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
