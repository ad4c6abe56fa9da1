/// A SentencePiece `.model`: the pieces and the settings that encoding needs.
///
/// Source: `sentencepiece_model.proto`, whose field numbers stand here.
struct SentencePieceModelFile {
  private let file: String
  private var tokens: [[UInt8]] = []
  private var scores: [Float] = []
  private var types: [Int32] = []
  private var modelType: UInt64 = 1
  private var beginningOfText: Int32 = 1
  private var endOfText: Int32 = 2
  private var normalization: SentencePieceNormalization = {
    var normalization = SentencePieceNormalization()
    normalization.removesExtraSpaces = true
    return normalization
  }()

  /// - Throws: `TokenizerError.malformed` with the byte offset.
  init(_ contents: [UInt8], file: String) throws {
    self.file = file
    do {
      var message = ProtocolBufferReader(contents[...])
      while let (field, value) = try message.next() {
        switch (field, value) {
        case (1, .bytes(let piece)): try readPiece(piece)
        case (2, .bytes(let settings)): try readTrainerSettings(settings)
        case (3, .bytes(let settings)): try readNormalizerSettings(settings)
        default: break
        }
      }
    } catch let failure as ProtocolBufferReader.Failure {
      throw TokenizerError.malformed(
        file: file, place: "byte \(failure.offset)", problem: failure.problem)
    }
  }

  /// Whether the file starts with a piece, as these models do.
  static func matches(_ contents: [UInt8]) -> Bool {
    var message = ProtocolBufferReader(contents[...])
    guard let (field, value) = try? message.next(), field == 1, case .bytes(let bytes) = value
    else {
      return false
    }
    var piece = ProtocolBufferReader(bytes)
    guard let (field, value) = try? piece.next(), field == 1, case .bytes = value else {
      return false
    }
    return true
  }

  func tokenizer() throws -> SentencePieceTokenizer {
    let kinds: [UInt64: SentencePieceTokenizer.Kind] = [
      1: .unigram, 2: .bytePair, 3: .word, 4: .character,
    ]
    guard let kind = kinds[modelType] else {
      throw TokenizerError.unsupported(
        file: file, feature: "the SentencePiece model type \(modelType)")
    }
    let unknown = types.firstIndex(of: PieceType.unknown.rawValue).map { Int32($0) }
    return try locatingErrors(in: file) {
      try SentencePieceTokenizer(
        tokens: tokens, scores: scores, types: types,
        beginningOfText: beginningOfText < 0 ? nil : beginningOfText,
        endOfText: endOfText < 0 ? nil : endOfText, unknown: unknown,
        kind: kind, normalization: normalization)
    }
  }

  private mutating func readPiece(_ bytes: ArraySlice<UInt8>) throws {
    var token: ArraySlice<UInt8> = []
    var score: Float = 0
    var type = PieceType.normal.rawValue
    var message = ProtocolBufferReader(bytes)
    while let (field, value) = try message.next() {
      switch (field, value) {
      case (1, .bytes(let text)): token = text
      case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
      case (3, .integer(let number)): type = Int32(truncatingIfNeeded: number)
      default: break
      }
    }
    guard !token.isEmpty else {
      throw ProtocolBufferReader.Failure(offset: bytes.startIndex, problem: "a piece without text")
    }
    tokens.append(Array(token))
    scores.append(score)
    types.append(type)
  }

  private mutating func readTrainerSettings(_ bytes: ArraySlice<UInt8>) throws {
    var message = ProtocolBufferReader(bytes)
    while let (field, value) = try message.next() {
      guard case .integer(let number) = value else { continue }
      switch field {
      case 3: modelType = number
      case 24: normalization.putsSpaceAfterWord = number != 0
      case 41: beginningOfText = Int32(truncatingIfNeeded: number)
      case 42: endOfText = Int32(truncatingIfNeeded: number)
      default: break
      }
    }
  }

  private mutating func readNormalizerSettings(_ bytes: ArraySlice<UInt8>) throws {
    var message = ProtocolBufferReader(bytes)
    while let (field, value) = try message.next() {
      switch (field, value) {
      case (2, .bytes(let map)): normalization.characterMap = Array(map)
      case (3, .integer(let flag)): normalization.addsDummyPrefix = flag != 0
      case (4, .integer(let flag)): normalization.removesExtraSpaces = flag != 0
      case (5, .integer(let flag)): normalization.escapesSpaces = flag != 0
      default: break
      }
    }
  }
}
