import Foundation
import Synchronization
import Tokenizers

/// Real tokenizers and texts, which the repository does not hold.
enum SharedData {
  static let folder: String = {
    if let folder = ProcessInfo.processInfo.environment["CIRCADIAN_DATA"] { return folder }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.deletingLastPathComponent().appendingPathComponent("shared/data").path
  }()

  static let isPresent: Bool = {
    let isPresent = FileManager.default.fileExists(atPath: folder + "/tokenizers")
    if !isPresent { print("skipped: tests on real tokenizers, no data at \(folder)") }
    return isPresent
  }()

  /// A tokenizer of that folder, opened once for all tests.
  static func tokenizer(_ name: String) throws -> any Tokenizer {
    try opened.withLock { opened in
      if let tokenizer = opened[name] { return tokenizer }
      let tokenizer = try TokenizerFile.load("\(folder)/tokenizers/\(name)")
      opened[name] = tokenizer
      return tokenizer
    }
  }

  private static let opened = Mutex<[String: any Tokenizer]>([:])

  static func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")), as: UTF8.self)
  }
}

/// A folder for one test's files, removed with it.
final class ScratchFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/tokenizers-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ contents: [UInt8], as name: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(contents).write(to: URL(fileURLWithPath: file))
    return file
  }

  func write(_ text: String, as name: String) throws -> String {
    try write(Array(text.utf8), as: name)
  }
}

/// The same draws in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension String {
  /// Text of any Unicode scalars, mixed from several scripts, spaces, controls and quotes.
  static func random(length: Int, using generator: inout SeededGenerator) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0...0x20, 0xA0...0x24F, 0x300...0x36F, 0x400...0x4FF, 0x900...0x97F,
      0x2000...0x206F, 0x3040...0x30FF, 0x4E00...0x9FFF, 0x1F300...0x1F64F, 0...0x10FFFF,
    ]
    var scalars = String.UnicodeScalarView()
    while scalars.count < length {
      let range = ranges[Int.random(in: 0..<ranges.count, using: &generator)]
      if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) {
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  /// Equality of code points: Swift's own takes canonically equivalent texts for the same.
  func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
