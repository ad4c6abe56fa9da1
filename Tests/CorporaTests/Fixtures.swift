import Corpora
import Foundation
import Testing

/// Texts written for these tests, and the places of the real ones.
enum Fixtures {
  static let packageRoot = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let data: URL =
    ProcessInfo.processInfo.environment["CIRCADIAN_DATA"].map { URL(fileURLWithPath: $0) }
    ?? packageRoot.deletingLastPathComponent().appendingPathComponent("shared/data")

  static let seed = data.deletingLastPathComponent()
    .appendingPathComponent("seeds/004_c0391778d5d976b7.txt")

  static let hasData: Bool = {
    let found = FileManager.default.fileExists(atPath: data.path)
    if !found { print("Notice: \(data.path) is absent; tests on real transcripts are skipped.") }
    return found
  }()

  static let sample = packageRoot.appendingPathComponent(
    "Sources/circadian/Resources/sample-transcript.md")

  /// A text and the file name it is read under, shown by that name.
  struct Source: Sendable, CustomTestStringConvertible {
    var text: String
    var name: String
    var testDescription: String { name }
  }

  static let sources = [
    Source(text: subRip, name: "cues.srt"), Source(text: webVTT, name: "cues.vtt"),
    Source(text: timestamped, name: "times.txt"), Source(text: headers, name: "headers.md"),
    Source(text: bold, name: "bold.md"), Source(text: plainLabels, name: "labels.txt"),
    Source(text: markdown, name: "prose.md"),
    Source(text: htmlTranscript, name: "transcript.html"), Source(text: htmlPage, name: "page.htm"),
    Source(text: podcastJSON, name: "cues.json"), Source(text: whisperXJSON, name: "words.json"),
    Source(text: "Grüße.\n\nÀ demain 🌙, peut-être.", name: "plain.txt"),
  ]

  static func files(in folder: String) throws -> [String] {
    let root = data.appendingPathComponent(folder)
    let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
    return names.filter { $0.hasSuffix(".md") && !$0.hasPrefix("LICENSE") }.sorted()
      .map { root.appendingPathComponent($0).path }
  }

  static func read(_ text: String, as name: String) throws -> Document {
    try DocumentReader().document(from: Array(text.utf8), named: name)
  }

  /// Runs `body` with the path of a file that holds `bytes`.
  static func withFile(
    _ bytes: [UInt8], named name: String, _ body: (String) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("corpora-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    try body(file.path)
  }

  /// SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
  struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  static let subRip = """
    1
    00:00:01,000 --> 00:00:03,500
    Mara: The <i>ferry</i> leaves at nine,

    2
    00:00:03,500 --> 00:00:06,250
    if the fog lifts.

    3
    00:00:07,000 --> 00:00:09,000
    Teo: And if it does not?

    4
    00:00:09,250 --> 00:00:12,000
    Mara: Then we walk &amp; take the bridge.

    """

  static let webVTT = """
    WEBVTT - a crossing

    STYLE
    ::cue { color: lime }

    NOTE recorded --> on deck
    second line of the note

    intro
    00:01.000 --> 00:03.500 align:start position:10%
    <v Mara>The <c.loud>ferry</c> leaves at nine,</v>

    00:03.500 --> 00:06.250
    <v Mara>if the fog lifts.

    00:07.000 --> 01:00:09.000
    <v.first Teo>And if it does not?</v> <v Mara>Then we walk &amp; take the bridge.</v>
    """

  static let timestamped = """
    [00:00:01] **Mara:** The ferry leaves at nine,
    [00:00:03] if the fog lifts.
    [00:00:07] **Teo:** And if it does not?
    [00:00:09] **Mara:** Then we walk & take the bridge.
    """

  static let headers = """
    ---
    title: 'The Captain''s Table: Part 2'
    show: "Harbour Talk"
    speakers: ['Mara Lund', "Teo, Jr."]
    date: 2023-04-05
    tags:
      - ferries
    ---
    ## Opening

    Mara Lund: 00:00:01

    The ferry leaves at nine,
    if the fog lifts.

    Teo: 00:00:07

    And if it does not?

    MARA LUND:

    Then we walk & take the bridge.
    """

  static let bold = """
    **Mara:** The ferry leaves at *nine*, if the [fog](https://example.org/fog_(sea)) lifts.

    \\[04:10\\] It lifted **yesterday**.

    **Break:** \\[06:00\\]

    **Teo:** And if it does not? \\[laughs\\]

    **Mara:** Then we walk.
    """

  static let plainLabels = """
    Mara: The ferry leaves at nine.

    Teo: And if it does not?

    Mara: Then we walk.

    Teo: All right: we walk.
    """

  static let markdown = """
    # The Long *Crossing* #

    A **bold** claim, an _idle_ one, `code_span` and snake_case; 2 * 3 = 6.
    See [the chart](chart.png "title"), ![a map](map.png) and <https://example.org>.

    <https://example.org/alone>

    - first <br> item
    - second item[^1]

    > A quotation &mdash; short.

    ---

    ```
    let x = *p;
    ```

    | port | depth |
    |------|-------|
    | Arle | 7 m   |

    [ref]: https://example.org
    """
}
