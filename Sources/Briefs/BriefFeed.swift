import Files
import Foundation
import Individuals
import Training

/// An individual's briefs as a feed (Atom, RFC 4287), the newest first.
public struct BriefFeed: Sendable {
  /// Feed readers ask again and again: older briefs are left out.
  private static let length = 30

  private let individual: String
  private let briefs: [Brief]

  public init(of individual: String, _ briefs: [Brief]) {
    self.individual = individual
    self.briefs = Array(briefs.sorted { $0.night > $1.night }.prefix(Self.length))
  }

  public var xml: String {
    let entries = briefs.map { brief in
      """
      <entry>
      <id>urn:circadian:\(individual.markup):night:\(brief.night)</id>
      <title>\(brief.heading.markup)</title>
      <updated>\(brief.date.formatted(.iso8601))</updated>
      <summary>\(brief.summary.markup)</summary>
      <content type="html">\(brief.article.markup)</content>
      </entry>
      """
    }
    let updated = briefs.first?.date ?? Date(timeIntervalSince1970: 0)
    return """
      <?xml version="1.0" encoding="utf-8"?>
      <feed xmlns="http://www.w3.org/2005/Atom">
      <id>urn:circadian:\(individual.markup)</id>
      <title>What \(individual.markup) learned</title>
      <author><name>\(individual.markup)</name></author>
      <updated>\(updated.formatted(.iso8601))</updated>
      \(entries.joined(separator: "\n"))
      </feed>

      """
  }
}

extension Individual {
  /// The briefs of its nights, first to last; a night before there were any has none.
  public func briefs() throws -> [Brief] {
    try lineage().compactMap { Brief.read(in: folder(ofNight: $0.number)) }
  }

  /// Writes `feed.xml` into the individual's folder: as it is now, after a night, or going back to one.
  public func writeFeed() throws {
    try AtomicFile.write(
      Data(BriefFeed(of: name, try briefs()).xml.utf8), to: feedFile)
  }
}
