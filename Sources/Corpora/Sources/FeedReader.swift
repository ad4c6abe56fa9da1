import Foundation

/// What a path named: documents, and what was passed over.
public struct Reading: Sendable {
  public struct Item: Sendable {
    public var path: String
    public var document: Document

    public init(path: String, document: Document) {
      self.path = path
      self.document = document
    }
  }

  public var items: [Item] = []
  /// Sentences that name the file or the episode.
  public var warnings: [String] = []

  public init() {}
}

/// Reads the transcripts that a podcast's feed names and that lie in its folder; nothing is fetched.
public struct FeedReader: Sendable {
  private let reader: DocumentReader

  public init(_ reader: DocumentReader = DocumentReader()) { self.reader = reader }

  /// Every episode with a transcript in the feed's folder or below, each read once from its richest file.
  ///
  /// - Throws: `DocumentError`, which names the feed, the place and what was expected.
  public func read(_ path: String) throws(DocumentError) -> Reading {
    let feed = try Feed(
      TextDecoding.normalized(reader.bytes(of: path), path: path), path: path)
    var reading = Reading()
    for item in feed.items { read(item, of: feed, path: path, into: &reading) }
    if reading.items.isEmpty {
      let reason = reading.warnings.first.map { "; \($0)" } ?? ""
      throw .noDocuments(
        path: path,
        expected: "an episode with <podcast:transcript url=\"...\"> that names a file in the feed's"
          + " folder\(reason)")
    }
    return reading
  }

  /// All files in the feed's folder that it names as transcripts, of whatever kind.
  func transcripts(of path: String) -> Set<String> {
    guard let bytes = try? reader.bytes(of: path),
      let text = try? TextDecoding.normalized(bytes, path: path),
      let feed = try? Feed(text, path: path)
    else { return [] }
    return Set(
      feed.items.flatMap(\.transcripts).compactMap { transcript in
        guard case .file(let file) = place(of: transcript.address, feed: path) else { return nil }
        return file
      })
  }

  private func read(_ item: Feed.Item, of feed: Feed, path: String, into reading: inout Reading) {
    let name = item.title.map { "\"\($0)\"" } ?? "the episode on line \(item.line)"
    let described = FrontMatter(
      title: item.title, show: feed.title, date: item.date, language: feed.language,
      speakers: item.persons.isEmpty ? feed.persons : item.persons)
    guard !item.transcripts.isEmpty else {
      return reading.warnings.append("\(path): \(name) has no transcript")
    }
    let ranked = item.transcripts.enumerated()
      .sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
    var reasons: [String] = []
    for transcript in ranked {
      switch place(of: transcript.address, feed: path) {
      case .file(let file):
        do throws(DocumentError) {
          let document = try reader.document(
            from: reader.bytes(of: file), named: file, described: described)
          reading.items.append(.init(path: file, document: document))
          reading.warnings += reasons
          return
        } catch {
          reasons.append("\(path): \(name): \(error)")
        }
      case .outside:
        reasons.append(
          "\(path): \(name): the transcript \(transcript.address) lies outside the feed's folder and"
            + " was not read")
      case .elsewhere:
        reasons.append(
          "\(path): \(name): the transcript \(transcript.address) is no file here; nothing is fetched"
        )
      }
    }
    reading.warnings += reasons
  }

  private enum Place {
    case file(String)
    case outside
    /// On another machine.
    case elsewhere
  }

  /// Where an address leads, links followed: a file in the feed's folder or below, or nowhere.
  private func place(of address: String, feed path: String) -> Place {
    let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
    var file: URL
    if address.lowercased().hasPrefix("file:") {
      guard let url = URL(string: address), url.isFileURL,
        [nil, "", "localhost"].contains(url.host)
      else { return .elsewhere }
      file = URL(fileURLWithPath: url.path)
    } else if address.contains(":") || address.hasPrefix("//") {
      return .elsewhere
    } else {
      file = URL(fileURLWithPath: address.removingPercentEncoding ?? address, relativeTo: folder)
    }
    file = file.standardizedFileURL.resolvingSymlinksInPath()
    let home = folder.path.hasSuffix("/") ? folder.path : folder.path + "/"
    return file.path.hasPrefix(home) && !file.path.utf8.contains(0) ? .file(file.path) : .outside
  }
}
