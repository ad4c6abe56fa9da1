import Corpora
import Foundation
import TestSupport
import Testing

@Suite struct SourceReaderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ name: String) throws {
    let file = folder / name
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  @Test func foldersAreReadInTheOrderOfTheirPaths() throws {
    try write(Fixtures.subRip, "b.srt")
    try write(Fixtures.markdown, "a/deep/c.md")
    try write("A note.", "a/note")
    try write("Hidden.", ".hidden.txt")
    try write("Hidden.", ".git/a.txt")
    try write("not JSON", "broken.json")
    try write("picture", "a/picture.png")
    for path in [folder.url.path, folder.url.path + "/"] {
      let reading = try SourceReader().read(path)
      #expect(
        reading.items.map { $0.path.dropFirst(folder.url.path.count) }
          == ["/a/deep/c.md", "/a/note", "/b.srt"])
      #expect(reading.warnings.count == 2)
      #expect(reading.warnings.first?.contains("broken.json: byte 1: expected JSON") == true)
      #expect(reading.warnings.last?.hasSuffix("a file of other kinds passed over") == true)
    }
  }

  @Test func whatAFeedNamesIsReadOnce() throws {
    try write(Fixtures.subRip, "one.srt")
    try write(Fixtures.webVTT, "one.vtt")
    try write(Fixtures.markdown, "other.md")
    try write(
      """
      <rss><channel><title>Harbour Talk</title><item><title>One</title>
      <podcast:transcript url="one.vtt" type="text/vtt"/>
      <podcast:transcript url="one.srt" type="application/srt"/></item></channel></rss>
      """, "z.xml")
    let reading = try SourceReader().read(folder.url.path)
    #expect(reading.items.map(\.document.title) == ["One", "The Long Crossing"])
    #expect(reading.items.map(\.document.format) == [.webVTT, .markdown])
  }

  @Test func nothingToRead() throws {
    let path = folder.url.path
    #expect(throws: DocumentError.self) { try SourceReader().read(path) }
    try write("{", "a.json")
    let error = #expect(throws: DocumentError.self) { try SourceReader().read(path) }
    #expect(error?.description.contains("a.json") == true)
    #expect(throws: DocumentError.missing(path: path + "/no")) {
      try SourceReader().read(path + "/no")
    }
  }

  /// Nobody waits for a pipe that nobody writes to.
  @Test(.timeLimit(.minutes(10))) func pipesArePassedOver() throws {
    try write("A note.", "a.txt")
    #expect(mkfifo((folder / "b.txt").path, 0o600) == 0)
    #expect(try SourceReader().read(folder.url.path).items.count == 1)
  }
}
