import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct GGUFFileTests {
  private func open(_ builder: GGUFBuilder) throws -> GGUFFile {
    let folder = try TemporaryFolder()
    return try GGUFFile(try folder.file(builder.file()))
  }

  /// What the error says that opening the file gives; empty when there is none.
  private func complaint(about data: Data) throws -> String {
    let folder = try TemporaryFolder()
    let url = try folder.file(data)
    return #expect(throws: CheckpointError.self) { try GGUFFile(url) }?.description ?? ""
  }

  @Test func readsEveryValueType() throws {
    var builder = GGUFBuilder()
    let minusTwo: [(UInt32, Data)] = [
      (1, GGUFBuilder.bytes(of: Int8(-2))), (3, GGUFBuilder.bytes(of: Int16(-2))),
      (5, GGUFBuilder.bytes(of: Int32(-2))), (11, GGUFBuilder.bytes(of: Int64(-2))),
    ]
    let two: [(UInt32, Data)] = [
      (0, GGUFBuilder.bytes(of: UInt8(2))), (2, GGUFBuilder.bytes(of: UInt16(2))),
      (4, GGUFBuilder.bytes(of: UInt32(2))), (10, GGUFBuilder.bytes(of: UInt64(2))),
    ]
    for (type, data) in minusTwo + two { builder.add("integer.\(type)", type: type, data) }
    builder.add("float.6", type: 6, GGUFBuilder.bytes(of: Float(0.5).bitPattern))
    builder.add("float.12", type: 12, GGUFBuilder.bytes(of: Double(0.5).bitPattern))
    builder.add("bool", type: 7, Data([1]))
    builder.add("text", "Führer 🦙")
    builder.add("texts", ["a", "", "é"])
    builder.add("floats", [0.5, -1] as [Float])
    builder.add("integers", [3, -4] as [Int32])
    builder.add("huge", type: 10, GGUFBuilder.bytes(of: UInt64.max))
    let rows = [[1, 2], [3]].map { GGUFBuilder.array(type: 0, $0.map { Data([$0]) }) }
    builder.add("rows", type: 9, GGUFBuilder.array(type: 9, rows))
    let file = try open(builder)
    #expect(file.version == 3)
    for (type, _) in minusTwo { #expect(try file.value(of: "integer.\(type)") == -2) }
    for (type, _) in two { #expect(try file.value(of: "integer.\(type)") == 2) }
    #expect(try file.value(of: "float.6") == Float(0.5))
    #expect(try file.value(of: "float.12") == Float(0.5))
    #expect(try file.value(of: "integer.4", as: Float.self) == 2)
    #expect(try file.value(of: "bool") == true)
    #expect(try file.value(of: "text") == "Führer 🦙")
    #expect(try file.value(of: "texts") == ["a", "", "é"])
    #expect(try file.value(of: "floats") == [Float(0.5), -1])
    #expect(try file.value(of: "integers") == [3, -4])
    #expect(try file.value(of: "rows") == [[1, 2], [3]])
    #expect(try file.valueIfPresent(of: "missing", as: Int.self) == nil)
  }

  @Test func typedAccessNamesTheKey() throws {
    var builder = GGUFBuilder()
    builder.add("text", "x")
    builder.add("texts", ["x"])
    builder.add("huge", type: 10, GGUFBuilder.bytes(of: UInt64.max))
    let file = try open(builder)
    let cases: [(String, () throws -> Void)] = [
      (
        "key \"text\", is not sound: expected a whole number",
        { let _: Int = try file.value(of: "text") }
      ),
      (
        "key \"huge\", is not sound: expected a whole number",
        { let _: Int = try file.value(of: "huge") }
      ),
      (
        "key \"texts\", is not sound: expected an array, each element a number",
        { let _: [Float] = try file.value(of: "texts") }
      ),
      (
        "key \"none\", is not sound: expected true or false; the key is missing",
        { let _: Bool = try file.value(of: "none") }
      ),
    ]
    for (message, access) in cases {
      let error = #expect(throws: CheckpointError.self) { try access() }
      #expect(error?.description.hasSuffix(message) == true, "\(error?.description ?? "")")
    }
  }

  @Test func widensEveryReadableElementType() throws {
    var builder = GGUFBuilder()
    var floats = Data()
    floats.append(floats: [1, 2, 3, 4, 5, 6])
    builder.add("f32", extents: [3, 2], type: 0, floats)
    builder.add("f16", extents: [2], type: 1, Data([0, 0x3c, 0, 0xc0]))
    builder.add("bf16", extents: [2], type: 30, Data([0x80, 0x3f, 0, 0xc0]))
    // Two blocks with the scales 0.5 and -2.
    let counting = Data((0..<32).map { UInt8(bitPattern: Int8($0 - 16)) })
    builder.add("q8_0", extents: [32, 2], type: 8, [0, 0x38] + counting + [0, 0xc0] + counting)
    builder.add("scalar", extents: [], type: 0, GGUFBuilder.bytes(of: Float(9).bitPattern))
    builder.add("q5_k", extents: [256], type: 13, Data(count: 176))
    for version: UInt32 in [2, 3] {
      builder.version = version
      let file = try open(builder)
      #expect(file.tensorNames == ["f32", "f16", "bf16", "q8_0", "scalar", "q5_k"])
      let matrix = try #require(try file.tensor(named: "f32"))
      #expect(matrix.shape == [2, 3])
      #expect(matrix.values == [1, 2, 3, 4, 5, 6])
      #expect(try file.tensor(named: "f16")?.values == [1, -2])
      #expect(try file.tensor(named: "bf16")?.values == [1, -2])
      #expect(
        try file.tensor(named: "q8_0")?.values
          == (-16..<16).map { Float($0) * 0.5 } + (-16..<16).map { Float($0) * -2 })
      #expect(try file.tensor(named: "scalar")?.scalar == 9)
      #expect(file.shape(of: "q8_0") == [2, 32])
      #expect(try file.tensor(named: "missing") == nil)
      let error = #expect(throws: CheckpointError.self) { try file.tensor(named: "q5_k") }
      #expect(error?.description.contains("element type Q5_K is not supported yet") == true)
    }
  }

  @Test func unalignedTensorsAreRead() throws {
    var builder = GGUFBuilder()
    builder.alignment = 2
    builder.add("general.alignment", 2)
    builder.add("pad", extents: [1], type: 30, Data([0x80, 0x3f]))
    var data = Data()
    let numbers = (0..<40_000).map { Float($0) }
    data.append(floats: numbers)
    builder.add("x", extents: [40_000], type: 0, data)
    // Two tensors of which one at least is not aligned to four bytes.
    builder.add("y", extents: [1], type: 30, Data([0x80, 0x3f]))
    builder.add("z", extents: [40_000], type: 0, data)
    let file = try open(builder)
    #expect(try file.tensor(named: "x")?.values == numbers)
    #expect(try file.tensor(named: "z")?.values == numbers)
  }

  @Test func countsAndVersionsThatLieAreRefused() throws {
    var builder = GGUFBuilder()
    builder.add("k", 1)
    let sound = builder.file()
    for count in [2, 1 << 20, UInt64(Int.max), UInt64.max] {
      let tensors = try complaint(about: sound.replacing(at: 8, with: count))
      #expect(tensors.contains(": expected "))
      let values = try complaint(about: sound.replacing(at: 16, with: count))
      #expect(values.contains(": expected "))
    }
    #expect(try complaint(about: sound.replacing(at: 4, with: UInt32(1))).contains("version 1"))
    #expect(try complaint(about: sound.replacing(at: 4, with: UInt32(9))).contains("found 9"))
    #expect(
      try complaint(about: sound.replacing(at: 4, with: UInt32(3).byteSwapped))
        .contains("big-endian"))
    #expect(try complaint(about: Data("PK\u{3}\u{4}".utf8)).contains("begins with \"GGUF\""))
    for length in stride(from: 1, to: 24 + 8 + 1 + 4 + 4, by: 3) {
      _ = try complaint(about: sound.prefix(length))
    }
  }

  @Test func arraysThatLieAreRefused() throws {
    for (type, count): (UInt32, UInt64) in [
      (0, .max), (8, 1 << 40), (10, 1 << 61), (9, 1 << 59), (12, UInt64(Int.max)), (13, 1),
    ] {
      var builder = GGUFBuilder()
      builder.add(
        "k", type: 9, GGUFBuilder.bytes(of: type) + GGUFBuilder.bytes(of: count) + Data(count: 32))
      #expect(try complaint(about: builder.file()).contains("expected "), "\(type) \(count)")
    }
    var nested = Data([1])
    for depth in 0..<1000 {
      nested = GGUFBuilder.array(type: depth == 0 ? 0 : 9, [nested])
      guard depth == 3 || depth == 4 || depth == 999 else { continue }
      var builder = GGUFBuilder()
      builder.add("k", type: 9, nested)
      if depth == 3 {
        _ = try open(builder)
      } else {
        #expect(try complaint(about: builder.file()).contains("more than 4 deep"))
      }
    }
  }

  @Test func tensorsThatLieAreRefused() throws {
    func complaint(_ change: (inout GGUFBuilder.Tensor) -> Void) throws -> String {
      var builder = GGUFBuilder()
      builder.add("a", extents: [8], type: 0, Data(count: 32))
      builder.add("b", extents: [8], type: 0, Data(count: 32))
      change(&builder.tensors[1])
      return try self.complaint(about: builder.file())
    }
    #expect(try complaint { $0.offset = 0 }.contains("overlap \"a\""))
    #expect(try complaint { $0.offset = 16 }.contains("multiple of 32"))
    #expect(try complaint { $0.offset = 64 }.contains("32 bytes at offset"))
    #expect(try complaint { $0.offset = 1 << 40 }.contains("inside the file"))
    #expect(try complaint { $0.offset = .max - 31 }.contains("inside the file"))
    #expect(try complaint { $0.extents = [.max] }.contains("smaller extents"))
    #expect(try complaint { $0.extents = [1 << 62, 4] }.contains("extents that F32"))
    #expect(try complaint { $0.extents = [1 << 40, 1 << 40, 0] }.contains("extents that F32"))
    #expect(try complaint { $0.extents = [9] }.contains("36 bytes at offset"))
    #expect(try complaint { $0.extents = [1, 1, 1, 1, 8] }.contains("at most 4 extents"))
    #expect(try complaint { $0.type = 8 }.contains("extents that Q8_0"))
    #expect(try complaint { $0.type = 77 }.contains("element type number 77"))
    #expect(try complaint { $0.name = "a" }.contains("a name that only one tensor has"))
  }

  @Test(arguments: [0, 3, 48] as [UInt32])
  func alignmentMustBeAPowerOfTwo(alignment: UInt32) throws {
    var builder = GGUFBuilder()
    builder.add("general.alignment", alignment)
    #expect(try complaint(about: builder.file()).contains("general.alignment"))
  }

  @Test func keysMustBeUniqueAndText() throws {
    var builder = GGUFBuilder()
    builder.add("k", 1)
    builder.add("k", 2)
    #expect(try complaint(about: builder.file()).contains("a key that appears once"))
    var binary = GGUFBuilder()
    binary.add("k", 1)
    let data = binary.file().replacing(at: 32, with: UInt8(0xff))
    #expect(try complaint(about: data).contains("byte 32, is not sound: expected a key in UTF-8"))
  }
}
