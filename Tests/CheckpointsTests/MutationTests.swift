import Checkpoints
import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// Damaged files must give an error or sound tensors: never a trap, never more memory than they can fill.
@Suite struct MutationTests {
  private static let count = 2500

  @Test func safetensors() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter(metadata: ["step": "12"])
    writer.add(Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]), named: "layers.0.weight")
    writer.add(Tensor([1, 2, 3], shape: [3]), named: "layers.0.bias", as: .bfloat16)
    writer.add(Tensor([7], shape: []), named: "scale")
    try writer.write(to: folder / "sound")
    try check(try Data(contentsOf: folder / "sound"), in: folder) { try SafetensorsFile($0) }
  }

  @Test func llama2C() throws {
    try check(CheckpointsTests.llama2C(vocabularySize: -3), in: TemporaryFolder()) {
      try Llama2CFile($0)
    }
  }

  @Test func laterLlama2C() throws {
    let writer = llama2CWriter(isClassifierTied: false, counts: false)
    try check(writer.floats(), in: TemporaryFolder()) { try Llama2CFile($0) }
    try check(writer.integers(groupLength: 4).file, in: TemporaryFolder()) { try Llama2CFile($0) }
  }

  @Test func gguf() throws {
    var builder = GGUFBuilder()
    builder.add("general.alignment", 32)
    builder.add("general.name", "small")
    builder.add("llama.values", [1.5, 2.5] as [Float])
    builder.add("llama.names", ["one", "two"])
    builder.add("a.weight", extents: [3, 2], type: 0, Data(count: 24))
    builder.add("b.weight", extents: [32], type: 8, Data(count: 34))
    builder.add("c.weight", extents: [5], type: 30, Data(count: 10))
    try check(builder.file(), in: TemporaryFolder()) { url in
      let file = try GGUFFile(url)
      for key in file.metadata.keys {
        _ = try? file.value(of: key, as: [String].self)
        _ = try? file.value(of: key, as: [Float].self)
        _ = try? file.value(of: key, as: Int.self)
      }
      return file
    }
  }

  @Test func ggufTokenizer() throws {
    try check(GGUFTokenizerTests.sentencePieces().file(), in: TemporaryFolder()) { url in
      let file = try GGUFFile(url)
      let tokenizer = try file.tokenizer()
      _ = tokenizer.decode(tokenizer.encode("ab a é", recognizingSpecialTokens: true))
      return file
    }
  }

  private func check(
    _ sound: Data, in folder: TemporaryFolder, open: (URL) throws -> some TensorSource
  ) throws {
    var random = RandomSource(seed: 17)
    var openedCount = 0
    for round in 0...Self.count {
      let data = round == 0 ? sound : Mutation.random(of: sound, using: &random)
      let url = try folder.file(data, name: "damaged")
      do {
        let source = try open(url)
        openedCount += 1
        for name in source.tensorNames {
          guard let tensor = try? source.tensor(named: name) else { continue }
          #expect(tensor.count <= data.count)
        }
      } catch {
        #expect(round > 0, "\(error)")
        #expect(!"\(error)".isEmpty)
      }
    }
    // Some damage is harmless and some is not; else the mutations would test nothing.
    #expect(openedCount > Self.count / 100)
    #expect(openedCount < Self.count)
  }
}

enum Mutation {
  private static let lies: [UInt64] = [
    0, 1, 2, 7, 31, 33, 255, 1 << 16, 1 << 31, 1 << 32, 1 << 40, 1 << 62, UInt64(Int.max),
    UInt64(Int.max) - 7, 1 << 63, .max, .max - 7,
  ]

  /// One to three changes: a flipped bit, a byte, a number that lies, a piece lost, doubled or moved.
  static func random(of sound: Data, using random: inout RandomSource) -> Data {
    var data = sound
    for _ in 0..<random.integer(in: 1..<4) where data.count > 8 {
      // Headers decide what is read, so half of the changes go there.
      let reach = random.integer(in: 0..<2) == 0 ? min(data.count, 256) : data.count
      let place = random.integer(in: 0..<reach - 7)
      switch random.integer(in: 0..<8) {
      case 0, 1: data[place] ^= 1 << UInt8(random.integer(in: 0..<8))
      case 2: data[place] = UInt8(random.integer(in: 0..<256))
      case 3: data = data.replacing(at: place, with: lies[random.integer(in: 0..<lies.count)])
      case 4:
        let lie = UInt32(truncatingIfNeeded: lies[random.integer(in: 0..<lies.count)])
        data = data.replacing(at: place, with: lie)
      case 5: data = data.prefix(random.integer(in: 0..<data.count))
      case 6: data.removeSubrange(place..<place + random.integer(in: 1..<8))
      default: data.insert(contentsOf: data[place..<place + 8], at: place)
      }
    }
    return data
  }
}
