import Foundation

/// A transcript in JSON: of Podcasting 2.0, Whisper, WhisperX or whisper.cpp.
struct JSONTranscript {
  private(set) var language: String?
  private(set) var segments: [Document.Segment] = []
  private(set) var warnings: [Document.Warning] = []

  /// The keys under which programs keep their segments.
  private static let lists = ["segments", "transcription"]
  private static let expected =
    "a transcript: an object with \"segments\" (Podcasting 2.0, Whisper, WhisperX) or "
    + "\"transcription\" (whisper.cpp)"

  /// - Throws: `DocumentError`, which names the byte or the line, and what was expected.
  init(_ text: [UInt8], path: String) throws(DocumentError) {
    let file = try JSONTranscript.decode(text, path: path)
    language = file.language
    var lines = JSONElementLines(text, keys: JSONTranscript.lists).lines[...]
    for segment in file.segments { read(segment, line: lines.popFirst() ?? 1) }
  }

  private mutating func read(_ segment: JSONSegment, line: Int) {
    guard let text = segment.text else {
      return warn(line, "expected an object with a text \"body\" or \"text\"; it was passed over")
    }
    if segment.hasBadTime {
      warn(line, "expected times that are numbers of seconds; what is none was passed over")
    }
    for var turn in SpokenTurns.turns(of: segment, text: text) {
      turn.line = line
      if let start = turn.start, let end = turn.end, end < start {
        warn(line, "the segment ends before it starts; its end was passed over")
        turn.end = nil
      }
      if !turn.text.isEmpty { segments.append(turn) }
    }
  }

  private mutating func warn(_ line: Int, _ message: String) {
    if warnings.count < 100 { warnings.append(.init(line: line, message: message)) }
  }

  /// The whole file, as far as it is looked at.
  private struct File: Decodable {
    struct OtherShape: Error {
      var found: String
    }

    var language: String?
    var segments: [JSONSegment]

    init(from decoder: any Decoder) throws {
      guard let fields = try? decoder.container(keyedBy: JSONKey.self) else {
        throw OtherShape(found: "no object")
      }
      guard let list = JSONTranscript.lists.first(where: { fields.contains(JSONKey($0)) }) else {
        let keys = fields.allKeys.map { "\"\($0.stringValue.prefix(40))\"" }.sorted().prefix(8)
        throw OtherShape(
          found: keys.isEmpty ? "an empty object" : "the keys \(keys.joined(separator: ", "))")
      }
      guard (try? fields.nestedUnkeyedContainer(forKey: JSONKey(list))) != nil else {
        throw OtherShape(found: "a \"\(list)\" that is no array")
      }
      segments = try fields.decode([JSONSegment].self, forKey: JSONKey(list))
      language = try? fields.decode(String.self, forKey: "language")
      let nested = ["result", "params"].lazy.compactMap { key -> String? in
        let inner = try? fields.nestedContainer(keyedBy: JSONKey.self, forKey: JSONKey(key))
        return try? inner?.decode(String.self, forKey: "language")
      }
      if language == nil { language = nested.first }
    }
  }

  private static func decode(_ text: [UInt8], path: String) throws(DocumentError) -> File {
    let data = Data(text)
    do {
      return try JSONDecoder().decode(File.self, from: data)
    } catch let shape as File.OtherShape {
      throw .unexpected(path: path, offset: 0, expected: "\(expected); found \(shape.found)")
    } catch {
      let (offset, reason) = breakdown(of: data)
      throw .unexpected(path: path, offset: offset, expected: "JSON (\(reason))")
    }
  }

  /// Where JSON breaks and why, which only the reader of whole trees says.
  private static func breakdown(of data: Data) -> (offset: Int, reason: String) {
    do {
      _ = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
      return (0, "a form that its reader accepts")
    } catch {
      let reason = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "\(error)"
      let number = reason.split(separator: "around character ").last.map {
        $0.prefix { $0.isNumber }
      }
      let offset = number.flatMap { Int($0) } ?? data.count
      return (min(offset, data.count), reason)
    }
  }
}
