/// What a tokenizer makes of text: how short, of how many of its tokens, how fast, and whether it
/// comes back.
public struct TokenizerEvaluation: Sendable {
  public let tokenizer: any Tokenizer
  public private(set) var byteCount = 0
  public private(set) var tokenCount = 0
  /// The stretches of the text that White_Space parts.
  public private(set) var wordCount = 0
  /// How many of the text's tokens stand for one byte.
  public private(set) var singleByteTokenCount = 0
  /// The time that encoding took, on one thread.
  public private(set) var encodingTime = Duration.zero

  private var occurs: [Bool]
  private let byteCounts: [Int]

  public init(_ tokenizer: any Tokenizer) {
    self.tokenizer = tokenizer
    byteCounts = (0..<Int32(tokenizer.vocabularySize)).map { tokenizer.bytes(for: $0).count }
    occurs = Array(repeating: false, count: byteCounts.count)
  }

  /// Encodes a text by itself and counts it in.
  ///
  /// - Returns: Where, in bytes, the decoded tokens first differ from the text; nil where they
  ///   are the text.
  @discardableResult
  public mutating func add(_ text: String) -> Int? {
    let clock = ContinuousClock()
    let start = clock.now
    let ids = tokenizer.encode(text)
    encodingTime += clock.now - start
    byteCount += text.utf8.count
    tokenCount += ids.count
    for id in ids where byteCounts.indices.contains(Int(id)) {
      occurs[Int(id)] = true
      if byteCounts[Int(id)] == 1 { singleByteTokenCount += 1 }
    }
    var isInWord = false
    for scalar in text.unicodeScalars {
      let isSpace = scalar.properties.isWhitespace
      if !isSpace, !isInWord { wordCount += 1 }
      isInWord = !isSpace
    }
    return Self.firstDifference(tokenizer.decode(ids), text)
  }

  private static func firstDifference(_ first: String, _ second: String) -> Int? {
    if first.utf8.elementsEqual(second.utf8) { return nil }
    return zip(first.utf8, second.utf8).prefix { $0 == $1 }.reduce(0) { count, _ in count + 1 }
  }
}

extension TokenizerEvaluation {
  /// The tokens that plain text can become: those that stand for bytes.
  public var usableTokenCount: Int { byteCounts.count { $0 > 0 } }

  public var bytesPerToken: Double { Self.ratio(byteCount, tokenCount) }

  /// Also called fertility.
  public var tokensPerWord: Double { Self.ratio(tokenCount, wordCount) }

  public var singleByteShare: Double { Self.ratio(singleByteTokenCount, tokenCount) }

  /// The share of the usable tokens that occur in the text.
  public var vocabularyUse: Double { Self.ratio(occurs.count { $0 }, usableTokenCount) }

  /// Bytes of text encoded in a second.
  public var bytesPerSecond: Double {
    let seconds = encodingTime / .seconds(1)
    return seconds > 0 ? Double(byteCount) / seconds : 0
  }

  private static func ratio(_ count: Int, _ total: Int) -> Double {
    total == 0 ? 0 : Double(count) / Double(total)
  }
}
