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

/// A model of the same shape for the later versions: weights that count upwards, or fractions of either sign.
func llama2CWriter(isClassifierTied: Bool, counts: Bool = true) -> Llama2CWriter {
  var writer = Llama2CWriter(numbers: [4, 6, 2, 2, 1, 3, 5], isClassifierTied: isClassifierTied) {
    _, _ in []
  }
  let weights = writer.weights
  writer.values = { name, count in
    var first = 0
    for weight in weights.prefix(while: { $0.name != name }) { first += weight.count }
    return (first..<first + count).map { counts ? Float($0) : sin(Float($0) * 7) }
  }
  return writer
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

  @Test func versionOneHasNormalisationsFirst() throws {
    let folder = try TemporaryFolder()
    for isClassifierTied in [false, true] {
      let writer = llama2CWriter(isClassifierTied: isClassifierTied)
      let sound = try writer.floats()
      let file = try Llama2CFile(try folder.file(sound))
      #expect(file.configuration.version == .float32)
      #expect(file.configuration.isClassifierTied == isClassifierTied)
      #expect(file.configuration.keyHeadCount == 1 && file.configuration.contextLength == 5)
      #expect(file.tensorNames == writer.weights.map(\.name))
      var first: Float = 0
      for name in file.tensorNames {
        let tensor = try #require(try file.tensor(named: name), "\(name)")
        #expect(tensor.values == (0..<tensor.count).map { first + Float($0) }, "\(name)")
        first += Float(tensor.count)
      }
      #expect(sound.count == 256 + 4 * Int(first))
    }
  }

  @Test func versionTwoIsScalesTimesIntegers() throws {
    let folder = try TemporaryFolder()
    // Groups of eight go on across rows of four and six.
    for groupLength in [1, 2, 4, 8] {
      var writer = llama2CWriter(isClassifierTied: false, counts: false)
      if groupLength == 8 { writer.numbers[5] = 4 }
      let sound = try writer.integers(groupLength: groupLength)
      let file = try Llama2CFile(try folder.file(sound.file))
      #expect(file.configuration.version == .int8(groupLength: groupLength))
      #expect(file.tensorNames == writer.weights.map(\.name))
      let widened = try Llama2CFile(try folder.file(sound.widened, name: "widened"))
      for name in file.tensorNames {
        let tensor = try #require(try file.tensor(named: name), "\(name)")
        #expect(tensor.values == (try widened.tensor(named: name)?.values), "\(name)")
        #expect(try file.stored(name, rows: nil)?.values == tensor.values, "\(name)")
        guard tensor.shape.rank == 2 else { continue }
        let rows = try #require(try file.stored(name, rows: 1..<2))
        #expect(rows.values == tensor.sliced(axis: 0, 1..<2).values, "\(name)")
      }
    }
  }

  @Test func paddedHeadersMustMakeSense() throws {
    let floats = try llama2CWriter(isClassifierTied: true).floats()
    let integers = try llama2CWriter(isClassifierTied: true).integers(groupLength: 4).file
    let cases: [(Data, Int, Int32, String)] = [
      (floats, 8, 0, "a positive dim"), (floats, 20, 3, "n_heads that part dim 4"),
      (floats, 24, 3, "n_kv_heads that divide 2"), (floats, 28, -3, "a positive vocab_size"),
      (floats, 32, 0, "a positive seq_len"),
      (floats, 36, 2, "a shared_classifier of 0 or 1, found 2"),
      (floats, 37, 1, "zeros up to byte 256"), (integers, 252, 1, "zeros up to byte 256"),
      (integers, 37, 0, "a positive group_size, found 0"),
      (integers, 37, -4, "a positive group_size, found -4"),
      (integers, 37, 5, "a group_size that divides the 3 * 4 elements of a matrix, found 5"),
      (integers, 37, 12, "a group_size that divides the 4 * 4 elements of a matrix, found 12"),
      (integers, 37, .max, "a group_size that divides the 3 * 4 elements"),
    ]
    for (sound, offset, number, message) in cases {
      let complaint = try complaint(about: sound.replacing(at: offset, with: number))
      #expect(
        complaint.contains("byte \(offset), is not sound: expected \(message)"), "\(complaint)")
    }
    for sound in [floats, integers] {
      let size = sound.count
      #expect(
        try complaint(about: sound + [0]).contains("expected \(size) bytes for dim 4"))
      #expect(try complaint(about: sound.dropLast()).contains("found \(size - 1)"))
      for count in [5, 12, 36, 40, 255] {
        #expect(try complaint(about: sound.prefix(count)).contains("is not sound"), "\(count)")
      }
      for version in [Int32.min, -1, 0, 3, .max] {
        #expect(
          try complaint(about: sound.replacing(at: 4, with: version))
            .hasSuffix("byte 4, cannot be read: llama2.c version \(version) is not supported yet"))
      }
      var huge = sound
      for (offset, number) in [(8, Int32.max - 1), (12, .max), (16, .max), (20, 1), (28, .max)] {
        huge = huge.replacing(at: offset, with: number)
      }
      let complaint = try complaint(about: huge)
      #expect(
        complaint.contains("more bytes than there are") || complaint.contains("a group_size"),
        "\(complaint)")
    }
  }
}
