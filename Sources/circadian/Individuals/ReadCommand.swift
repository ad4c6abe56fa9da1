import CommandLineInterface
import Corpora
import Foundation
import Individuals

struct ReadCommand: Command {
  let name = "read"
  let abstract = "Puts documents into an individual's journal, to be slept on."
  let discussion = """
    Plain text, Markdown, SRT and WebVTT subtitles, transcripts with [hh:mm:ss] lines or **Speaker:** \
    paragraphs are recognised; speakers and times are kept. A document that was read before is not \
    read again.
    """
  let examples = ["circadian read ada episode.md notes.txt"]

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
      var warnings: [String]
    }
    var individual: String
    var documents: [Item]
  }

  func run(_ invocation: Invocation) async throws {
    let reader = try invocation.individual(invocation[individual])
    // All are parsed before the first is written: a bad third file leaves nothing half done.
    let documents = try invocation[files].map { ($0, try DocumentReader().read($0)) }
    var items: [Report.Item] = []
    for (file, document) in documents {
      let text = document.plainText
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let added = try reader.journal.appendDocument(
        title: document.title, text: text, show: document.show, source: file,
        published: document.date.map { "\($0)" },
        annotations: String(decoding: try encoder.encode(document), as: UTF8.self))
      for warning in document.warnings { invocation.warn("\(file): \(warning)") }
      items.append(
        Report.Item(
          file: file, title: document.title, format: document.format.rawValue,
          speakers: document.speakers, segments: document.segments.count, bytes: text.utf8.count,
          isNew: added.isNew, warnings: document.warnings.map(\.description)))
    }
    try invocation.report(Report(individual: reader.name, documents: items)) {
      items.map { item in
        let who = item.speakers.isEmpty ? "" : ", " + item.speakers.joined(separator: ", ")
        return item.isNew
          ? "read: \(item.title) (\(item.format), \(Readable.bytes(item.bytes))\(who))"
          : "known already: \(item.title)"
      }.joined(separator: "\n")
    }
  }
}
