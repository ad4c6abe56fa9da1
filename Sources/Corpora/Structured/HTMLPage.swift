/// Reads a page into lines of text, without what surrounds its content.
final class HTMLPage: MarkupReceiver {
  private(set) var siteName, language: String?
  private(set) var date: CalendarDate?
  private var socialTitle, heading: String?
  private var pageTitle: [UInt8] = []
  private var timeDate: CalendarDate?
  private(set) var lines: [HTMLLine] = []

  private var current: HTMLLine?
  private var depth = 0
  /// How deep the element stands that is passed over whole.
  private var skipped: Int?
  private var regions: [(depth: Int, region: HTMLRegion)] = []
  private var openLabels = 0
  private var openTimes = 0
  private var openPreformatted = 0
  private var openHeadings = 0
  private var isInTitle = false

  init() {}

  /// - Throws: `DocumentError` for elements too deep.
  static func read(_ text: [UInt8], path: String) throws(DocumentError) -> HTMLPage {
    let page = HTMLPage()
    try MarkupParser(.html).parse(text, path: path, receiver: page)
    page.endLine()
    page.keepMainRegion()
    return page
  }

  var title: String? {
    let page = pageTitle.withSingleSpaces
    return socialTitle ?? (page.isEmpty ? heading : page)
  }

  private static let skippedElements: Set<String> = [
    "script", "style", "noscript", "template", "nav", "aside", "footer", "form", "button", "select",
    "textarea", "iframe", "object", "svg", "canvas", "menu", "audio", "video", "dialog",
  ]
  private static let inlineElements: Set<String> = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp",
    "small",
    "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "meta", "link",
  ]
  private static let labelElements: Set<String> = ["b", "strong", "cite"]
  private static let headings: Set<String> = ["h1", "h2", "h3", "h4", "h5", "h6"]
  private static let dateNames: Set<String> = [
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.created", "dcterms.date", "pubdate", "publishdate", "publish-date", "publish_date",
    "og:published_time", "parsely-pub-date", "sailthru.date",
  ]

  func open(_ element: borrowing MarkupElement) {
    depth += 1
    guard skipped == nil else { return }
    let name = element.name
    if HTMLPage.skippedElements.contains(name) || element["hidden"] != nil
      || element["role"] == "navigation"
    {
      skipped = depth
      return
    }
    if HTMLPage.labelElements.contains(name) {
      openLabels += 1
      return
    }
    switch name {
    case "br": current?.append([0x0A], style: .text)
    case "meta": take(meta: element)
    case "time":
      openTimes += 1
      if timeDate == nil { timeDate = element["datetime"].flatMap(CalendarDate.init(firstIn:)) }
    case _ where HTMLPage.inlineElements.contains(name): break
    case "html": language = element["lang"] ?? element["xml:lang"]
    case "title": isInTitle = true
    default:
      endLine()
      if name == "main" || name == "article" {
        regions.append((depth, name == "main" ? .main : .article))
      }
      if name == "pre" { openPreformatted += 1 }
      if HTMLPage.headings.contains(name) { openHeadings += 1 }
    }
  }

  func close(_ name: String) {
    defer { depth -= 1 }
    if let place = skipped {
      if place == depth { skipped = nil }
      return
    }
    if HTMLPage.labelElements.contains(name) {
      openLabels -= 1
      return
    }
    switch name {
    case "time": openTimes -= 1
    case "title": isInTitle = false
    case "br", "html": break
    case _ where HTMLPage.inlineElements.contains(name): break
    default:
      endLine()
      if regions.last?.depth == depth { regions.removeLast() }
      if name == "pre" { openPreformatted -= 1 }
      if HTMLPage.headings.contains(name) { openHeadings -= 1 }
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>, line: Int) {
    guard skipped == nil else { return }
    if isInTitle {
      pageTitle += bytes
      return
    }
    if current == nil {
      if bytes.allSatisfy(\.isSpace) { return }
      let breaks = bytes.count { $0 == 0x0A }
      let leading = bytes.prefix(while: \.isSpace).count { $0 == 0x0A }
      // The parser stands behind the text.
      current = HTMLLine(
        number: max(1, line - breaks + leading), isHeading: openHeadings > 0,
        region: regions.last?.region ?? .body)
    }
    let style: HTMLLine.Style = openTimes > 0 ? .time : openLabels > 0 ? .label : .text
    if openPreformatted > 0 {
      current?.append(bytes, style: style)
    } else {
      // Form feeds and carriage returns too are spaces of the page, not breaks of the text.
      current?.append(bytes.lazy.map { $0.isSpace ? 0x20 : $0 }, style: style)
    }
  }

  private func endLine() {
    guard let line = current else { return }
    current = nil
    if line.isBlank { return }
    if line.isHeading, heading == nil {
      heading = line.pieces.flatMap(\.bytes).withSingleSpaces
    }
    lines.append(line)
  }

  private func take(meta element: borrowing MarkupElement) {
    guard let content = element["content"] else { return }
    let name = element["property"] ?? element["name"] ?? element["itemprop"] ?? ""
    let text = Array(content.utf8).withSingleSpaces
    switch name.lowercased() {
    case _ where text.isEmpty: break
    case "og:title": socialTitle = socialTitle ?? text
    case "og:site_name": siteName = siteName ?? text
    case let name where HTMLPage.dateNames.contains(name):
      date = date ?? CalendarDate(firstIn: text)
    default: break
    }
  }

  /// What stands in `<main>` or an article is the page, where it is at least half of the text.
  private func keepMainRegion() {
    date = date ?? timeDate
    let whole = lines.reduce(0) { $0 + $1.textCount }
    for region in [HTMLRegion.main, .article] {
      let kept = lines.filter { $0.region >= region }
      let count = kept.reduce(0) { $0 + $1.textCount }
      if count > 0, count * 2 >= whole {
        lines = kept
        return
      }
    }
  }
}
