import Foundation

extension TextShards {
  /// The files below a folder that a corpus can hold, by name; hidden ones are left out.
  static func files(in folder: String) throws(DocumentError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    } catch {
      throw .unreadable(path: folder, reason: error.localizedDescription)
    }
    let root = URL(fileURLWithPath: folder, isDirectory: true)
    // Ordered by bytes, which no language setting changes.
    let wanted = names.filter { name in
      Shard.format(ofName: name) != nil
        && !name.split(separator: "/").contains { $0.hasPrefix(".") }
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return wanted.map { root.appendingPathComponent($0).path }.filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
  }
}
