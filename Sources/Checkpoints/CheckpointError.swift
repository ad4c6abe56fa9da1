/// What is wrong with a checkpoint: which file, where in it, and what was expected there.
public enum CheckpointError: Error, Equatable, Sendable {
  /// The file says something that cannot be true.
  case malformed(file: String, place: Place, expected: String)
  /// The file may well be sound, but this program cannot read it.
  case unsupported(file: String, place: Place, feature: String)

  /// Where in a checkpoint.
  public enum Place: Equatable, Sendable {
    case wholeFile
    /// In bytes from the beginning of the file.
    case offset(Int)
    case key(String)
    case tensor(String)
  }
}

extension CheckpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let file, let place, let expected):
      "\(file)\(place) is not sound: expected \(expected)"
    case .unsupported(let file, let place, let feature):
      "\(file)\(place) cannot be read: \(feature) is not supported yet"
    }
  }
}

extension CheckpointError.Place: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wholeFile: ""
    case .offset(let offset): ", byte \(offset),"
    case .key(let key): ", key \(quoted(key)),"
    case .tensor(let name): ", tensor \(quoted(name)),"
    }
  }
}

/// Text from an untrusted file, fit for a line on a terminal: no control characters, not endless.
func quoted(_ text: String) -> String {
  let start = String(text.prefix(80))
  return start.debugDescription + (start.utf8.count < text.utf8.count ? "..." : "")
}
