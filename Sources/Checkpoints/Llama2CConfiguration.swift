extension Llama2CFile {
  /// What the header of the file says.
  public struct Configuration: Equatable, Sendable {
    public let version: Version
    public let width: Int
    public let hiddenWidth: Int
    public let layerCount: Int
    public let headCount: Int
    public let keyHeadCount: Int
    public let vocabularySize: Int
    public let contextLength: Int
    /// Whether the classifier is the token embedding; else there is a tensor `output`.
    public let isClassifierTied: Bool

    public var headWidth: Int { width / headCount }
  }

  /// How the weights are written.
  public enum Version: Equatable, Sendable {
    /// Version 0: float32 behind seven bare numbers.
    case legacy
    /// Version 1: float32.
    case float32
    /// Version 2: matrices as int8, of which so many neighbours share a scale; they go on across rows.
    case int8(groupLength: Int)
  }
}

extension Llama2CFile.Configuration: CustomStringConvertible {
  public var description: String {
    var text =
      "dim \(width), hidden_dim \(hiddenWidth), n_layers \(layerCount), n_heads \(headCount),"
      + " n_kv_heads \(keyHeadCount), vocab_size "
      + "\(isClassifierTied || version != .legacy ? "" : "-")\(vocabularySize), seq_len \(contextLength)"
    if version != .legacy { text += ", shared_classifier \(isClassifierTied ? 1 : 0)" }
    if case .int8(let groupLength) = version { text += ", group_size \(groupLength)" }
    return text
  }

  /// Of the versions after 0, whose headers are padded with zeros.
  static let paddedHeaderByteCount = 256

  // The little-endian bytes of the versions after 0 begin with this instead of a width.
  private static let versionedMagic: Int32 = 0x616b_3432
  // Behind magic, version and seven numbers.
  private static let tiedFlagOffset = 36
  private static let groupSizeOffset = 37

  /// - Throws: `CheckpointError` where the numbers cannot be those of a model, or the version is not known.
  init(headerOf file: MappedFile) throws(CheckpointError) {
    let isVersioned = try file.integer(at: 0, as: Int32.self) == Self.versionedMagic
    let start = isVersioned ? 8 : 0
    func positive(_ index: Int, _ name: String) throws(CheckpointError) -> Int {
      let offset = start + index * 4
      let number: Int32 = try file.integer(at: offset)
      guard number > 0 else {
        throw file.malformed(.offset(offset), expected: "a positive \(name), found \(number)")
      }
      return Int(number)
    }
    // First: the numbers of an unknown version may mean something else.
    version = try isVersioned ? Self.version(of: file) : .legacy
    width = try positive(0, "dim")
    hiddenWidth = try positive(1, "hidden_dim")
    layerCount = try positive(2, "n_layers")
    headCount = try positive(3, "n_heads")
    keyHeadCount = try positive(4, "n_kv_heads")
    if isVersioned {
      vocabularySize = try positive(5, "vocab_size")
      isClassifierTied = try Self.flag(of: file)
    } else {
      let signedVocabularySize: Int32 = try file.integer(at: 20)
      guard signedVocabularySize != 0 else {
        throw file.malformed(.offset(20), expected: "a vocab_size other than 0")
      }
      vocabularySize = Int(signedVocabularySize.magnitude)
      isClassifierTied = signedVocabularySize > 0
    }
    contextLength = try positive(6, "seq_len")
    guard width.isMultiple(of: 2 * headCount) else {
      throw file.malformed(
        .offset(start + 12),
        expected: "n_heads that part dim \(width) into heads of an even width, found \(headCount)")
    }
    guard headCount.isMultiple(of: keyHeadCount) else {
      throw file.malformed(
        .offset(start + 16), expected: "n_kv_heads that divide \(headCount), found \(keyHeadCount)")
    }
    if case .int8(let groupLength) = version {
      let rowCounts = [vocabularySize, width, keyHeadCount * headWidth, hiddenWidth]
      guard let rows = rowCounts.first(where: { !($0 * width).isMultiple(of: groupLength) }) else {
        return
      }
      throw file.malformed(
        .offset(Self.groupSizeOffset),
        expected: "a group_size that divides the \(rows) * \(width) elements of a matrix, found"
          + " \(groupLength)")
    }
  }

  private static func version(
    of file: MappedFile
  ) throws(CheckpointError) -> Llama2CFile.Version {
    let number: Int32 = try file.integer(at: 4)
    let version: Llama2CFile.Version
    let end: Int
    switch number {
    case 1: (version, end) = (.float32, groupSizeOffset)
    case 2:
      let groupSize: Int32 = try file.integer(at: groupSizeOffset)
      guard groupSize > 0 else {
        throw file.malformed(
          .offset(groupSizeOffset), expected: "a positive group_size, found \(groupSize)")
      }
      (version, end) = (.int8(groupLength: Int(groupSize)), groupSizeOffset + 4)
    default: throw file.unsupported(.offset(4), feature: "llama2.c version \(number)")
    }
    // What stands there would mean something that this program does not know.
    for offset in end..<paddedHeaderByteCount {
      guard try file.integer(at: offset, as: UInt8.self) == 0 else {
        throw file.malformed(
          .offset(offset), expected: "zeros up to byte \(paddedHeaderByteCount)")
      }
    }
    return version
  }

  private static func flag(of file: MappedFile) throws(CheckpointError) -> Bool {
    let flag: UInt8 = try file.integer(at: tiedFlagOffset)
    guard flag <= 1 else {
      throw file.malformed(
        .offset(tiedFlagOffset), expected: "a shared_classifier of 0 or 1, found \(flag)")
    }
    return flag == 1
  }
}
