import Foundation

/// Reads whatever a path names: a document, the transcripts of a feed, or all that a folder holds.
public struct SourceReader: Sendable {
  private let reader: DocumentReader

  public init(_ reader: DocumentReader = DocumentReader()) { self.reader = reader }

  /// - Throws: `DocumentError`; of a folder only when nothing in it can be read.
  public func read(_ path: String) throws(DocumentError) -> Reading {
    if isFolder(path) { return try read(folder: path) }
    return try read(file: path)
  }

  private func read(file path: String) throws(DocumentError) -> Reading {
    let bytes = try reader.bytes(of: path)
    if case .feed = ContentKind(bytes, SourceName(path)) {
      return try FeedReader(reader).read(path)
    }
    var reading = Reading()
    reading.items = [.init(path: path, document: try reader.document(from: bytes, named: path))]
    return reading
  }

  /// Feeds first, so that what they name is read with all that they say of it; then the other files.
  private func read(folder: String) throws(DocumentError) -> Reading {
    let (files, others) = try files(in: folder)
    var reading = Reading()
    var known: Set<String> = []
    var remaining: [String] = []
    for file in files {
      guard SourceName(file).isFeed else {
        remaining.append(file)
        continue
      }
      known.formUnion(FeedReader(reader).transcripts(of: file))
      add(file, to: &reading)
    }
    for file in remaining {
      let resolved = URL(fileURLWithPath: file).standardizedFileURL.resolvingSymlinksInPath().path
      if !known.contains(resolved) { add(file, to: &reading) }
    }
    if others > 0 {
      reading.warnings.append(
        "\(folder): \(others == 1 ? "a file" : "\(others) files") of other kinds passed over")
    }
    guard !reading.items.isEmpty else {
      throw .noDocuments(
        path: folder,
        expected: "text, subtitles, Markdown, JSON, HTML, PDF or a feed"
          + (reading.warnings.first.map { "; \($0)" } ?? ""))
    }
    return reading
  }

  private func add(_ file: String, to reading: inout Reading) {
    do throws(DocumentError) {
      let found = try read(file: file)
      reading.items += found.items
      reading.warnings += found.warnings
    } catch {
      reading.warnings.append("\(error); passed over")
    }
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// The files that can be read by their names, in the order of their paths, and how many others there are.
  private func files(in folder: String) throws(DocumentError) -> (files: [String], others: Int) {
    let root = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    guard let names = FileManager.default.enumerator(atPath: folder) else {
      throw .unreadable(path: folder, reason: "its files cannot be listed")
    }
    var files: [String] = []
    var others = 0
    for case let name as String in names {
      if name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { continue }
      let path = "\(root)/\(name)"
      // A pipe or a device would be waited for.
      guard !isFolder(path), isRegular(path) else { continue }
      if SourceName(path).isReadable { files.append(path) } else { others += 1 }
    }
    return (files.sorted(), others)
  }

  private func isRegular(_ path: String) -> Bool {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }
}
