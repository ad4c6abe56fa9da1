import Foundation

/// A segment as any of the programs writes it; what is missing or of another kind is nil.
struct JSONSegment: Decodable {
  /// A word that a recogniser placed in time.
  struct Word: Decodable {
    var speaker: String?
    var start, end: TimeInterval?
    var text: String?

    init(from decoder: any Decoder) throws {
      guard let fields = try? decoder.container(keyedBy: JSONKey.self) else { return }
      speaker = JSONSegment.speaker(in: fields)
      start = JSONSegment.time(in: fields, "start")
      end = JSONSegment.time(in: fields, "end")
      text = JSONSegment.text(in: fields, "word") ?? JSONSegment.text(in: fields, "text")
    }
  }

  var speaker: String?
  var start, end: TimeInterval?
  var text: String?
  var words: [Word] = []
  /// A time stands there that is none.
  var hasBadTime = false

  init(from decoder: any Decoder) throws {
    guard let fields = try? decoder.container(keyedBy: JSONKey.self) else { return }
    speaker = JSONSegment.speaker(in: fields)
    text = JSONSegment.text(in: fields, "body") ?? JSONSegment.text(in: fields, "text")
    if fields.contains("offsets") || fields.contains("timestamps") {
      (start, end) = JSONSegment.times(ofWhisperCpp: fields)
      hasBadTime = start == nil
    } else {
      let (first, last) = fields.contains("startTime") ? ("startTime", "endTime") : ("start", "end")
      start = JSONSegment.time(in: fields, first)
      end = JSONSegment.time(in: fields, last)
      hasBadTime =
        (start == nil && fields.contains(JSONKey(first)))
        || (end == nil && fields.holdsValue(JSONKey(last)))
    }
    if fields.contains("words") {
      words = (try? fields.decode([Word].self, forKey: "words")) ?? []
    }
  }

  /// Milliseconds in `offsets`, else texts in `timestamps`.
  private static func times(
    ofWhisperCpp fields: KeyedDecodingContainer<JSONKey>
  ) -> (TimeInterval?, TimeInterval?) {
    if let offsets = try? fields.nestedContainer(keyedBy: JSONKey.self, forKey: "offsets") {
      let start = time(in: offsets, "from").map { $0 / 1_000 }
      if let start { return (start, time(in: offsets, "to").map { $0 / 1_000 }) }
    }
    guard
      let stamps = try? fields.nestedContainer(keyedBy: JSONKey.self, forKey: "timestamps")
    else { return (nil, nil) }
    return (time(in: stamps, "from"), time(in: stamps, "to"))
  }

  /// A number, or a text that holds a number or a time.
  private static func time(
    in fields: KeyedDecodingContainer<JSONKey>, _ key: String
  ) -> TimeInterval? {
    let key = JSONKey(key)
    guard fields.holdsValue(key) else { return nil }
    if let number = try? fields.decode(Double.self, forKey: key) { return plausible(number) }
    guard let text = try? fields.decode(String.self, forKey: key) else { return nil }
    let bytes = Array(text.utf8)[...].trimmed
    var index = bytes.startIndex
    if let time = Timestamp.time(in: bytes, at: &index), index == bytes.endIndex { return time }
    return Double(bytes.string).flatMap(plausible)
  }

  private static func plausible(_ seconds: Double) -> TimeInterval? {
    seconds.isFinite && seconds >= 0 ? seconds : nil
  }

  private static func text(
    in fields: KeyedDecodingContainer<JSONKey>, _ key: String
  ) -> String? {
    fields.contains(JSONKey(key)) ? try? fields.decode(String.self, forKey: JSONKey(key)) : nil
  }

  /// A name; whisper.cpp writes the number of a channel, or `?` for neither.
  private static func speaker(in fields: KeyedDecodingContainer<JSONKey>) -> String? {
    guard let text = text(in: fields, "speaker") else { return nil }
    let name = Array(text.utf8).withSingleSpaces
    if name.isEmpty || name == "?" { return nil }
    return name.utf8.allSatisfy(\.isDigit) ? "Speaker \(name)" : name
  }
}

/// Any key of an object.
struct JSONKey: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ text: String) { stringValue = text }
  init(stringLiteral text: String) { stringValue = text }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<JSONKey> {
  /// Whether the key is there, and not null.
  fileprivate func holdsValue(_ key: JSONKey) -> Bool {
    contains(key) && (try? decodeNil(forKey: key)) == false
  }
}
