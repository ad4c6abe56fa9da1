import Checkpoints
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsWriterTests {
  // Written by version 0.8 of the Python package, by `save` with the metadata below.
  private static let reference = """
    EAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJrIjoidlx0XCIifSwiZW1wdHkiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6\
    WzAsNF0sImRhdGFfb2Zmc2V0cyI6WzAsMF19LCJ6LndlaWdodCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwzXSwi\
    ZGF0YV9vZmZzZXRzIjpbMCwyNF19LCLDqVwiXG4iOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0\
    cyI6WzI0LDI4XX0sImEuYmlhcyI6eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlsyOCwz\
    NF19fQAAAAAAAIA+AAAAPwAAQD8AAIA/AACgPwAA4ECAPwDASUA=
    """

  private static var example: SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: ["k": "v\t\""])
    writer.add(Tensor([1, -2, 3.140625], shape: [3]), named: "a.bias", as: .bfloat16)
    writer.add(Tensor([], shape: [0, 4]), named: "empty")
    writer.add(Tensor([7], shape: []), named: "é\"\n")
    writer.add(Tensor((0..<6).map { Float($0) / 4 }, shape: [2, 3]), named: "z.weight")
    return writer
  }

  @Test func givesTheReferenceImplementationsBytes() throws {
    let folder = try TemporaryFolder()
    try Self.example.write(to: folder / "file")
    #expect(try Data(contentsOf: folder / "file") == Data(base64Encoded: Self.reference))
    #expect(try folder.names() == ["file"])
  }

  @Test func readsTheReferenceImplementationsBytes() throws {
    let folder = try TemporaryFolder()
    let file = try SafetensorsFile(
      try folder.file(try #require(Data(base64Encoded: Self.reference))))
    #expect(file.metadata == ["k": "v\t\""])
    #expect(file.tensorNames == ["empty", "z.weight", "é\"\n", "a.bias"])
    #expect(try file.tensor(named: "a.bias")?.values == [1, -2, 3.140625])
    #expect(try file.tensor(named: "é\"\n")?.shape == [])
    #expect(try file.tensor(named: "empty")?.shape == [0, 4])
    #expect(try file.tensor(named: "z.weight")?.values == [0, 0.25, 0.5, 0.75, 1, 1.25])
  }

  @Test func roundTripKeepsFloat32AndRoundsToBFloat16() throws {
    var random = RandomSource(seed: 3)
    // Large enough to be borrowed from the mapping, and small enough to be copied.
    for shape in [[300, 200] as Shape, [7]] {
      let tensor = Tensor.normal(shape, deviation: 2, using: &random)
      var writer = SafetensorsWriter()
      writer.add(tensor, named: "full")
      writer.add(tensor, named: "half", as: .bfloat16)
      writer.add(tensor.bfloat16(), named: "stored half", as: .bfloat16)
      writer.add(tensor.bfloat16(), named: "widened")
      let folder = try TemporaryFolder()
      try writer.write(to: folder / "file")
      let file = try SafetensorsFile(folder / "file")
      #expect(try file.tensor(named: "full")?.values == tensor.values)
      for name in ["half", "stored half", "widened"] {
        #expect(try file.tensor(named: name)?.values == tensor.bfloat16().float32().values)
      }
    }
  }

  @Test func updatingALoadedTensorChangesNeitherTheFileNorAnotherLoad() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter()
    writer.add(Tensor(repeating: 1, shape: [1 << 15]), named: "x")
    try writer.write(to: folder / "file")
    let bytes = try Data(contentsOf: folder / "file")
    let file = try SafetensorsFile(folder / "file")
    let first = try #require(try file.tensor(named: "x"))
    first.update { $0.update(repeating: 2) }
    let second = try #require(try file.tensor(named: "x"))
    #expect(first.values.allSatisfy { $0 == 2 })
    #expect(second.values.allSatisfy { $0 == 1 })
    #expect(try Data(contentsOf: folder / "file") == bytes)
  }

  @Test func tensorsOutliveTheirFile() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter()
    writer.add(Tensor(repeating: 5, shape: [1 << 15]), named: "x")
    try writer.write(to: folder / "file")
    var file: SafetensorsFile? = try SafetensorsFile(folder / "file")
    let tensor = try #require(try file?.tensor(named: "x"))
    file = nil
    try FileManager.default.removeItem(at: folder / "file")
    #expect(tensor.values.reduce(0, +) == 5 * Float(1 << 15))
  }

  @Test func orderOfAdditionDoesNotMatter() throws {
    let folder = try TemporaryFolder()
    let names = ["b", "a", "c"]
    for (file, names) in [("one", names), ("two", names.reversed())] {
      var writer = SafetensorsWriter(metadata: ["y": "1", "x": "2"])
      for name in names {
        writer.add(
          Tensor([Float(name.count)], shape: [1]), named: name,
          as: name == "a" ? .bfloat16 : .float32)
      }
      try writer.write(to: folder / file)
    }
    #expect(try Data(contentsOf: folder / "one") == Data(contentsOf: folder / "two"))
  }

  @Test(arguments: ["a.bias", "__metadata__"])
  func namesThatClashAreRefused(name: String) throws {
    let folder = try TemporaryFolder()
    var writer = Self.example
    writer.add(Tensor([1], shape: [1]), named: name)
    let error = #expect(throws: CheckpointError.self) { try writer.write(to: folder / "file") }
    #expect(error?.description.contains("\"\(name)\"") == true)
    #expect(try folder.names() == [])
  }

  @Test func fullDiskLeavesTheOldCheckpoint() async throws {
    let folder = try TemporaryFolder()
    try Self.example.write(to: folder / "file")
    let old = try Data(contentsOf: folder / "file")
    await #expect(processExitsWith: .success) { [path = (folder / "file").path as String] in
      limitFileSize(to: 4096)
      var writer = SafetensorsWriter()
      writer.add(Tensor(repeating: 1, shape: [1 << 12]), named: "x", as: .bfloat16)
      let error = #expect(throws: FileSystemError.self) {
        try writer.write(to: URL(fileURLWithPath: path))
      }
      #expect(error?.description == "cannot write \(path): File too large")
    }
    #expect(try Data(contentsOf: folder / "file") == old)
    #expect(try folder.names() == ["file"])
  }
}
