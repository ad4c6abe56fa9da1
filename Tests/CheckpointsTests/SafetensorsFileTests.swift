import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
  private func open(_ header: String, byteCount: Int) throws -> SafetensorsFile {
    let folder = try TemporaryFolder()
    return try SafetensorsFile(try folder.file(safetensors(header, byteCount: byteCount)))
  }

  @Test func widensEveryElementType() throws {
    // Each element type holds the numbers 1 and -2 (or 2 without a sign).
    let cases: [(String, [UInt8], [Float])] = [
      ("F32", [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], [1, -2]),
      ("F64", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0], [1, -2]),
      ("F16", [0, 0x3c, 0, 0xc0], [1, -2]), ("BF16", [0x80, 0x3f, 0, 0xc0], [1, -2]),
      ("I8", [1, 0xfe], [1, -2]), ("U8", [1, 2], [1, 2]), ("BOOL", [1, 0], [1, 0]),
      ("I16", [1, 0, 0xfe, 0xff], [1, -2]), ("U16", [1, 0, 2, 0], [1, 2]),
      ("I32", [1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff], [1, -2]),
      ("U32", [1, 0, 0, 0, 2, 0, 0, 0], [1, 2]),
      ("I64", [1, 0, 0, 0, 0, 0, 0, 0] + [0xfe] + [UInt8](repeating: 0xff, count: 7), [1, -2]),
      ("U64", [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], [1, 2]),
    ]
    for (dtype, bytes, expected) in cases {
      // The odd header length leaves every element unaligned.
      let header = #"{"x":{"dtype":"\#(dtype)","shape":[2],"data_offsets":[0,\#(bytes.count)]}}"#
      let padding = String(repeating: " ", count: header.utf8.count % 2 == 0 ? 1 : 0)
      let folder = try TemporaryFolder()
      let url = try folder.file(safetensors(header + padding, byteCount: 0) + bytes)
      let tensor = try SafetensorsFile(url).tensor(named: "x")
      #expect(tensor?.values == expected, "\(dtype)")
    }
  }

  @Test func halfPrecisionIsWidenedExactly() throws {
    let bits: [UInt16] = [0, 0x8000, 1, 0x83ff, 0x0400, 0x7bff, 0x7c00, 0xfc00, 0x7e00, 0x3555]
    let expected: [Float] = [
      0, -0.0, 0x1p-24, -0x3ffp-24, 0x1p-14, 65504, .infinity, -.infinity, .nan, 0.333251953125,
    ]
    var data = safetensors(
      #"{"x":{"dtype":"F16","shape":[10],"data_offsets":[0,20]}}"#, byteCount: 0)
    for bits in bits { data.append(integer: bits) }
    let folder = try TemporaryFolder()
    let tensor = try SafetensorsFile(try folder.file(data)).tensor(named: "x")
    let values = try #require(tensor).values
    for (value, expected) in zip(values, expected) {
      #expect(value.isNaN ? expected.isNaN : value.bitPattern == expected.bitPattern)
    }
  }

  @Test func integersThatFloatsCannotHoldAreRefused() throws {
    let data =
      safetensors(#"{"x":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}"#, byteCount: 0)
      + GGUFBuilder.bytes(of: Int64(1 << 24 + 1))
    let folder = try TemporaryFolder()
    let file = try SafetensorsFile(try folder.file(data))
    #expect(throws: CheckpointError.self) { try file.tensor(named: "x") }
  }

  @Test func namesTheOffendingPlace() throws {
    let whole = ##"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"##
    func changed(_ old: String, _ new: String) -> String {
      whole.replacingOccurrences(of: old, with: new)
    }
    let cases: [(String, Int, String)] = [
      (String(whole.dropLast()), 8, "byte 61, is not sound: expected '}' or ','"),
      (changed("}}", "},}"), 8, "expected '\"'"),
      (changed("}}", "}}}"), 8, "expected the end of the header"),
      (#"["a"]"#, 0, "byte 8, is not sound: expected '{'"),
      (changed("[2]", "[2.5]"), 8, "expected ']' or ','"),
      (changed("[2]", "[-2]"), 8, "a whole number that is not negative"),
      (changed("[2]", "[02]"), 8, "a whole number that is not negative"),
      (changed("[2]", "[9223372036854775808]"), 8, "a smaller number"),
      (changed("[2]", "[99999999999999999999999]"), 8, "a smaller number"),
      (changed("\"a\"", "\"\\ud800\""), 8, "byte 10, is not sound: expected a valid escape"),
      (changed("\"a\"", "\"\\x\""), 8, "a valid escape"),
      (changed("\"a\"", "\"\n\""), 8, "an escape instead of a control character"),
      (changed("shape", "size"), 8, "dtype, shape and data_offsets, once each"),
      (changed(",\"data_offsets\":[0,8]", ""), 8, "tensor \"a\", is not sound: expected dtype"),
      (changed("F32", "Q9"), 8, "dtype \"Q9\" is not supported"),
      (changed("[0,8]", "[0,4]"), 4, "8 bytes at offset"),
      (changed("[0,8]", "[0,9]"), 9, "expected 8 bytes for F32 of shape [2]"),
      (whole, 7, "ascending data_offsets up to 7"),
      (whole, 9, "end of the file"),
      (changed("[0,8]", "[8,0]"), 8, "ascending data_offsets"),
      (changed("[0,8]", "[0]"), 8, "two ascending data_offsets"),
      (changed("[0,8]", "[4,12]"), 12, "the bytes before end"),
      (changed("[2]", "[9223372036854775807,3]"), 8, "extents that F32"),
      (changed("[2]", "[9223372036854775807,9223372036854775807,0]"), 8, "extents that F32"),
      (#"{"__metadata__":{"step":3}}"#, 0, "expected '\"'"),
      (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "key \"a\", is not sound"),
      (
        whole.dropLast() + #","b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12,
        "overlap \"a\""
      ),
      (
        whole.dropLast() + #","a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}"#, 8,
        "a name that only one tensor has"
      ),
    ]
    for (header, byteCount, message) in cases {
      let error = #expect(throws: CheckpointError.self, "\(header)") {
        try open(header, byteCount: byteCount)
      }
      let description = error?.description ?? ""
      #expect(description.contains(message), "\(description)")
    }
  }

  @Test func headersMayBeEscapedSpacedAndPadded() throws {
    let file = try open(
      #" { "__metadata__" : { } , "\ud83e\udd99\u0041\/\"\\\n" : { "shape" : [ ] , "dtype" : "U8" ,"#
        + "\r\n\t" + #""data_offsets" : [ 0 , 1 ] } }  "#, byteCount: 1)
    #expect(file.tensorNames == ["🦙A/\"\\\n"])
    #expect(try file.tensor(named: "🦙A/\"\\\n")?.scalar == 0)
  }

  @Test func headerLengthsThatLieAreRefused() throws {
    let folder = try TemporaryFolder()
    let sound = safetensors("{}", byteCount: 0)
    for length in [0, 1, 3, 100_000_001, UInt64.max, UInt64(Int.max), UInt64(Int.max) - 7] {
      let url = try folder.file(sound.replacing(at: 0, with: length))
      #expect(throws: CheckpointError.self, "\(length)") { try SafetensorsFile(url) }
    }
    #expect(throws: CheckpointError.self) { try SafetensorsFile(try folder.file(Data([1, 2]))) }
    #expect(try SafetensorsFile(try folder.file(sound)).tensorNames == [])
  }

  @Test func unsupportedTypesStopOnlyTheirOwnTensor() throws {
    let file = try open(
      #"{"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},"#
        + #""b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, byteCount: 4)
    #expect(try file.tensor(named: "b")?.values == [2, 3])
    #expect(try file.tensor(named: "c") == nil)
    let error = #expect(throws: CheckpointError.self) { try file.tensor(named: "a") }
    #expect(
      error?.description.hasSuffix(
        ", tensor \"a\", cannot be read: element type F8_E4M3 is not supported yet") == true)
  }
}
