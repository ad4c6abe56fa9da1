import Corpora
import Foundation
import Testing

@Suite struct BadInputTests {
  private func error(_ bytes: [UInt8], _ name: String = "a.txt") -> DocumentError? {
    #expect(throws: DocumentError.self) {
      try DocumentReader().document(from: bytes, named: name)
    }
  }

  @Test func missing() {
    let path = "/nowhere/at/all.txt"
    #expect(throws: DocumentError.missing(path: path)) { try DocumentReader().read(path) }
    #expect(throws: DocumentError.missing(path: "")) { try DocumentReader().read("") }
    #expect(DocumentError.missing(path: path).isInputOutput)
    #expect(DocumentError.missing(path: path).description == "\(path): no such file")
  }

  @Test func directory() {
    let path = FileManager.default.temporaryDirectory.path
    #expect(throws: DocumentError.directory(path: path)) { try DocumentReader().read(path) }
  }

  @Test func unreadable() throws {
    // A link to itself is there but cannot be opened, whoever asks.
    try Fixtures.withFile(Array("text".utf8), named: "a.txt") { path in
      let loop = path + ".loop"
      try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
      let error = #expect(throws: DocumentError.self) { try DocumentReader().read(loop) }
      guard case .unreadable(loop, let reason) = error else {
        Issue.record("expected unreadable, found \(String(describing: error))")
        return
      }
      #expect(reason.contains("symbolic links"))
    }
  }

  @Test func empty() {
    #expect(error([]) == .empty(path: "a.txt"))
    #expect(error(Array(" \n\t\r\n ".utf8)) == .empty(path: "a.txt"))
    #expect(error([0xEF, 0xBB, 0xBF]) == .empty(path: "a.txt"))
    #expect(error([0xFF, 0xFE]) == .empty(path: "a.txt"))
  }

  @Test func noText() {
    #expect(error(Array("---\ntitle: x\n---\n".utf8), "a.md") == .noText(path: "a.md"))
    #expect(error(Array("[00:00:01]\n[00:00:02]\n".utf8)) == .noText(path: "a.txt"))
    #expect(error(Array("WEBVTT\n\nNOTE nothing\n".utf8)) == .noText(path: "a.txt"))
    #expect(error(Array("***\n\n![](a.png)\n".utf8), "a.md") == .noText(path: "a.md"))
  }

  @Test func binary() {
    #expect(error([0x41, 0x42, 0, 0x43]) == .binary(path: "a.txt", offset: 2))
    let controls = Array("text".utf8) + [1, 2, 3, 4]
    #expect(error(controls) == .binary(path: "a.txt", offset: 4))
    #expect(error([0xFE, 0xFF, 0, 0x41, 0, 0]) == .binary(path: "a.txt", offset: 4))
  }

  @Test(
    arguments: [
      [0xFF], [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xE2, 0x82, 0x41],
    ] as [[UInt8]])
  func notUTF8(_ bad: [UInt8]) {
    let text = Array("Grüße, ".utf8)
    let expected = DocumentError.badEncoding(path: "a.txt", encoding: "UTF-8", offset: text.count)
    #expect(error(text + bad) == expected)
    #expect(expected.description.contains("byte 9"))
  }

  @Test func utf16() throws {
    for (order, mark) in [
      (String.Encoding.utf16LittleEndian, [0xFF, 0xFE] as [UInt8]),
      (.utf16BigEndian, [0xFE, 0xFF]),
    ] {
      let encoded = mark + Array("Grüße 🌙.".data(using: order) ?? Data())
      let document = try DocumentReader().document(from: encoded, named: "a.txt")
      #expect(document.plainText == "Grüße 🌙.")
    }
    let odd = DocumentError.badEncoding(path: "a.txt", encoding: "UTF-16", offset: 4)
    #expect(error([0xFF, 0xFE, 0x41, 0, 0x42]) == odd)
    #expect(error([0xFF, 0xFE, 0x41, 0, 0x00, 0xD8, 0x41, 0]) == odd)
  }

  @Test func byteOrderMarkIsNoText() throws {
    let document = try DocumentReader().document(
      from: [0xEF, 0xBB, 0xBF] + Array(Fixtures.webVTT.utf8), named: "a.txt")
    #expect(document.format == .webVTT)
  }

  @Test func tooLarge() throws {
    try Fixtures.withFile(Array("twelve bytes".utf8), named: "a.txt") { path in
      #expect(throws: DocumentError.tooLarge(path: path, bytes: 12, limit: 11)) {
        try DocumentReader(sizeLimit: 11).read(path)
      }
      let document = try DocumentReader(sizeLimit: 12).read(path)
      #expect(document.plainText == "twelve bytes")
    }
  }

  @Test func endlessDeviceIsTooLarge() {
    #expect(throws: DocumentError.tooLarge(path: "/dev/zero", bytes: 101, limit: 100)) {
      try DocumentReader(sizeLimit: 100).read("/dev/zero")
    }
  }

  @Test func aBrokenCueIsPassedOver() throws {
    let text = Fixtures.subRip.split(separator: "00:00:07,000").joined(separator: "00:77:07,000")
    let document = try Fixtures.read(text, as: "a.srt")
    #expect(document.segments.count == 3)
    #expect(document.warnings.map(\.line) == [10])
    #expect(document.warnings.first?.description.contains("00:01:02,500 --> 00:01:05,000") == true)
  }

  @Test func aCueThatEndsBeforeItStartsHasNoEnd() throws {
    let text = "1\n00:00:05,000 --> 00:00:04,000\nHello.\n"
    let document = try Fixtures.read(text, as: "a.srt")
    #expect(document.segments.map(\.start) == [5])
    #expect(document.segments.map(\.end) == [nil])
    #expect(document.warnings.count == 1)
  }

  @Test func cuesWithoutBlankLinesBetween() throws {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n2\n00:00:03,000 --> 00:00:04,000\nTwo."
    let document = try Fixtures.read(text, as: "a.srt")
    #expect(document.segments.map(\.text) == ["One.", "Two."])
  }

  @Test func noUsableCue() {
    let expected = "a time range such as '00:01:02,500 --> 00:01:05,000'"
    let broken = Array("1\n00:00:01 -> 00:00:02\nHi.\n\n2\nx --> y\nHo.\n".utf8)
    #expect(
      error(broken, "a.srt") == .malformed(path: "a.srt", line: 6, expected: expected))
    #expect(
      error(Array("Only prose.".utf8), "a.srt")
        == .malformed(path: "a.srt", line: 1, expected: expected))
    #expect(
      DocumentError.malformed(path: "a.srt", line: 6, expected: expected).description
        == "a.srt: line 6: expected \(expected)")
  }

  @Test func warningsAreBounded() throws {
    let broken = String(repeating: "1\n0:00 --> soon\nx\n\n", count: 500)
    let document = try Fixtures.read(broken + Fixtures.subRip, as: "a.srt")
    #expect(document.warnings.count == 100)
    #expect(document.segments.count == 4)
  }

  @Test func largeSingleLineIsReadInBoundedTime() throws {
    #if DEBUG
      let size = 4 << 20
    #else
      let size = 50 << 20
    #endif
    let unit = Array("the quick *brown* fox jumps over the lazy dog [again](x). ".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + unit.count)
    while bytes.count < size { bytes += unit }
    try Fixtures.withFile(bytes, named: "a.md") { path in
      let clock = ContinuousClock()
      var document: Document?
      let elapsed = try clock.measure { document = try DocumentReader().read(path) }
      print("\(bytes.count) bytes on one line: read in \(elapsed)")
      #expect(document?.segments.count == 1)
      #expect(elapsed < .seconds(20))
    }
  }
}
