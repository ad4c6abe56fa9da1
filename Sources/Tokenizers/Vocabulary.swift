import Foundation

/// The bytes of every token, by id, and the way back from bytes to id.
struct Vocabulary: Sendable {
  private let bytes: [UInt8]
  private let offsets: [UInt32]
  /// Open addressing; a slot is the hash's upper half beside the id plus one, or zero.
  private var slots: [UInt64]

  /// One more than the largest id.
  var count: Int { offsets.count - 1 }

  /// Lays the tokens out in id order; an empty array is an id without a token.
  ///
  /// Ids in `hidden` have bytes but are not found by them, as added tokens.
  /// - Throws: `TokenizerError.invalidVocabulary` for two visible tokens with the same bytes.
  init(tokens: [[UInt8]], hidden: (Int32) -> Bool) throws {
    let total = tokens.reduce(0) { $0 + $1.count }
    guard tokens.count < Self.idLimit, total < Int(UInt32.max) else {
      throw TokenizerError.invalidVocabulary(
        "\(tokens.count) tokens of \(total) bytes; at most \(Self.idLimit) ids and 4 GB are read")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(total)
    var offsets: [UInt32] = [0]
    offsets.reserveCapacity(tokens.count + 1)
    for token in tokens {
      bytes.append(contentsOf: token)
      offsets.append(UInt32(bytes.count))
    }
    self.bytes = bytes
    self.offsets = offsets
    var capacity = 16
    while capacity < tokens.count * 2 { capacity *= 2 }
    slots = [UInt64](repeating: 0, count: capacity)
    for id in 0..<Int32(tokens.count) where !tokens[Int(id)].isEmpty && !hidden(id) {
      if let other = insert(id) {
        throw TokenizerError.invalidVocabulary(
          "tokens \(other) and \(id) are both '\(String(decoding: self[id], as: UTF8.self))'")
      }
    }
  }

  /// Ids stay below this, so that a lying file cannot ask for gigabytes.
  static let idLimit = 1 << 24

  /// The limit for a file of so many bytes, in which a dense vocabulary has fewer tokens.
  static func idLimit(fileSize: Int) -> Int { min(idLimit, max(1 << 16, fileSize)) }

  /// A token's bytes; none for an id out of range.
  subscript(id: Int32) -> ArraySlice<UInt8> {
    guard id >= 0, Int(id) < count else { return [] }
    return bytes[Int(offsets[Int(id)])..<Int(offsets[Int(id) + 1])]
  }

  func appendBytes(of id: Int32, to text: inout [UInt8]) {
    guard id >= 0, Int(id) < count else { return }
    let range = Int(offsets[Int(id)])..<Int(offsets[Int(id) + 1])
    bytes.withUnsafeBufferPointer {
      text.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range]))
    }
  }

  /// The id of the token with these bytes, whose hash the caller may know already.
  func id(of token: UnsafeBufferPointer<UInt8>, hash: UInt64? = nil) -> Int32? {
    let hash = hash ?? byteHash(token)
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while slots[index] != 0 {
      let slot = slots[index]
      if slot >> 32 == hash >> 32 {
        let id = Int32(truncatingIfNeeded: slot) - 1
        if isToken(id, equalTo: token) { return id }
      }
      index = (index + 1) & mask
    }
    return nil
  }

  func id(of token: some Collection<UInt8>) -> Int32? {
    let found = token.withContiguousStorageIfAvailable { id(of: $0) }
    return found ?? Array(token).withUnsafeBufferPointer { id(of: $0) }
  }

  private func isToken(_ id: Int32, equalTo token: UnsafeBufferPointer<UInt8>) -> Bool {
    let start = Int(offsets[Int(id)])
    let count = Int(offsets[Int(id) + 1]) - start
    guard count == token.count else { return false }
    return bytes.withUnsafeBufferPointer { stored in
      guard let first = stored.baseAddress, let second = token.baseAddress else { return true }
      return memcmp(first + start, second, count) == 0
    }
  }

  /// Calls the body with each token's bytes in the order of ids.
  func forEachToken(
    _ body: (Int32, UnsafeBufferPointer<UInt8>) throws -> Void
  ) rethrows {
    try bytes.withUnsafeBufferPointer { bytes in
      for id in 0..<count {
        let range = Int(offsets[id])..<Int(offsets[id + 1])
        try body(Int32(id), UnsafeBufferPointer(rebasing: bytes[range]))
      }
    }
  }

  /// Makes a token findable; returns the token with the same bytes where there is one.
  private mutating func insert(_ id: Int32) -> Int32? {
    let range = Int(offsets[Int(id)])..<Int(offsets[Int(id) + 1])
    let (other, hash) = bytes.withUnsafeBufferPointer { all in
      let token = UnsafeBufferPointer(rebasing: all[range])
      let hash = byteHash(token)
      return (self.id(of: token, hash: hash), hash)
    }
    if let other { return other }
    let mask = slots.count - 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while slots[index] != 0 { index = (index + 1) & mask }
    slots[index] = (hash >> 32) << 32 | UInt64(id + 1)
    return nil
  }
}

/// Hashes bytes eight at a time by folding 128-bit products; the same on every machine.
@inline(__always)
func byteHash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
  let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
  var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0xA076_1D64_78BD_642F
  guard let base = bytes.baseAddress else { return hash }
  let raw = UnsafeRawPointer(base)
  var offset = 0
  while offset + 8 <= bytes.count {
    let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
    let product = (hash ^ word).multipliedFullWidth(by: factor)
    hash = product.high ^ product.low
    offset += 8
  }
  // The rest, the last byte lowest, in at most three reads.
  var tail: UInt64 = 0
  let rest = bytes.count - offset
  if rest & 4 != 0 {
    tail = UInt64(raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self).bigEndian)
    offset += 4
  }
  if rest & 2 != 0 {
    let pair = raw.loadUnaligned(fromByteOffset: offset, as: UInt16.self).bigEndian
    tail = tail << 16 | UInt64(pair)
    offset += 2
  }
  if rest & 1 != 0 { tail = tail << 8 | UInt64(bytes[offset]) }
  let product = (hash ^ tail ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(by: factor)
  return product.high ^ product.low
}
