import Tokenizers

/// A token for every byte, and those of a conversation.
struct ByteTokenizer: Tokenizer {
  let vocabularySize = 256 + ChatFormat.specialTokens.count
  let beginningOfText: Int32? = 256
  let endOfText: Int32? = 256

  var specialTokens: [String: Int32] {
    Dictionary(uniqueKeysWithValues: zip(ChatFormat.specialTokens, 256...))
  }

  func encode(_ text: String, recognizingSpecialTokens: Bool) -> [Int32] {
    text.utf8.map(Int32.init)
  }

  func appendBytes(for id: Int32, to text: inout [UInt8]) {
    if let byte = UInt8(exactly: id) { text.append(byte) }
  }
}
