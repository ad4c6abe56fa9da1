#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Words for any error: its own description, or a sentence where Foundation's would be a dump.
enum ErrorMessage {
  static func text(of error: any Error) -> String {
    switch error {
    case let error as CocoaError: text(of: error)
    case let error as DecodingError: text(of: error)
    default: String(describing: error)
    }
  }

  private static func text(of error: CocoaError) -> String {
    // NSFilePathErrorKey by its value: the name is not in FoundationEssentials.
    let file = (error.userInfo["NSFilePath"] as? String).map { "'\($0)'" } ?? "the file"
    return switch error.code {
    case .fileNoSuchFile, .fileReadNoSuchFile: "there is no file \(file)"
    case .fileReadNoPermission: "no permission to read \(file)"
    case .fileWriteNoPermission, .fileWriteVolumeReadOnly: "no permission to write \(file)"
    case .fileWriteOutOfSpace: "no space left to write \(file)"
    case .fileWriteFileExists: "\(file) already exists"
    case .fileReadInapplicableStringEncoding, .fileReadCorruptFile:
      "\(file) is damaged or not UTF-8 text"
    default: "\(file) cannot be read or written (Cocoa error \(error.code.rawValue))"
    }
  }

  private static func text(of error: DecodingError) -> String {
    let (context, complaint): (DecodingError.Context, String?) =
      switch error {
      case .keyNotFound(let key, let context): (context, "the key '\(key.stringValue)' is missing")
      case .typeMismatch(let type, let context): (context, "expected \(type)")
      case .valueNotFound(let type, let context): (context, "expected \(type), found null")
      case .dataCorrupted(let context): (context, nil)
      @unknown default:
        (DecodingError.Context(codingPath: [], debugDescription: "\(error)"), nil)
      }
    let place = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    return (place.isEmpty ? "JSON" : "JSON at \(place.joined(separator: "."))") + ": "
      + (complaint ?? context.debugDescription)
  }
}
