/// Makes running text of printed pages: without their heads and numbers, with divided words whole again.
struct PDFPages {
  private(set) var text = ConvertedText()

  private struct Line {
    var number: Int
    var bytes: [UInt8]
    var isBlank: Bool { bytes.isEmpty }
  }

  /// A head or foot stands on at least so many pages.
  private static let leastPages = 3

  /// - Parameter raw: Lines as printed; a form feed ends a page.
  init(_ raw: [UInt8]) {
    var pages = PDFPages.pages(raw)
    let heads = PDFPages.repeated(pages.compactMap(\.first))
    let feet = PDFPages.repeated(pages.compactMap(\.last))
    for index in pages.indices {
      if let first = pages[index].first, PDFPages.isFurniture(first, heads) {
        pages[index].removeFirst()
      }
      if let last = pages[index].last, PDFPages.isFurniture(last, feet) {
        pages[index].removeLast()
      }
      pages[index] = PDFPages.withoutBlankEnds(pages[index])
    }
    let lines = PDFPages.joined(pages)
    append(lines, whole: PDFPages.hyphenated(lines))
  }

  /// The lines of each page, from the first to the last that is not blank.
  private static func pages(_ raw: [UInt8]) -> [[Line]] {
    var pages: [[Line]] = [[]]
    for line in Lines(raw) {
      for (index, part) in line.bytes.split(separator: 0x0C, omittingEmptySubsequences: false)
        .enumerated()
      {
        if index > 0 { pages.append([]) }
        pages[pages.count - 1].append(Line(number: line.number, bytes: Array(part.trimmed)))
      }
    }
    return pages.map(withoutBlankEnds).filter { !$0.isEmpty }
  }

  private static func withoutBlankEnds(_ lines: [Line]) -> [Line] {
    guard let first = lines.firstIndex(where: { !$0.isBlank }),
      let last = lines.lastIndex(where: { !$0.isBlank })
    else { return [] }
    return Array(lines[first...last])
  }

  /// Lines that are the same on many pages but for their numbers.
  private static func repeated(_ lines: [Line]) -> Set<[UInt8]> {
    var counts: [[UInt8]: Int] = [:]
    for line in lines { counts[withoutDigits(line.bytes), default: 0] += 1 }
    return Set(counts.filter { $0.value >= max(leastPages, lines.count / 2) }.keys)
  }

  private static func withoutDigits(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { !$0.isDigit } }

  /// Whether nobody says the line: a page's number, or what stands on many pages.
  private static func isFurniture(_ line: Line, _ repeated: Set<[UInt8]>) -> Bool {
    if repeated.contains(withoutDigits(line.bytes)) { return true }
    let words = line.bytes.split(whereSeparator: { $0.isSpace || "-–/|".utf8.contains($0) })
    guard words.count <= 4, line.bytes.contains(where: \.isDigit) else { return false }
    return words.allSatisfy { word in
      (word.allSatisfy(\.isDigit) && word.count <= 4)
        || ["page", "of", "seite", "von"].contains(word.string.lowercased())
    }
  }

  /// All pages; a sentence that a page's end cuts goes on, and what else ends there is a paragraph.
  private static func joined(_ pages: [[Line]]) -> [Line] {
    var lines: [Line] = []
    for page in pages {
      if let last = lines.last?.bytes.last, ".!?:\"”’)]".utf8.contains(last) {
        lines.append(Line(number: page.first?.number ?? 1, bytes: []))
      }
      lines += page
    }
    return lines
  }

  /// Words that are written with a hyphen where no line ends.
  private static func hyphenated(_ lines: [Line]) -> Set<[UInt8]> {
    var words: Set<[UInt8]> = []
    for line in lines where line.bytes.contains(UInt8(ascii: "-")) {
      for word in line.bytes.split(whereSeparator: { !isPartOfWord($0) })
      where word.dropFirst().dropLast().contains(UInt8(ascii: "-")) {
        words.insert(word.map { $0.isUppercase ? $0 | 0x20 : $0 })
      }
    }
    return words
  }

  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    byte.isLetter || byte >= 0x80 || byte == UInt8(ascii: "-")
  }

  /// Appends the lines; a word that a line's end divides is put together on the first line.
  private mutating func append(_ lines: [Line], whole: Set<[UInt8]>) {
    var lines = lines
    for index in lines.indices {
      if index + 1 < lines.count,
        let (first, second) = PDFPages.divided(lines[index].bytes, lines[index + 1].bytes)
      {
        let word = (first + [UInt8(ascii: "-")] + second).map { $0.isUppercase ? $0 | 0x20 : $0 }
        if !whole.contains(word) { lines[index].bytes.removeLast() }
        let taken = lines[index + 1].bytes.prefix { !$0.isSpace }
        lines[index].bytes += taken
        lines[index + 1].bytes.removeFirst(taken.count)
        lines[index + 1].bytes = Array(lines[index + 1].bytes[...].trimmed)
        // A line that held no more than that is gone; left empty, it would end the paragraph.
        if lines[index + 1].isBlank { lines[index + 1].bytes = [0x20] }
      }
      if lines[index].bytes != [0x20] { text.append(lines[index].bytes, line: lines[index].number) }
    }
  }

  /// The parts of a word that ends one line with a hyphen and goes on in the next in lowercase.
  private static func divided(_ line: [UInt8], _ next: [UInt8]) -> ([UInt8], [UInt8])? {
    guard line.last == UInt8(ascii: "-"), line.count > 1, let following = next.first,
      following.isLowercase || following >= 0x80
    else { return nil }
    let first = Array(line.dropLast().reversed().prefix(while: isPartOfWord).reversed())
    guard let before = first.last, before != UInt8(ascii: "-") else { return nil }
    return (first, Array(next.prefix(while: isPartOfWord)))
  }
}
