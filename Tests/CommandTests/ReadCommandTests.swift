import Foundation
import TestSupport
import Testing

@Suite struct ReadCommandTests {
  private let folder: TemporaryFolder
  private let circadian: CircadianProcess

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
    let core = try TinyCore(in: folder)
    #expect(try circadian.run("new", "ada", "--core", core.folder.path).code == 0)
  }

  private func write(_ text: String, _ name: String) throws -> String {
    let file = folder / name
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  private static let turns = (0..<40).map { index in
    (["Mara", "Teo"][index % 2], "We passed buoy \(index * 7 % 41) bearing \(index * 31) at dawn.")
  }
  private static let json =
    "{\"segments\": ["
    + turns.enumerated().map { index, turn in
      "{\"speaker\": \"\(turn.0)\", \"startTime\": \(index), \"body\": \"\(turn.1)\"}"
    }.joined(separator: ",\n") + "]}"
  private static let page =
    "<!doctype html><title>Buoys</title>"
    + turns.map { "<p><cite>\($0.0):</cite> \($0.1)</p>" }.joined(separator: "\n")
  private static let feed = """
    <rss><channel><title>Harbour Talk</title>
    <item><title>The Buoys</title><pubDate>Wed, 05 Apr 2023 06:00:00 GMT</pubDate>
    <podcast:transcript url="talks/buoys.json" type="application/json"/></item>
    <item><title>Far</title><podcast:transcript url="https://example.org/far.vtt" type="text/vtt"/>
    </item></channel></rss>
    """

  @Test func aFeedAndThenTheSameAsAPage() throws {
    _ = try write(Self.json, "podcast/talks/buoys.json")
    let feed = try write(Self.feed, "podcast/feed.xml")
    let first = try circadian.run("read", "ada", feed)
    #expect(first.code == 0, "\(first.messages)")
    #expect(first.output.hasPrefix("read: The Buoys (json, "))
    #expect(first.output.contains("Mara, Teo"))
    #expect(first.messages.contains("\"Far\"") && first.messages.contains("nothing is fetched"))
    let again = try circadian.run("read", "ada", write(Self.page, "copy.html"))
    #expect(again.code == 0 && again.output.contains("known already: Buoys, as The Buoys"))
  }

  @Test func aFolderWithABadFile() throws {
    _ = try write(Self.json, "all/buoys.json")
    _ = try write(Self.page, "all/copy.html")
    _ = try write("A note about the tide.", "all/deep/note.txt")
    let bad = try write("{", "all/bad.json")
    let named = try circadian.run("read", "ada", folder.url.path + "/all/deep", bad)
    #expect(named.code == 65 && named.messages.contains("bad.json"))
    #expect(try circadian.run("history", "ada").output.contains("nothing waits"))
    let result = try circadian.run("read", "ada", folder.url.path + "/all")
    #expect(result.code == 0, "\(result.messages)")
    #expect(result.messages.contains("bad.json"))
    #expect(
      result.output.split(separator: "\n").map { $0.prefix(13) } == [
        "read: buoys (", "known already", "read: note (p",
      ])
  }
}
