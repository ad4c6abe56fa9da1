/// Tells what a reply says while it is written: words as soon as they cannot be part of a marker, calls
/// when they are whole.
///
/// White space at the ends of thoughts and words belongs to the format and is left out.
public struct ReplyReader: Sendable {
  private enum Place {
    case text, reasoning, call
  }

  private let format: ReplyFormat
  /// Markers that count only where ``append(marker:)`` tells of them.
  private let tokens: Set<String>
  private var place: Place
  /// What has come and may still be the beginning of a marker, or is white space that may be the last.
  private var held = ""
  /// Whether the part has had no words yet.
  private var isAtStart = true
  /// Whether nothing has been said yet: only there a call needs no marker.
  private var isAtStartOfReply = true
  /// Whether what comes is a call without a marker, unless it turns out not to be.
  private var isBareCall = false

  public init(_ format: ReplyFormat, isReasoning: Bool = false) {
    self.init(format, isReasoning: isReasoning, tokens: [])
  }

  init(_ format: ReplyFormat, isReasoning: Bool, tokens: Set<String>) {
    self.format = format
    self.tokens = tokens
    place = isReasoning && format.reasoning != nil ? .reasoning : .text
  }

  /// Takes more of the reply.
  public mutating func append(_ text: String) -> [ReplyEvent] {
    held += text
    return read(isAtEnd: false)
  }

  /// Takes a marker that is known to be one; those that mean nothing here are part of a call or of nothing.
  mutating func append(marker: String) -> [ReplyEvent] {
    var events: [ReplyEvent] = []
    if !isBareCall, let next = allMarkers.first(where: { $0.marker == marker })?.next {
      close(held, &events)
      held = ""
      begin(next)
    } else if place == .call {
      held += marker
    }
    return events
  }

  /// Tells what is left; a call that is not closed ends with the reply.
  public mutating func finish() -> [ReplyEvent] { read(isAtEnd: true) }

  private mutating func read(isAtEnd: Bool) -> [ReplyEvent] {
    var events: [ReplyEvent] = []
    while !held.isEmpty {
      if place == .text, isAtStartOfReply, format.isBareJSONCall {
        guard let first = held.first(where: { !$0.isWhitespace }) else { break }
        isBareCall = first == "{"
        if !isBareCall { isAtStartOfReply = false }
      }
      if isBareCall {
        guard isAtEnd else { break }
        finishBareCall(&events)
        break
      }
      if let found = nextMarker() {
        close(String(held[..<found.range.lowerBound]), &events)
        held = String(held[found.range.upperBound...])
        begin(found.next)
        continue
      }
      if place != .call { say(isAtEnd: isAtEnd, &events) }
      break
    }
    guard isAtEnd else { return events }
    if place == .call { close(held, &events) }
    (held, place, isAtStart) = ("", .text, true)
    return events
  }

  /// The markers that count here where they are spelled out.
  private var markers: [(marker: String, next: Place)] {
    allMarkers.filter { !tokens.contains($0.marker) }
  }

  /// The markers that count here, and what begins after them.
  private var allMarkers: [(marker: String, next: Place)] {
    switch place {
    case .text:
      [(format.reasoning?.opening, .reasoning), (format.calls?.opening, .call)]
        .compactMap { marker, next in marker.map { ($0, next) } }
    case .reasoning: format.reasoning?.closing.map { [($0, .text)] } ?? []
    case .call: format.calls?.closing.map { [($0, .text)] } ?? []
    }
  }

  private func nextMarker() -> (range: Range<String.Index>, next: Place)? {
    markers.compactMap { marker, next in held.firstRange(of: marker).map { (range: $0, next: next) }
    }
    .min { $0.range.lowerBound < $1.range.lowerBound }
  }

  private mutating func begin(_ next: Place) {
    place = next
    isAtStart = true
    isAtStartOfReply = isAtStartOfReply && next != .call
  }

  /// Tells all but what may belong to a marker or be the last white space.
  private mutating func say(isAtEnd: Bool, _ events: inout [ReplyEvent]) {
    var end = held.endIndex
    if !isAtEnd { end = held.index(end, offsetBy: -longestMarkerStart()) }
    while end > held.startIndex, held[held.index(before: end)].isWhitespace {
      end = held.index(before: end)
    }
    tell(held[..<end], &events)
    held = isAtEnd ? "" : String(held[end...])
  }

  /// How many characters at the end may be the beginning of a marker.
  private func longestMarkerStart() -> Int {
    markers.map { marker, _ in
      var length = min(marker.count - 1, held.count)
      while length > 0, !marker.hasPrefix(held.suffix(length)) { length -= 1 }
      return length
    }.max() ?? 0
  }

  /// Ends a part with its last words or, of a call, with all of them.
  private mutating func close(_ text: String, _ events: inout [ReplyEvent]) {
    if place == .call {
      events += CallText(text).calls.map(ReplyEvent.call)
    } else {
      let end = text.lastIndex { !$0.isWhitespace }.map(text.index(after:)) ?? text.startIndex
      tell(text[..<end], &events)
    }
  }

  private mutating func tell(_ text: Substring, _ events: inout [ReplyEvent]) {
    let words = isAtStart ? text.drop(while: \.isWhitespace) : text
    guard !words.isEmpty else { return }
    isAtStart = false
    isAtStartOfReply = false
    events.append(place == .reasoning ? .reasoning(String(words)) : .text(String(words)))
  }

  private mutating func finishBareCall(_ events: inout [ReplyEvent]) {
    isBareCall = false
    isAtStartOfReply = false
    let call = CallText(held)
    if call.isReadable {
      events += call.calls.map(ReplyEvent.call)
    } else {
      say(isAtEnd: true, &events)
    }
    held = ""
  }
}
