import CommandLineInterface

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A terminal in memory: what is written inside is read outside.
final class PseudoTerminal {
  private let outside: Int32
  private let inside: Int32

  struct Unavailable: Error {}

  init(columns: UInt16) throws {
    // Looked up at run time: Glibc's Swift module leaves the pseudo-terminal functions out.
    typealias OpenPTY =
      @convention(c) (
        UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<CChar>?,
        UnsafeMutableRawPointer?, UnsafeMutablePointer<winsize>
      ) -> Int32
    guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "openpty") else { throw Unavailable() }
    let open = unsafeBitCast(symbol, to: OpenPTY.self)
    var ends: (outside: Int32, inside: Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    guard open(&ends.outside, &ends.inside, nil, nil, &size) == 0 else { throw Unavailable() }
    (outside, inside) = ends
  }

  deinit {
    close(inside)
    close(outside)
  }

  func terminal(environment: [String: String]) -> Terminal {
    Terminal(fileDescriptor: inside, environment: environment)
  }

  /// All that was written so far; at most what the terminal holds, which is some kilobytes.
  func text() throws -> String {
    // Bytes arrive outside a little later and in pieces: an end mark tells when all are there.
    let end = "\u{4}end"
    try terminal(environment: [:]).write(end)
    var bytes: [UInt8] = []
    while !bytes.suffix(end.utf8.count).elementsEqual(end.utf8) {
      var chunk = [UInt8](repeating: 0, count: 4096)
      let count = read(outside, &chunk, chunk.count)
      guard count > 0 else { throw Unavailable() }
      bytes += chunk.prefix(count)
    }
    return String(decoding: bytes.dropLast(end.utf8.count), as: UTF8.self)
  }
}
