import CommandLineInterface
import Files
import Foundation
import Training

extension Invocation {
  /// Keeps a study's report as NAME.md and NAME.html in `folder`, and reports `outcomes`, or the same page to a person.
  func keep(
    _ report: ReportDocument, of outcomes: some Encodable, in folder: URL, as name: String
  ) throws {
    try write(report, in: folder, as: name)
    try self.report(outcomes) { report.markdown }
  }

  /// Writes a report as NAME.md and NAME.html.
  func write(_ report: ReportDocument, in folder: URL, as name: String) throws {
    try AtomicFile.write(
      Data(report.markdown.utf8), to: folder.appendingPathComponent("\(name).md"))
    try AtomicFile.write(Data(report.html.utf8), to: folder.appendingPathComponent("\(name).html"))
  }
}

extension Decodable {
  /// The outcome that `file` holds; nil where there is none, or one of another form.
  static func kept(in file: URL) -> Self? {
    (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Self.self, from: $0) }
  }
}
