import Corpora
import Testing

@Suite struct SentenceSplitterTests {
  @Test(arguments: [
    ["It rained.", "Nobody came!", "Why?", "Who knows."],
    ["Dr. Lamprey met Mr. J. Pell at 3.45 in the U.S. Navy yard.", "He left."],
    ["\"Go on,\" she said.", "\"It is late.\"", "He went."],
    ["\"Really?\" he said.", "Yes."],
    ["It cost 3.5 million, i.e. too much.", "So do I.", "We stopped."],
    ["We waited... and waited.", "Then… nothing."],
    ["The page is example.org/a.b and it is long.", "See no. 7 there."],
    ["(It was over.)", "Übrigens, ja.", "Émile came, e.g. on foot."],
    ["What?!", "No."],
  ])
  func splits(_ sentences: [String]) {
    #expect(split(sentences.joined(separator: " ")) == sentences)
  }

  @Test func paragraphsEndSentences() {
    #expect(
      split("A heading\n\nthe text\nflows on. End") == ["A heading", "the text\nflows on.", "End"])
    #expect(split("") == [])
    #expect(split(" \n\n ... \n") == ["..."])
  }

  @Test func sentencesWithoutSpaces() {
    #expect(split("雨だ。寒い！") == ["雨だ。", "寒い！"])
  }

  private func split(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return SentenceSplitter.sentences(in: text).map { String(decoding: bytes[$0], as: UTF8.self) }
  }
}
