import Corpora
import Foundation
import Testing

/// The real transcripts as they are, and all of them as one file of each format, read against the clock.
@Suite(.enabled(if: Fixtures.hasData), .serialized) struct ThroughputTests {
  private let documents: [Document]
  private let sources: [(path: String, bytes: [UInt8])]

  init() throws {
    sources = try
      (Fixtures.files(in: "podcasts/changelog") + Fixtures.files(in: "podcasts/bitcoin"))
      .map { ($0, Array(try Data(contentsOf: URL(fileURLWithPath: $0)))) }
    documents = try sources.map { try DocumentReader().document(from: $0.bytes, named: $0.path) }
  }

  private var segments: [Document.Segment] { documents.flatMap(\.segments) }

  private func time(_ second: Int) -> String {
    String(format: "%02d:%02d:%02d", second / 3_600, second / 60 % 60, second % 60)
  }

  private func json(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
  }

  private func html(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
  }

  /// The best of three, in megabytes a second.
  private func expectSpeed(
    _ name: String, _ bytes: Int, _ body: () throws -> [Document.Segment]
  ) rethrows {
    var best = Double.infinity
    var count = 0
    for _ in 0..<3 {
      let elapsed = try ContinuousClock().measure { count = try body().count }
      best = min(best, elapsed / .seconds(1))
    }
    let speed = Double(bytes) / best / 1e6
    print("\(name): \(bytes) bytes, \(count) segments, \(String(format: "%.1f", speed)) MB/s")
    // A tenth of what a quiet machine does, so that a busy one passes too.
    #expect(count > 0 && speed > 1)
  }

  private func expectSpeed(_ text: String, as name: String) throws {
    let bytes = Array(text.utf8)
    try expectSpeed(name, bytes.count) {
      try DocumentReader(sizeLimit: .max).document(from: bytes, named: name).segments
    }
  }

  @Test func transcriptsAsTheyAre() throws {
    try expectSpeed("\(sources.count) transcripts", sources.reduce(0) { $0 + $1.bytes.count }) {
      try sources.flatMap {
        try DocumentReader().document(from: $0.bytes, named: $0.path).segments
      }
    }
  }

  @Test func json() throws {
    let turns = try segments.enumerated().map { second, segment in
      "{\"speaker\": \(try json(segment.speaker ?? "Anna")), \"startTime\": \(second), "
        + "\"endTime\": \(second + 1), \"body\": \(try json(segment.text))}"
    }
    try expectSpeed("{\"segments\": [\(turns.joined(separator: ",\n"))]}", as: "turns.json")
    let words = segments.prefix(5_000).flatMap { $0.text.split(separator: " ") }
    let single = try words.enumerated().map { second, word in
      "{\"speaker\": \"Anna\", \"startTime\": \(second), \"endTime\": \(second + 1), "
        + "\"body\": \(try json(String(word)))}"
    }
    try expectSpeed("{\"segments\": [\(single.joined(separator: ",\n"))]}", as: "words.json")
  }

  @Test func html() throws {
    let turns = segments.enumerated().map { second, segment in
      "<p><cite>\(html(segment.speaker ?? "Anna")):</cite> <time>\(time(second))</time> "
        + "\(html(segment.text))</p>"
    }
    try expectSpeed(
      "<!doctype html><title>All</title><main>\n\(turns.joined(separator: "\n"))</main>",
      as: "turns.html")
  }

  @Test func subtitles() throws {
    let cues = segments.enumerated().map { second, segment in
      "\(second + 1)\n\(time(second)),000 --> \(time(second + 1)),000\n\(segment.text)\n\n"
    }
    try expectSpeed(cues.joined(), as: "turns.srt")
  }
}
