/// A podcast's feed: what it says of its episodes, and where their transcripts are.
struct Feed {
  struct Transcript: Hashable {
    /// As the feed writes it: an address or a path.
    var address: String
    /// The media type, or nothing.
    var type: String

    /// Richer kinds first: what keeps speakers and times, then less of them.
    var rank: Int {
      let kinds = ["json", "vtt", "srt", "html", "plain"]
      let endings = [".json", ".vtt", ".srt", ".html", ".txt"]
      let lowercased = (type.lowercased(), address.lowercased())
      if lowercased.0.contains("subrip") { return 2 }
      if let rank = kinds.firstIndex(where: { lowercased.0.contains($0) }) { return rank }
      return endings.firstIndex(where: { lowercased.1.hasSuffix($0) }) ?? endings.count
    }
  }

  struct Item {
    var title: String?
    var date: CalendarDate?
    var persons: [String] = []
    var transcripts: [Transcript] = []
    /// Where the item begins.
    var line: Int
  }

  var title, language: String?
  /// Those of every episode that names nobody itself.
  var persons: [String] = []
  var items: [Item] = []

  /// - Throws: `DocumentError`, which names the line and what was expected.
  init(_ text: [UInt8], path: String) throws(DocumentError) {
    let parser = FeedParser()
    try MarkupParser(.xml).parse(text, path: path, receiver: parser)
    guard let feed = parser.feed else {
      throw .malformed(path: path, line: 1, expected: "an RSS feed: <rss> with a <channel>")
    }
    self = feed
  }

  fileprivate init() {}
}

private final class FeedParser: MarkupReceiver {
  private(set) var feed: Feed?
  private var names: [String] = []
  private var item: Feed.Item?
  private var text: [UInt8] = []

  func open(_ element: borrowing MarkupElement) {
    let name = FeedParser.key(element)
    names.append(name)
    text.removeAll(keepingCapacity: true)
    switch (names.count, name) {
    case (2, "channel") where names[0] == "rss": feed = feed ?? Feed()
    case (3, "item") where feed != nil: item = Feed.Item(line: element.line)
    case (4, "podcast:transcript") where item != nil:
      guard let address = element["url"], !address.isEmpty else { return }
      item?.transcripts.append(.init(address: address, type: element["type"] ?? ""))
    default: break
    }
  }

  func close(_ name: String) {
    let content = text.withSingleSpaces
    text.removeAll(keepingCapacity: true)
    switch (names.count, names.last) {
    case (3, "item"?):
      if let item { feed?.items.append(item) }
      item = nil
    case (3, let name?) where !content.isEmpty && feed != nil: takeChannel(name, content)
    case (4, let name?) where !content.isEmpty && item != nil: takeItem(name, content)
    default: break
    }
    names.removeLast()
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) {
    if (3...4).contains(names.count) { text += bytes }
  }

  private func takeChannel(_ name: String, _ content: String) {
    switch name {
    case "title" where feed?.title == nil: feed?.title = content
    case "language" where feed?.language == nil: feed?.language = content
    case "podcast:person": feed?.persons.append(content)
    default: break
    }
  }

  private func takeItem(_ name: String, _ content: String) {
    switch name {
    case "title" where item?.title == nil: item?.title = content
    case "pubDate": item?.date = CalendarDate(inMail: content) ?? CalendarDate(firstIn: content)
    case "podcast:person": item?.persons.append(content)
    default: break
    }
  }

  /// The name, with the prefix `podcast:` for what belongs to that namespace, and `other:` for others.
  private static func key(_ element: borrowing MarkupElement) -> String {
    guard element.prefix != nil || element.namespace != nil else { return element.name }
    let namespace = element.namespace?.lowercased() ?? ""
    let isPodcast = element.prefix == "podcast" || namespace.contains("podcastindex")
    return (isPodcast ? "podcast:" : "other:") + element.name
  }
}

extension CalendarDate {
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// A date as mail and feeds write it (RFC 5322): `Tue, 04 Mar 2025 06:00:00 GMT`.
  init?(inMail text: String) {
    var words = text.split { $0 == " " || $0 == "," }[...]
    if words.first?.first?.isLetter == true { words = words.dropFirst() }
    guard words.count >= 3, let day = words.popFirst().flatMap({ Int($0) }),
      let name = words.popFirst()?.prefix(3).lowercased(),
      let month = CalendarDate.months.firstIndex(of: name),
      let year = words.popFirst().flatMap({ Int($0) })
    else { return nil }
    self.init(
      year: year < 70 ? 2_000 + year : year < 100 ? 1_900 + year : year, month: month + 1, day: day)
  }
}
