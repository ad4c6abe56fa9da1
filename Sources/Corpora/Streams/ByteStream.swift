/// Bytes that come one after the other, from a file or out of its compressed form.
protocol ByteStream: AnyObject {
  /// Appends up to `count` bytes; fewer only at the end.
  ///
  /// - Returns: How many bytes were appended.
  func read(_ count: Int, into buffer: inout [UInt8]) throws(DocumentError) -> Int

  /// Goes to an offset and says so, or returns false where only reading leads there.
  func seek(to offset: Int) throws(DocumentError) -> Bool
}

/// How a file's bytes are packed, told by the last extension of its name.
enum Compression: String, CaseIterable {
  case gzip = ".gz"
  case zstandard = ".zst"

  init?(path: String) {
    let name = path.lowercased()
    guard let found = Self.allCases.first(where: { name.hasSuffix($0.rawValue) }) else {
      return nil
    }
    self = found
  }

  /// The unpacked bytes of a file.
  static func open(_ path: String) throws(DocumentError) -> any ByteStream {
    let file = try InputFile(path: path)
    return switch Compression(path: path) {
    case .gzip: try GzipStream(file)
    case .zstandard: try ZstandardStream(file)
    case nil: FileStream(file)
    }
  }
}

/// The bytes of a file as they are.
final class FileStream: ByteStream {
  private let file: InputFile

  init(_ file: consuming InputFile) { self.file = file }

  func read(_ count: Int, into buffer: inout [UInt8]) throws(DocumentError) -> Int {
    try file.read(count, into: &buffer)
  }

  func seek(to offset: Int) throws(DocumentError) -> Bool {
    // Beyond the end of the file, reading finds out that it has become shorter.
    guard let size = file.size, offset <= size else { return false }
    try file.seek(to: offset)
    return true
  }
}
