import Tokenizers

/// A short `tokenizer.json` for one component at a time, the rest as plain as can be.
struct PipelineFile {
  var normalizer = "null"
  var preTokenizer = "null"
  var model = ""
  var postProcessor = "null"
  var decoder = "null"
  var addedTokens = "[]"

  var json: String {
    """
    {"version": "1.0", "added_tokens": \(addedTokens), "normalizer": \(normalizer),
    "pre_tokenizer": \(preTokenizer), "post_processor": \(postProcessor),
    "decoder": \(decoder), "model": \(model)}
    """
  }

  func load() throws -> any Tokenizer {
    let folder = try ScratchFolder()
    return try TokenizerFile.load(try folder.write(json, as: "tokenizer.json"))
  }

  /// A model in which each of the texts is a token, in their order from id 1; id 0 is unknown.
  static func words(_ texts: [String]) -> String {
    let tokens = texts.enumerated().map { ", \(quoted($1)): \($0 + 1)" }
    return #"{"type": "WordLevel", "unk_token": "[UNK]", "vocab": {"[UNK]": 0"# + tokens.joined()
      + "}}"
  }

  /// A model in which each byte is a token in GPT-2's alphabet.
  static let bytes: String = {
    var next: UInt32 = 0x100
    let tokens = (UInt32(0)..<256).map { byte in
      let prints =
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
      let scalar = Unicode.Scalar(prints ? byte : next) ?? " "
      if !prints { next += 1 }
      return "\(quoted(String(scalar))): \(byte)"
    }
    return #"{"type": "BPE", "merges": [], "vocab": {"# + tokens.joined(separator: ", ") + "}}"
  }()

  static func quoted(_ text: String) -> String {
    var quoted = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\" + String(scalar)
      case "\n": quoted += "\\n"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return "\"" + quoted + "\""
  }
}
