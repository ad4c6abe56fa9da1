import CommandLineInterface
import Corpora
import Files
import Foundation
import Tokenizers
import Training

/// Plain text files as training tokens, with the end of each held out.
struct BookCorpus {
  private(set) var training: [Int32] = []
  private(set) var validation: (tokens: [Int32], bytes: Int) = ([], 0)
  /// Excerpts of the training text, from all over it.
  private(set) var keep = ""
  private(set) var heldOut = ""

  /// Bytes of training text kept as excerpts, and bytes per excerpt.
  private static let (keepBytes, excerptBytes) = (1_200_000, 6_000)

  /// Reads the files; at least two rows of `length` tokens are to be trained on.
  ///
  /// - Throws: `DocumentError` for a file that cannot be read, `TrainingError.tooShort`, and an error where
  ///   nothing is left to hold out.
  init(
    _ files: [String], _ tokenizer: any Tokenizer, validationShare: Double, length: Int
  ) throws {
    let begin = tokenizer.beginningOfText.map { [$0] } ?? []
    var texts: [(file: String, text: String)] = []
    try TextFiles(files).forEachChunk { chunk in
      if texts.last?.file == chunk.path {
        texts[texts.count - 1].text += chunk.text
      } else {
        texts.append((chunk.path, chunk.text))
      }
    }
    let total = texts.reduce(0) { $0 + $1.text.utf8.count }
    for (_, text) in texts {
      let bytes = Array(text.utf8)
      let cut = Self.lineEnd(
        bytes, after: Int(Double(bytes.count) * (1 - validationShare)))
      training += begin + tokenizer.encode(String(decoding: bytes[..<cut], as: UTF8.self))
      heldOut += String(decoding: bytes[cut...], as: UTF8.self)
      // No more than there is: excerpts do not overlap.
      let excerpts = max(
        cut * min(Self.keepBytes, total) / max(total, 1) / Self.excerptBytes, 1)
      for index in 0..<excerpts {
        let start = Self.lineEnd(bytes[..<cut], after: cut / excerpts * index)
        let end = Self.lineEnd(bytes[..<cut], after: min(start + Self.excerptBytes, cut))
        keep += String(decoding: bytes[start..<end], as: UTF8.self)
      }
    }
    validation = (tokenizer.encode(heldOut), heldOut.utf8.count)
    let names = files.joined(separator: ", ")
    guard training.count > 2 * length else {
      throw TrainingError.tooShort(file: names, tokens: training.count, needed: 2 * length + 1)
    }
    guard validation.tokens.count > 1 else {
      throw CommandError(
        "\(names): the last \(Readable.percent(validationShare)) of every file is held out, from the end of a line "
          + "on, and there is no line; expected text in lines", exitCode: .badData)
    }
  }

  func writeNeutralTexts(to folder: URL) throws {
    try NeutralTexts.write(keep: keep, heldOut: heldOut, to: folder)
  }

  /// The first end of a line at or after `offset`, or the end of all.
  private static func lineEnd(_ bytes: some RandomAccessCollection<UInt8>, after offset: Int)
    -> Int
  {
    let start = bytes.index(bytes.startIndex, offsetBy: min(offset, bytes.count))
    guard let line = bytes[start...].firstIndex(of: 0x0a) else { return bytes.count }
    return bytes.distance(from: bytes.startIndex, to: line) + 1
  }
}
