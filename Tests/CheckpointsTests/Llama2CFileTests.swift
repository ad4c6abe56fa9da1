import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// A tiny llama2.c file whose weights count upwards.
func llama2C(vocabularySize: Int32 = 3, layerCount: Int32 = 2) -> Data {
  let width = 4
  let keyWidth = 2
  let hidden = 6
  let layer = 2 * width + 2 * width * width + 2 * keyWidth * width + 3 * hidden * width
  let embedding = Int(vocabularySize.magnitude) * width
  let rotary = 5 * 2
  let count =
    embedding + Int(layerCount) * layer + width + rotary + (vocabularySize < 0 ? embedding : 0)
  var data = Data()
  for number in [Int32(width), Int32(hidden), layerCount, 2, 1, vocabularySize, 5] {
    data.append(integer: number)
  }
  data.append(floats: (0..<count).map(Float.init))
  return data
}

@Suite struct Llama2CFileTests {
  private func complaint(about data: Data) throws -> String {
    let folder = try TemporaryFolder()
    let url = try folder.file(data)
    return #expect(throws: CheckpointError.self) { try Llama2CFile(url) }?.description ?? ""
  }

  @Test func weightsStandInTheOrderOfTheExport() throws {
    let folder = try TemporaryFolder()
    let file = try Llama2CFile(try folder.file(llama2C(vocabularySize: -3)))
    #expect(!file.configuration.isClassifierTied)
    #expect(file.configuration.headWidth == 2)
    #expect(file.tensorNames.count == 1 + 9 * 2 + 1 + 1)
    let expected: [(String, Shape, Float)] = [
      ("token_embedding", [3, 4], 0),
      ("layers.0.attention_norm", [4], 12), ("layers.1.attention_norm", [4], 16),
      ("layers.0.attention.wq", [4, 4], 20), ("layers.1.attention.wq", [4, 4], 36),
      ("layers.0.attention.wk", [2, 4], 52), ("layers.0.attention.wv", [2, 4], 68),
      ("layers.0.attention.wo", [4, 4], 84), ("layers.0.feed_forward_norm", [4], 116),
      ("layers.0.feed_forward.w1", [6, 4], 124), ("layers.0.feed_forward.w2", [4, 6], 172),
      ("layers.1.feed_forward.w3", [6, 4], 244), ("norm", [4], 268),
      // Ten rotary numbers stand between.
      ("output", [3, 4], 282),
    ]
    for (name, shape, first) in expected {
      let tensor = try #require(try file.tensor(named: name), "\(name)")
      #expect(tensor.shape == shape)
      #expect(tensor.values == (0..<shape.count).map { first + Float($0) }, "\(name)")
    }
  }

  @Test func tiedClassifierHasNoTensor() throws {
    let folder = try TemporaryFolder()
    let file = try Llama2CFile(try folder.file(llama2C()))
    #expect(file.configuration.isClassifierTied)
    #expect(try file.tensor(named: "output") == nil)
  }

  @Test func sizeMustAgreeWithTheHeader() throws {
    let sound = llama2C()
    #expect(try complaint(about: sound + [0]).contains("expected 1156 bytes for dim 4"))
    #expect(try complaint(about: sound.dropLast()).contains("found 1155"))
    #expect(try complaint(about: sound.prefix(20)).contains("byte 20, is not sound"))
    let huge = sound.replacing(at: 8, with: Int32.max).replacing(at: 4, with: Int32.max)
      .replacing(at: 20, with: Int32.max).replacing(at: 0, with: Int32.max - 1)
      .replacing(at: 12, with: Int32(1))
    #expect(try complaint(about: huge).contains("more bytes than there are"))
  }

  @Test func headerMustMakeSense() throws {
    let sound = llama2C()
    let cases: [(Int, Int32, String)] = [
      (0, 0, "a positive dim"), (4, -1, "a positive hidden_dim"), (8, 0, "a positive n_layers"),
      (12, 0, "a positive n_heads"), (12, 3, "n_heads that part dim 4"),
      (16, 0, "a positive n_kv_heads"), (16, 3, "n_kv_heads that divide 2"),
      (20, 0, "a vocab_size other than 0"), (24, 0, "a positive seq_len"),
    ]
    for (offset, number, message) in cases {
      let complaint = try complaint(about: sound.replacing(at: offset, with: number))
      #expect(complaint.contains("byte \(offset), is not sound: expected \(message)"))
    }
    #expect(try complaint(about: sound.replacing(at: 20, with: Int32.min)).contains("bytes"))
  }

  @Test func laterVersionsAreNamed() throws {
    let data = llama2C().replacing(at: 0, with: UInt32(0x616b_3432)).replacing(
      at: 4, with: Int32(2))
    #expect(try complaint(about: data).contains("llama2.c version 2 (int8) is not supported yet"))
  }
}
