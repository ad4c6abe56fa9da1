extension TokenizerJSON {
  static func decodingSteps(_ component: TokenizerComponent) throws -> [DecodingStep] {
    switch try component.type {
    case "Sequence": return try component.components("decoders").flatMap(decodingSteps)
    case "ByteLevel": return [.byteLevel]
    case "ByteFallback": return [.byteFallback]
    case "Fuse": return [.fuse]
    case "Replace":
      let content = Array(try component.requiredText("content").utf8)
      return [.replace(try component.pattern("pattern"), by: content)]
    case "Strip":
      return [
        .strip(
          Array(String(try character(component, "content")).utf8),
          start: try component.count("start"), stop: try component.count("stop"))
      ]
    case "Metaspace":
      let metaspace = try metaspace(component)
      return [.metaspace(metaspace.replacement, dropsFirst: metaspace.prefix != .never)]
    case "WordPiece":
      return [
        .wordPiece(
          prefix: Array((try component.text("prefix") ?? "##").utf8),
          cleansUp: try component.flag("cleanup", default: true))
      ]
    case "BPEDecoder":
      return [.endOfWord(.text(Array((try component.text("suffix") ?? "</w>").utf8)))]
    case "CTC":
      return [
        .connectionist(
          DecodingStep.Connectionist(
            padding: try component.bytes("pad_token", default: "<pad>"),
            wordDelimiter: try component.bytes("word_delimiter_token", default: "|"),
            cleansUp: try component.flag("cleanup", default: true)))
      ]
    case let type: throw component.unsupported("the decoder \(type)")
    }
  }
}
