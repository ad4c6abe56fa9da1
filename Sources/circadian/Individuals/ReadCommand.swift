import CommandLineInterface
import Corpora
import Foundation
import Individuals

struct ReadCommand: Command {
  let name = "read"
  let abstract = "Puts documents into an individual's journal, to be slept on."
  let discussion = """
    Plain text, Markdown, SRT and WebVTT subtitles, transcripts with [hh:mm:ss] lines or **Speaker:** \
    paragraphs, JSON transcripts (Podcasting 2.0, Whisper, WhisperX, whisper.cpp), HTML pages, PDFs \
    (with poppler-utils) and the transcripts that an RSS feed names in its folder are recognised; \
    speakers and times are kept. Of a folder all such files are read, but hidden ones. What was read \
    before is not read again, in whatever format it comes. Reading waits for nobody: what comes while the \
    individual sleeps is for the next night.
    """
  let examples = [
    "circadian read ada episode.md notes.txt", "circadian read ada podcast/feed.xml transcripts/",
  ]

  let individual = Argument<String>("name", help: "Who reads.")
  let files = Argument<[String]>("file", completion: .files, help: "What is read.")

  var parameters: ParameterList {
    individual
    files
  }

  private struct Report: Encodable {
    struct Item: Encodable {
      var file, title, format: String
      var speakers: [String]
      var segments, bytes: Int
      var isNew: Bool
      /// The title under which the same was read before.
      var knownAs: String?
      var warnings: [String]
    }
    var individual: String
    var documents: [Item]
    var warnings: [String]
  }

  func run(_ invocation: Invocation) async throws {
    let reader = try invocation.individual(invocation[individual], access: .appending)
    // All are parsed before the first is written: a bad third file leaves nothing half done.
    let readings = try invocation[files].map { try SourceReader().read($0) }
    let warnings = readings.flatMap(\.warnings)
    for warning in warnings { invocation.warn(warning) }
    var items: [Report.Item] = []
    for (file, document) in readings.flatMap(\.items).map({ ($0.path, $0.document) }) {
      let added = try reader.journal.appendDocument(document, from: file)
      for warning in document.warnings { invocation.warn("\(file): \(warning)") }
      items.append(
        Report.Item(
          file: file, title: document.title, format: document.format.rawValue,
          speakers: document.speakers, segments: document.segments.count,
          bytes: document.plainText.utf8.count,
          isNew: added.isNew, knownAs: added.isNew ? nil : added.episode.title,
          warnings: document.warnings.map(\.description)))
    }
    try invocation.report(
      Report(individual: reader.name, documents: items, warnings: warnings)
    ) {
      items.map(line).joined(separator: "\n")
    }
  }

  private func line(_ item: Report.Item) -> String {
    guard item.isNew else {
      let other = item.knownAs.flatMap { $0 == item.title ? nil : ", as \($0)" } ?? ""
      return "known already: \(item.title)\(other)"
    }
    let who = item.speakers.isEmpty ? "" : ", " + item.speakers.joined(separator: ", ")
    return "read: \(item.title) (\(item.format), \(Readable.bytes(item.bytes))\(who))"
  }
}
