/// Turns the bytes of one piece of text into token ids.
protocol PieceModel: Sendable {
  /// - Parameter piece: valid UTF-8, not empty.
  func encode(
    _ piece: UnsafeBufferPointer<UInt8>, with workspace: inout EncodingWorkspace,
    to ids: inout [Int32])
}

/// The tokens that stand for single bytes, as `<0x0A>` does.
enum ByteTokens {
  /// The byte that a token stands for.
  static func byte(namedBy token: some RandomAccessCollection<UInt8>) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">") else {
      return nil
    }
    let digits = token.dropFirst(3).prefix(2)
    guard digits.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x46).contains($0) }) else {
      return nil
    }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }

  /// The token of each byte, where the vocabulary has one.
  static func ids(in vocabulary: Vocabulary) -> [Int32?] {
    (0...255).map { (byte: Int) in
      let digits = String(byte, radix: 16, uppercase: true)
      return vocabulary.id(of: Array("<0x\(byte < 16 ? "0" : "")\(digits)>".utf8))
    }
  }
}
