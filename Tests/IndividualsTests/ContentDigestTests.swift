import Files
import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct ContentDigestTests {
  /// The examples published with FIPS 180-4.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func publishedExamples(text: String, digest: String) {
    #expect(ContentDigest.sha256(Data(text.utf8)) == digest)
  }

  @Test func fileInPieces() throws {
    let folder = try TemporaryFolder()
    // Longer than a piece, and not a whole number of blocks.
    let data = Data((0..<(1 << 20) + 77).map { UInt8(truncatingIfNeeded: $0 * 31) })
    try AtomicFile.write(data, to: folder / "bytes")
    #expect(try ContentDigest.sha256(contentsOf: folder / "bytes") == ContentDigest.sha256(data))
    #expect(throws: FileSystemError.self) {
      try ContentDigest.sha256(contentsOf: folder / "missing")
    }
  }

  @Test func everyLengthAroundABlock() {
    let digests = (0...130).map { ContentDigest.sha256(Data(repeating: 7, count: $0)) }
    #expect(Set(digests).count == 131)
    #expect(digests.allSatisfy { $0.utf8.count == 64 })
  }
}
