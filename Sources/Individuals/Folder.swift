import Files
import Foundation

/// Folder operations that report the system's reason, and are on the disk when they say so.
enum Folder {
  /// The names in a folder, sorted.
  static func contents(of url: URL) throws(FileSystemError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    } catch {
      throw FileSystemError(operation: "list", path: url.path, reason: reason(error))
    }
  }

  /// Creates a folder and those above it; one that exists already is left as it is.
  static func create(_ url: URL) throws(FileSystemError) {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw FileSystemError(operation: "create", path: url.path, reason: reason(error))
    }
  }

  /// Removes a folder with all it holds; one that does not exist is no error.
  static func remove(_ url: URL) throws(FileSystemError) {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      throw FileSystemError(operation: "remove", path: url.path, reason: reason(error))
    }
  }

  /// Copies a folder with all it holds to a place where there is none.
  static func copy(_ source: URL, to target: URL) throws(FileSystemError) {
    do {
      try FileManager.default.copyItem(at: source, to: target)
    } catch {
      throw FileSystemError(operation: "copy", path: source.path, reason: reason(error))
    }
  }

  /// Renames `source`; a `target` that exists and is not an empty folder is an error.
  static func rename(_ source: URL, to target: URL) throws(FileSystemError) {
    guard Foundation.rename(source.path, target.path) == 0 else {
      throw FileSystemError(
        operation: "rename \(source.path) to", path: target.path, code: errno)
    }
  }

  /// Waits until every file below `url`, and every list of names, is on the disk.
  static func synchronizeTree(_ url: URL) throws(FileSystemError) {
    for name in try contents(of: url) {
      let item = url.appendingPathComponent(name)
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: item.path, isDirectory: &isFolder)
      if isFolder.boolValue {
        try synchronizeTree(item)
      } else {
        try AtomicFile.synchronize(item)
      }
    }
    try AtomicFile.synchronize(url)
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let underlying, underlying.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(underlying.code)))
    }
    return (error as NSError).localizedDescription
  }
}
