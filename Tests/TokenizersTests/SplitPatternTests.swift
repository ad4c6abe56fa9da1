import Testing
import Tokenizers

@Suite("Split patterns")
struct SplitPatternTests {
  /// FNV-1a, a whole number at a time.
  static func digest(_ numbers: some Sequence<UInt64>) -> UInt64 {
    numbers.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ $1) &* 0x100_0000_01B3 }
  }

  static let everyCharacter: String = {
    var scalars = String.UnicodeScalarView()
    for code in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(code) else { continue }
      scalars.append(scalar)
      scalars.append("\n")
    }
    return String(scalars)
  }()

  @Test(
    "Every character has the classes that tiktoken gives it",
    .enabled(
      if: NewerCharacters.pcre2UnicodeVersion <= 16, "PCRE2 knows more characters than tiktoken"),
    arguments: TiktokenFixture.classes)
  func classes(_ name: String, _ count: Int, _ digest: UInt64) throws {
    let expression = name == "s" ? #"\s"# : "\\p{\(name)}"
    // A member stands alone, what lies between two of them begins with a line end.
    let pattern = SplitPattern(regex: expression + #"(?=\n)"#)
    let pieces = try pattern.pieces(of: Self.everyCharacter)
    var members = pieces.compactMap { piece -> UInt64? in
      let scalars = piece.unicodeScalars
      guard let first = scalars.first, scalars.count == 1, first != "\n" else { return nil }
      return UInt64(first.value)
    }
    if name == "s" { members.insert(0xA, at: 1) }
    #expect(members.count == count)
    #expect(Self.digest(members) == digest)
  }

  @Test("A class's inside, outside and opposite hold the newer characters")
  func classesWithinExpressions() throws {
    // A letter of Unicode 15, a digit of 15 and a mark of 16.
    let (letter, digit, mark) = ("\u{11F04}", "\u{11F50}", "\u{897}")
    let text = "a\(letter)1\(digit)x\(mark)-+"
    func pieces(_ regex: String) throws -> [String] {
      try SplitPattern(regex: regex).pieces(of: text)
    }
    #expect(try pieces(#"\p{L}+"#) == ["a\(letter)", "1\(digit)", "x", "\(mark)-+"])
    #expect(try pieces(#"[\p{L}\p{N}]+"#) == ["a\(letter)1\(digit)x", "\(mark)-+"])
    #expect(try pieces(#"\P{L}+"#) == ["a\(letter)", "1\(digit)", "x", "\(mark)-+"])
    #expect(try pieces(#"[^\p{L}]+"#) == ["a\(letter)", "1\(digit)", "x", "\(mark)-+"])
    #expect(try pieces(#"[^\p{M}]+"#) == ["a\(letter)1\(digit)x", mark, "-+"])
    #expect(try pieces(#"[\p{N}-x]+"#) == ["a\(letter)", "1\(digit)x", mark, "-", "+"])
  }

  @Test("Text without newer characters splits the same beside them")
  func sameBesideNewer() throws {
    let text = "It's 12 o'clock,\n\n  naïve ÀÉ  x\u{301} 日本 "
    for pattern in [SplitPattern.gpt2, .cl100k, .o200k, .llama3, .qwen2] {
      let pieces = try pattern.pieces(of: text + "\r\n")
      let beside = try pattern.pieces(of: text + "\r\n\u{11F04}")
      #expect(beside.starts(with: pieces.dropLast()))
      #expect(beside.joined().hasSameBytes(as: text + "\r\n\u{11F04}"))
    }
  }
}

@Suite("tiktoken", .enabled(if: SharedData.isPresent))
struct TiktokenTests {
  /// The strings of the fixture, drawn as the script that wrote it draws them.
  static let strings: [String] = {
    var generator = SeededGenerator(state: 11)
    func below(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }
    return (0..<256).map { index in
      var scalars = String.UnicodeScalarView()
      while scalars.count <= index % 48 {
        let range = TiktokenFixture.ranges[below(TiktokenFixture.ranges.count)]
        for _ in 0..<(1 + below(4)) {
          let code = range.lowerBound + UInt32(below(range.count))
          if let scalar = Unicode.Scalar(code) { scalars.append(scalar) }
        }
      }
      return String(scalars)
    }
  }()

  @Test("Random Unicode has tiktoken's ids", arguments: TiktokenFixture.digests.indices)
  func randomStrings(_ index: Int) throws {
    let fixture = TiktokenFixture.digests[index]
    let tokenizer = try SharedData.tokenizer(fixture.tokenizer)
    let expected = fixture.digests.split(whereSeparator: \.isWhitespace).map {
      UInt32($0, radix: 16)
    }
    #expect(expected.count == Self.strings.count)
    for (text, expected) in zip(Self.strings, expected) {
      let ids = tokenizer.encode(text)
      let digest = SplitPatternTests.digest(ids.lazy.map(UInt64.init))
      #expect(UInt32(truncatingIfNeeded: digest) == expected, "\(text.debugDescription)")
      #expect(tokenizer.decode(ids).hasSameBytes(as: text))
    }
  }
}
