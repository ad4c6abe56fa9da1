import Foundation
import LanguageModels
import Tensors
import Testing

@Suite struct JSONConstraintTests {
  private func reads(_ text: String) -> (isSound: Bool, isComplete: Bool) {
    var constraint = JSONConstraint()
    for byte in text.utf8 {
      guard constraint.accepts([byte]) else { return (false, false) }
      constraint.read([byte])
    }
    return (true, constraint.isComplete)
  }

  @Test(arguments: [
    #"{}"#, #" {"a": 1}"#, #"{"a":[],"b":{},"c":[1,-0.5e+3,0,"x"]}"#,
    #"{"é\u00e9\n\"": true, "n": null, "f": false}"#, "{\n  \"a\": [\n    {\"b\": 1E9}\n  ]\n} ",
  ])
  func whatIsJSONIsAccepted(_ text: String) { #expect(reads(text) == (true, true)) }

  @Test(arguments: [
    "[]", "1", "{a", "{\"a\" 1", "{\"a\":01", "{\"a\":1,}", "{\"a\":[1,]", "{\"a\":tru ",
    "{\"a\":-}",
    "{\"a\":1.}", "{}x", "{\"a\":\"\u{1}", "{\"a\":\"\\x", "{\"a\":\"\\u12g", "{]", "{\"a\":[}",
    "{\"a\":1e}", "{} {}",
  ])
  func whatIsNotIsRefused(_ text: String) { #expect(!reads(text).isSound) }

  @Test func whiteSpaceHasAnEnd() {
    #expect(!reads("{" + String(repeating: " ", count: 100)).isSound)
  }

  /// Whatever is drawn of what it accepts, a parser takes.
  @Test func whatItLetsThroughAParserTakes() throws {
    var random = RandomSource(seed: 5, name: "json")
    let alphabet = Array(#"{}[]":,.-+eE0123456789truefalsn\/bu x"#.utf8)
    var complete = 0
    for _ in 0..<300 {
      var constraint = JSONConstraint()
      var bytes: [UInt8] = []
      while bytes.count < 400, !constraint.isComplete {
        let fitting = alphabet.filter { constraint.accepts([$0]) }
        // Closing is made likely, or few would come to an end.
        let closing = fitting.filter { [0x7D, 0x5D, 0x22].contains($0) }
        let choices = random.uniform() < 0.4 && !closing.isEmpty ? closing : fitting
        let byte = choices[Int(random.uniform() * Float(choices.count)) % choices.count]
        bytes.append(byte)
        constraint.read([byte])
      }
      guard constraint.isComplete else { continue }
      complete += 1
      #expect(throws: Never.self, "\(String(decoding: bytes, as: UTF8.self))") {
        try JSONSerialization.jsonObject(with: Data(bytes))
      }
    }
    #expect(complete > 100)
  }
}
