import Foundation

/// A PDF's text and what it says about itself, through the programs of poppler-utils.
struct PDFFile {
  private(set) var title: String?
  private(set) var date: CalendarDate?
  let text: ConvertedText

  /// - Throws: `DocumentError`; `.needsProgram` where poppler-utils is missing.
  init(_ bytes: [UInt8], path: String, sizeLimit: Int) throws(DocumentError) {
    guard bytes.starts(with: Array("%PDF-".utf8)) else {
      throw .unexpected(path: path, offset: 0, expected: "%PDF-, with which a PDF begins")
    }
    let converter = try PopplerProgram("pdftotext", for: path)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("circadian-pdf-\(UUID().uuidString)", isDirectory: true)
    let copy = folder.appendingPathComponent("document.pdf")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try Data(bytes).write(to: copy)
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw .unreadable(path: path, reason: "no room for a copy in \(folder.path)")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appendingPathComponent("document.txt")
    let raw = try converter.run(
      ["-q", "-enc", "UTF-8", "-eol", "unix", copy.path, output.path], output: output,
      writesItself: true, sizeLimit: sizeLimit, for: path)
    text = PDFPages(try TextDecoding.normalized(raw, path: path)).text
    // What the file says about itself is welcome, but not needed.
    let about = folder.appendingPathComponent("document.info")
    if let informer = try? PopplerProgram("pdfinfo", for: path),
      let lines = try? informer.run(
        ["-enc", "UTF-8", "-isodates", copy.path], output: about, writesItself: false,
        sizeLimit: 1 << 16, for: path)
    {
      take(Lines(lines))
    }
  }

  private mutating func take(_ lines: Lines) {
    for line in lines {
      guard let colon = line.bytes.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let value = Array(line.bytes[(colon + 1)...]).withSingleSpaces
      switch line.bytes[..<colon].string {
      case "Title" where !PDFFile.isFileName(value): title = title ?? value
      case "CreationDate": date = date ?? CalendarDate(firstIn: value)
      default: break
      }
    }
  }

  /// Programs that print often leave a file's name, or nothing, where the title belongs.
  private static func isFileName(_ title: String) -> Bool {
    let lowercased = title.lowercased()
    return title.isEmpty || lowercased == "untitled"
      || [".pdf", ".doc", ".docx", ".odt", ".tex", ".dvi", ".indd", ".html"]
        .contains { lowercased.hasSuffix($0) }
  }
}
