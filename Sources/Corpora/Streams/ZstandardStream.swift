import CZstd

/// Unpacks Zstandard data (RFC 8878) of any number of frames with libzstd.
///
/// A frame may look back 128 MiB at most, libzstd's own limit, so that memory is bounded.
final class ZstandardStream: ByteStream {
  private let file: InputFile
  private let context: OpaquePointer
  private var packed: [UInt8] = []
  /// Packed bytes that are unpacked.
  private var used = 0
  /// Packed bytes that came before those in memory.
  private var packedOffset = 0
  /// What libzstd still expects of the frame, 0 between frames.
  private var expected = 1
  private var isOutputPending = false
  private var isAtEnd = false

  private static let blockSize = 1 << 16

  init(_ file: consuming InputFile) throws(DocumentError) {
    guard let context = ZSTD_createDCtx() else {
      throw .unreadable(path: file.path, reason: "libzstd cannot start")
    }
    self.file = file
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  func seek(to offset: Int) -> Bool { false }

  func read(_ count: Int, into buffer: inout [UInt8]) throws(DocumentError) -> Int {
    var total = 0
    while total < count, !isAtEnd {
      if used == packed.count, !isOutputPending {
        packedOffset += used
        used = 0
        packed.removeAll(keepingCapacity: true)
        if try file.read(Self.blockSize, into: &packed) == 0 {
          guard expected == 0 else { throw damaged("the Zstandard data ends early") }
          isAtEnd = true
          break
        }
      }
      total += try decompress(min(count - total, Self.blockSize), into: &buffer)
    }
    return total
  }

  private func decompress(_ count: Int, into buffer: inout [UInt8]) throws(DocumentError) -> Int {
    var status = 0
    let produced = packed.withUnsafeBytes { input in
      withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { output in
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: used)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: count, pos: 0)
        status = ZSTD_decompressStream(context, &target, &source)
        used = source.pos
        buffer.append(contentsOf: output[..<target.pos])
        return target.pos
      }
    }
    guard ZSTD_isError(status) == 0 else {
      throw damaged("the Zstandard data is damaged (\(String(cString: ZSTD_getErrorName(status))))")
    }
    expected = status
    // A full output may mean that libzstd holds more, though all its input is used.
    isOutputPending = produced == count && status != 0
    return produced
  }

  private func damaged(_ reason: String) -> DocumentError {
    .damaged(path: file.path, offset: packedOffset + used, reason: reason)
  }
}
