import CZlib

/// Unpacks gzip data (RFC 1952) of any number of members with zlib.
final class GzipStream: ByteStream {
  private let file: InputFile
  /// zlib keeps the address of its state, so it must not move.
  private let state: UnsafeMutablePointer<z_stream>
  private var packed: [UInt8] = []
  /// Packed bytes that are unpacked.
  private var used = 0
  /// Packed bytes that came before those in memory.
  private var packedOffset = 0
  private var isInsideMember = true
  private var isAtEnd = false

  private static let blockSize = 1 << 16

  init(_ file: consuming InputFile) throws(DocumentError) {
    let path = file.path
    self.file = file
    state = .allocate(capacity: 1)
    state.initialize(to: z_stream())
    // 15 bits of window, and 16 for a gzip header.
    let status = inflateInit2_(state, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      throw .unreadable(path: path, reason: "zlib cannot start (\(status))")
    }
  }

  deinit {
    inflateEnd(state)
    state.deallocate()
  }

  func seek(to offset: Int) -> Bool { false }

  func read(_ count: Int, into buffer: inout [UInt8]) throws(DocumentError) -> Int {
    var total = 0
    while total < count, !isAtEnd {
      if used == packed.count {
        packedOffset += used
        used = 0
        packed.removeAll(keepingCapacity: true)
        if try file.read(Self.blockSize, into: &packed) == 0 {
          guard !isInsideMember else { throw damaged("the gzip data ends early") }
          isAtEnd = true
          break
        }
      }
      if !isInsideMember, try !beginMember() { continue }
      total += try inflate(min(count - total, Self.blockSize), into: &buffer)
    }
    return total
  }

  /// Whether another member follows the one that ended; zeros that fill up a block are passed over.
  private func beginMember() throws(DocumentError) -> Bool {
    while used < packed.count, packed[used] == 0 { used += 1 }
    guard used < packed.count else { return false }
    guard inflateReset(state) == Z_OK else { throw damaged("zlib cannot start again") }
    isInsideMember = true
    return true
  }

  private func inflate(_ count: Int, into buffer: inout [UInt8]) throws(DocumentError) -> Int {
    var status = Z_OK
    let produced = packed.withUnsafeMutableBufferPointer { input in
      withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { output in
        state.pointee.next_in = input.baseAddress.map { $0 + used }
        state.pointee.avail_in = UInt32(input.count - used)
        state.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        state.pointee.avail_out = UInt32(count)
        status = CZlib.inflate(state, Z_NO_FLUSH)
        used = input.count - Int(state.pointee.avail_in)
        let produced = count - Int(state.pointee.avail_out)
        buffer.append(contentsOf: output[..<produced])
        return produced
      }
    }
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isInsideMember = false
    case Z_NEED_DICT: throw damaged("the gzip data needs a dictionary")
    default:
      let reason = state.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
      throw damaged("the gzip data is damaged (\(reason))")
    }
    return produced
  }

  private func damaged(_ reason: String) -> DocumentError {
    .damaged(path: file.path, offset: packedOffset + used, reason: reason)
  }
}
