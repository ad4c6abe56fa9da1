import Testing
import Tokenizers

@Suite("Evaluation of a tokenizer")
struct TokenizerEvaluationTests {
  @Test("Counts what a text becomes")
  func counts() throws {
    let trained = try BytePairTrainer(vocabularySize: 259, specialTokens: ["<|bos|>"])
      .train(on: ["abab abab abab"])
    var evaluation = TokenizerEvaluation(trained)
    #expect(evaluation.bytesPerToken == 0)
    #expect(evaluation.tokensPerWord == 0)
    #expect(evaluation.add("abab c\u{3000}é ") == nil)
    // abab, " c", the ideographic space's three bytes, é's two, and the last space.
    #expect(trained.encode("abab c\u{3000}é ").count == evaluation.tokenCount)
    #expect(evaluation.byteCount == 12)
    #expect(evaluation.wordCount == 3)
    #expect(evaluation.usableTokenCount == 258)
    #expect(evaluation.tokenCount == 9)
    #expect(evaluation.singleByteTokenCount == 8)
    #expect(evaluation.bytesPerToken == 12.0 / 9)
    #expect(evaluation.tokensPerWord == 3)
    #expect(evaluation.singleByteShare == 8.0 / 9)
    #expect(evaluation.vocabularyUse == 7.0 / 258)
    #expect(evaluation.bytesPerSecond > 0)
  }

  @Test("Says where the text does not come back")
  func differences() throws {
    let exact = try BytePairTrainer(vocabularySize: 256).train(on: [])
    var evaluation = TokenizerEvaluation(Forgetful(exact: exact))
    #expect(evaluation.add("round") == nil)
    #expect(evaluation.add("roué trip") == 3)
    #expect(evaluation.add("round xx") == nil)
    #expect(evaluation.tokenCount == 5 + 10 + 8)
  }

  /// Gives back ASCII alone.
  private struct Forgetful: Tokenizer {
    let exact: BytePairTokenizer
    var vocabularySize: Int { 256 }
    var beginningOfText: Int32? { nil }
    var endOfText: Int32? { nil }
    var specialTokens: [String: Int32] { [:] }

    func encode(_ text: String, recognizingSpecialTokens: Bool) -> [Int32] {
      exact.encode(text, recognizingSpecialTokens: recognizingSpecialTokens)
    }

    func appendBytes(for id: Int32, to text: inout [UInt8]) {
      text += exact.bytes(for: id).filter { $0 < 0x80 }
    }
  }
}
