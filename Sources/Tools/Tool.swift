/// Something that a model can ask for while it writes.
public protocol Tool: Sendable {
  /// One word, which begins every call of it.
  var name: String { get }

  /// What it is for, in a sentence, for models that are told.
  var purpose: String { get }

  /// What it gives back for the rest of the call.
  ///
  /// - Throws: an error whose description the model is to read.
  func run(_ argument: String) throws -> String
}

extension Tool {
  public var purpose: String { "" }
}
