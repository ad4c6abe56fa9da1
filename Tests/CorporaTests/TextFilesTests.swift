import Corpora
import Foundation
import Testing

@Suite struct TextFilesTests {
  private func chunks(_ text: [UInt8], size: Int) throws -> [TextFiles.Chunk] {
    var chunks: [TextFiles.Chunk] = []
    try Fixtures.withFile(text, named: "a.txt") { path in
      try TextFiles([path, path], chunkSize: size).forEachChunk { chunks.append($0) }
    }
    return chunks
  }

  @Test(arguments: [16, 17, 40, 64, 1_000, 1 << 20])
  func chunksJoinToTheFile(_ size: Int) throws {
    var generator = Fixtures.Generator(seed: 7)
    let pieces = ["word ", "Grüße ", "🌙", "\n", "\r\n\r\n", "\n\n", "a.b", "x"]
    let text = (0..<400).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
    let chunks = try chunks(Array(text.utf8), size: size)
    #expect(chunks.map(\.text).joined() == text + text)
    #expect(chunks.allSatisfy { $0.text.utf8.count <= size && !$0.text.isEmpty })
    var offset = 0
    for chunk in chunks {
      if chunk.offset == 0 { offset = 0 }
      #expect(chunk.offset == offset)
      offset += chunk.text.utf8.count
    }
    #expect(chunks.count { $0.offset == 0 } == 2)
  }

  @Test func chunksEndBehindParagraphs() throws {
    let text = String(repeating: "A line of text.\nAnother line.\n\n", count: 50)
    for chunk in try chunks(Array(text.utf8), size: 100) { #expect(chunk.text.hasSuffix(".\n\n")) }
  }

  @Test func byteOrderMarkIsLeftOut() throws {
    let chunks = try chunks([0xEF, 0xBB, 0xBF] + Array("text".utf8), size: 16)
    #expect(chunks.map(\.text) == ["text", "text"])
    #expect(chunks.map(\.offset) == [3, 3])
  }

  @Test func errorsNameTheOffset() throws {
    let text = Array(String(repeating: "word ", count: 20).utf8)
    let failures: [([UInt8], DocumentError)] = [
      (text + [0xFF] + text, .badEncoding(path: "", encoding: "UTF-8", offset: 100)),
      (text + [0xE2, 0x82], .badEncoding(path: "", encoding: "UTF-8", offset: 100)),
      (text + [0], .binary(path: "", offset: 100)), ([], .empty(path: "")),
      (Array("  \n".utf8), .empty(path: "")),
    ]
    for (bytes, expected) in failures {
      let error = #expect(throws: DocumentError.self) { try chunks(bytes, size: 32) }
      switch (error, expected) {
      case (.badEncoding(_, _, let found), .badEncoding(_, _, let offset)):
        #expect(found == offset)
      case (.binary(_, let found), .binary(_, let offset)): #expect(found == offset)
      case (.empty, .empty): break
      default: Issue.record("expected \(expected), found \(String(describing: error))")
      }
    }
    #expect(throws: DocumentError.missing(path: "/nowhere")) {
      try TextFiles(["/nowhere"]).forEachChunk { _ in }
    }
  }

  @Test func aBodyThatThrowsStopsTheReading() throws {
    struct Stop: Error {}
    try Fixtures.withFile(Array("one two".utf8), named: "a.txt") { path in
      #expect(throws: Stop.self) { try TextFiles([path]).forEachChunk { _ in throw Stop() } }
    }
  }

  @Test(.enabled(if: Fixtures.hasData)) func realBooksAreReadWhole() throws {
    let books = Fixtures.data.appendingPathComponent("text/books")
    let paths = try FileManager.default.contentsOfDirectory(atPath: books.path).sorted()
      .map { books.appendingPathComponent($0).path }
    var bytes = 0
    try TextFiles(paths, chunkSize: 64 << 10).forEachChunk { bytes += $0.text.utf8.count }
    let sizes = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    let marks = sizes.count { $0.starts(with: [0xEF, 0xBB, 0xBF]) } * 3
    #expect(bytes == sizes.map(\.count).reduce(0, +) - marks)
  }
}
