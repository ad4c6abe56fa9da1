/// Why a published model's chat template cannot be found or used.
public enum ChatTemplateError: Error, Hashable, CustomStringConvertible {
  /// The folder has no template; a model without one was not made for conversations.
  case missing(folder: String)
  /// A file is not what it should be.
  case malformed(file: String, problem: String)

  public var description: String {
    switch self {
    case .missing(let folder):
      "\(folder): no chat template, neither chat_template.jinja nor one in tokenizer_config.json"
    case .malformed(let file, let problem): "\(file): \(problem)"
    }
  }
}
