import Testing
import Tokenizers

@Suite("Streaming decoder")
struct StreamingDecoderTests {
  /// A token for each byte, so that every character of several bytes is spread over tokens.
  private static let bytes = try? BytePairTrainer(vocabularySize: 256).train(on: [])

  @Test("A character appears with its last byte")
  func wholeCharacters() throws {
    let tokenizer = try #require(Self.bytes)
    var decoder = StreamingDecoder(tokenizer)
    let parts = tokenizer.encode("é日🦙.").map { decoder.append($0) }
    #expect(parts == ["", "é", "", "", "日", "", "", "", "🦙", "."])
    #expect(decoder.finish().isEmpty)
  }

  @Test("Broken bytes are repaired as in decoding all at once")
  func brokenBytes() throws {
    let tokenizer = try #require(Self.bytes)
    var generator = SeededGenerator(state: 11)
    let interesting: [UInt8] = [
      0x41, 0x80, 0xBF, 0xC0, 0xC3, 0xE0, 0xE2, 0x82, 0xAC, 0xED, 0xA0, 0xF0, 0x9F, 0xA6, 0x99,
      0xF4, 0x90, 0xF5, 0xFF,
    ]
    var idOfByte: [UInt8: Int32] = [:]
    for id in Int32(0)..<256 { idOfByte[tokenizer.bytes(for: id)[0]] = id }
    for _ in 0..<2000 {
      let ids = (0..<8).compactMap { _ in
        interesting.randomElement(using: &generator).flatMap { idOfByte[$0] }
      }
      var decoder = StreamingDecoder(tokenizer)
      let parts = ids.map { decoder.append($0) } + [decoder.finish()]
      #expect(parts.joined().hasSameBytes(as: tokenizer.decode(ids)))
    }
  }

  @Test("An unfinished character is flushed as U+FFFD")
  func unfinished() throws {
    let tokenizer = try #require(Self.bytes)
    var decoder = StreamingDecoder(tokenizer)
    let parts = tokenizer.encode("🦙").dropLast().map { decoder.append($0) }
    #expect(parts == ["", "", ""])
    #expect(decoder.finish() == "\u{FFFD}")
  }
}
