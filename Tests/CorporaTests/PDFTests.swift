import Corpora
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: hasPoppler)) struct PDFTests {
  private func read(_ pages: [[String]], title: String? = nil) throws -> Document {
    try DocumentReader().document(
      from: PDFBuilder(title: title, pages: pages).bytes, named: "the-crossing.pdf")
  }

  @Test func paragraphsFlowOverLinesAndPages() throws {
    let filler = (1...6).map { "Line \($0) of a paragraph that goes on and on for a while," }
    let document = try read(
      [
        ["Harbour Talk", "", "The ferry leaves at nine, and"] + filler
          + ["if the har-", "bour is clear of fog. It is a well-", "", "", "", "", "1"],
        [
          "Harbour Talk", "", "known truth; a well-known one. Nobody speaks a sen-", "", "", "", "",
          "2",
        ],
        ["Harbour Talk", "", "tence without end, and", "", "", "", "", "3"],
        ["Harbour Talk", "", "nobody minds.", "", "", "", "", "4"],
        ["Harbour Talk", "", "And here begins another para-", "graph.", "", "", "", "", "5"],
      ], title: "The Captain's Table")
    #expect(document.format == .pdf)
    #expect(document.title == "The Captain's Table")
    #expect(document.date?.description == "2023-04-05")
    let text = document.plainText
    #expect(text.contains("at nine, and Line 1") && text.contains("if the harbour is clear"))
    #expect(text.contains("It is a well-known truth; a well-known one. Nobody speaks a sentence"))
    #expect(text.contains("without end, and nobody minds."))
    #expect(text.contains("another paragraph."))
    #expect(!text.contains("Harbour Talk"))
    #expect(document.segments.count == 2)
  }

  @Test func transcripts() throws {
    let document = try read([
      [
        "[00:01] Mara: The ferry leaves at nine,", "[00:03] if the fog lifts.",
        "[00:07] Teo: And if it does not?", "[00:09] Mara: Then we walk & take the bridge.",
      ]
    ])
    #expect(document.title == "the crossing")
    #expect(document.speakers == ["Mara", "Teo"])
    #expect(document.segments.map(\.start) == [1, 3, 7, 9])
    let labels = try read([
      [
        "Mara: The ferry leaves at nine.", "", "Teo: And if it does not?", "",
        "Mara: Then we walk.", "", "Teo: All right: we walk.",
      ]
    ])
    #expect(labels.segments.map(\.speaker) == ["Mara", "Teo", "Mara", "Teo"])
  }

  @Test func badPDFs() {
    func error(_ bytes: [UInt8]) -> DocumentError? {
      #expect(throws: DocumentError.self) {
        try DocumentReader().document(from: bytes, named: "a.pdf")
      }
    }
    #expect(error([]) == .empty(path: "a.pdf"))
    #expect(error(Array("text".utf8))?.description.contains("%PDF-") == true)
    let broken = error(Array("%PDF-1.4\nnothing more".utf8))
    #expect(broken?.description.contains("pdftotext ended with") == true)
    #expect(broken?.isInputOutput == false)
    #expect(error(PDFBuilder(pages: [[]]).bytes) == .noText(path: "a.pdf"))
  }

  /// A file that makes the program write without end is given up.
  @Test(.timeLimit(.minutes(10))) func endlessTextIsGivenUp() async throws {
    let folder = try TemporaryFolder()
    _ = try folder.script(
      "#!/bin/sh\nfor last; do :; done\nexec /usr/bin/yes > \"$last\"\n", name: "pdftotext")
    await #expect(processExitsWith: .success) { [path = folder.url.path as String] in
      setenv("PATH", path, 1)
      let error = #expect(throws: DocumentError.self) {
        try DocumentReader(sizeLimit: 1 << 20).document(
          from: Array("%PDF-1.4".utf8), named: "a.pdf")
      }
      #expect(error?.description.contains("pdftotext wrote more than 1048576 bytes") == true)
    }
  }

  @Test func withoutPopplerTheErrorNamesIt() async {
    await #expect(processExitsWith: .success) {
      setenv("PATH", "/nowhere", 1)
      let error = #expect(throws: DocumentError.self) {
        try DocumentReader().document(from: Array("%PDF-1.4".utf8), named: "a.pdf")
      }
      #expect(error?.description.contains("install poppler-utils") == true)
      #expect(error?.isInputOutput == true)
    }
  }
}

private let hasPoppler: Bool = {
  let found = FileManager.default.isExecutableFile(atPath: "/usr/bin/pdftotext")
  if !found { print("Notice: poppler-utils is not installed; tests on PDFs are skipped.") }
  return found
}()
