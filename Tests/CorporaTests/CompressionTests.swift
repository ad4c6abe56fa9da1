import Corpora
import Foundation
import Testing

@Suite struct CompressionTests {
  private func text(_ bytes: [UInt8], named name: String) throws -> String {
    var text = ""
    try Fixtures.withFile(bytes, named: name) { path in
      try TextFiles([path], chunkSize: 1_000).forEachChunk { text += $0.text }
    }
    return text
  }

  /// Some of it repeats, some hardly can be packed.
  private static let sample: [UInt8] = {
    var random = Fixtures.Generator(seed: 3)
    let words = (0..<60_000).map { index in
      index % 3 == 0 ? "again and again " : "\(UInt64.random(in: 0...(.max), using: &random)) "
    }
    return Array(words.joined().utf8)
  }()

  @Test(arguments: [".gz", ".zst"]) func packedFilesAreUnpacked(_ suffix: String) throws {
    let packed = PackedBytes.pack(Self.sample, as: suffix)
    #expect(packed.count < Self.sample.count)
    let expected = String(decoding: Self.sample, as: UTF8.self)
    #expect(try text(packed, named: "a.txt" + suffix) == expected)
    #expect(try text(packed + packed, named: "a.txt" + suffix) == expected + expected)
  }

  @Test func zerosBehindGzipArePassedOver() throws {
    let packed = PackedBytes.gzip(Array("text".utf8))
    #expect(try text(packed + Array(repeating: 0, count: 500), named: "a.gz") == "text")
  }

  @Test(arguments: [".gz", ".zst"]) func damageIsNamed(_ suffix: String) throws {
    let packed = PackedBytes.pack(Self.sample, as: suffix)
    var flipped = packed
    flipped[packed.count / 2] ^= 0x55
    var random = Fixtures.Generator(seed: 5)
    var damaged = [flipped, packed + Array("garbage".utf8), Array("plain text".utf8), []]
    for _ in 0..<12 {
      damaged.append(Array(packed[..<Int.random(in: 1..<packed.count, using: &random)]))
    }
    damaged.append(packed.dropLast(1))
    for bytes in damaged {
      let error = #expect(throws: DocumentError.self) {
        try text(bytes, named: "a.txt" + suffix)
      }
      guard case .damaged(let path, let offset, _)? = error else {
        Issue.record("\(bytes.count) bytes: \(String(describing: error))")
        continue
      }
      #expect(path.hasSuffix("a.txt" + suffix) && (0...bytes.count).contains(offset))
    }
  }
}
