import Corpora
import Foundation
import Testing

/// Damaged files may be refused, but never trap, and what is read is consistent.
@Suite struct MutationTests {
  private static let fragments = [
    "-->", "**", "[", "](", "\\", "`", "<v ", "<", ">", "&#", "&#x10FFFF;", "\n", "\n\n", ":",
    "00:", "00:00:01", "[01:", "---\n", "\r", "```\n", "|", "{\\", "(AJ)", "__", "WEBVTT", "\u{85}",
    "#", "> ", "- ", "'", "\"", "9999999999", "é", "🌙",
    "<p>", "</p>", "<cite>", "<time>", "<main>", "<script>", "<!--", "<br>", "{", "}", ",", "null",
  ].map { Array($0.utf8) }

  @Test(arguments: Fixtures.sources) func mutationsNeverTrap(_ source: Fixtures.Source) {
    var generator = Fixtures.Generator(seed: 20_240_918)
    var readable = 0
    for _ in 0..<600 {
      var bytes = Array(source.text.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &generator) { mutate(&bytes, &generator) }
      if check(bytes, source.name) { readable += 1 }
    }
    // JSON has to be whole.
    #expect(readable > (source.name.hasSuffix("json") ? 20 : 100))
  }

  @Test func randomBytesNeverTrap() {
    var generator = Fixtures.Generator(seed: 4)
    let ends = ["a.srt", "a.vtt", "a.md", "a.txt", "a.html", "a.json", "", "/", "."]
    for round in 0..<1_000 {
      let count = Int.random(in: 0...80, using: &generator)
      // Most bytes are ASCII, so that some of these texts are valid.
      let limit: UInt8 = round.isMultiple(of: 4) ? 255 : 126
      let bytes = (0..<count).map { _ in UInt8.random(in: 9...limit, using: &generator) }
      check(bytes, ends[round % ends.count])
    }
  }

  @Test func randomFragmentsNeverTrap() {
    var generator = Fixtures.Generator(seed: 5)
    for round in 0..<1_000 {
      let count = Int.random(in: 1...20, using: &generator)
      let bytes = (0..<count).flatMap { _ in
        MutationTests.fragments.randomElement(using: &generator) ?? []
      }
      check(bytes, ["a.srt", "a.vtt", "a.md", "a.txt", "a.html", "a.json"][round % 6])
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout Fixtures.Generator) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    let end = min(bytes.count, place + Int.random(in: 1...40, using: &generator))
    switch Int.random(in: 0..<6, using: &generator) {
    case 0: bytes[place] = UInt8.random(in: 1...126, using: &generator)
    case 1: bytes.removeSubrange(place..<end)
    case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 3: bytes.removeSubrange(place...)
    case 4: bytes[place] = UInt8.random(in: 0...255, using: &generator)
    default:
      bytes.insert(
        contentsOf: MutationTests.fragments.randomElement(using: &generator) ?? [], at: place)
    }
  }

  /// Whether the bytes could be read; if so, the document holds together.
  @discardableResult
  private func check(_ bytes: [UInt8], _ name: String) -> Bool {
    guard let document = try? DocumentReader().document(from: bytes, named: name) else {
      return false
    }
    let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    let rendering = document.rendering()
    let text = Array(rendering.text.utf8)
    var end = 0
    for span in rendering.spans {
      let segment = document.segments[span.segmentIndex]
      let isSound =
        span.utf8Range.lowerBound >= end && text[span.utf8Range].elementsEqual(segment.text.utf8)
        && (1...lines).contains(segment.line) && !segment.text.isEmpty
      guard isSound else {
        Issue.record("unsound: \(String(decoding: bytes, as: UTF8.self))")
        return true
      }
      end = span.utf8Range.upperBound
    }
    var sentenceEnd = 0
    for sentence in rendering.sentences() {
      #expect(sentence.lowerBound >= sentenceEnd && sentence.upperBound <= text.count)
      sentenceEnd = sentence.upperBound
    }
    return true
  }
}
