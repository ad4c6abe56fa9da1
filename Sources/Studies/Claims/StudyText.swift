import Foundation
import Individuals

/// English text that always lies at hand: the novels that the default core keeps in mind.
enum StudyText {
  /// How many symbols there are: a space and the letters from a to z.
  static let symbolCount = 27

  static var kept: String {
    get throws {
      try String(
        contentsOf: DefaultCore.folder.appendingPathComponent("neutral/keep.txt"), encoding: .utf8)
    }
  }

  /// The first letters of it without case, whatever lies between words being one space: 0 is the space, 1 to 26 are a to z.
  static func letters(_ count: Int) throws -> [UInt8] {
    var letters: [UInt8] = []
    for byte in try kept.utf8 {
      guard letters.count < count else { break }
      let lower = byte | 0x20
      if (0x61...0x7a).contains(lower) {
        letters.append(lower - 0x60)
      } else if let last = letters.last, last != 0 {
        letters.append(0)
      }
    }
    return letters
  }

  static func string(_ letters: some Sequence<UInt8>) -> String {
    String(decoding: letters.map { $0 == 0 ? 0x20 : $0 + 0x60 }, as: UTF8.self)
  }
}
