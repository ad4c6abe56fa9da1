/// What the command line asks for.
struct Arguments {
  enum Command: String {
    case training, operations, help
  }

  static let usage = """
    usage: compare training [--model NAME]... [--rounds N] [--json FILE]
           compare operations [--json FILE]

    training    a step of training on this engine and on PyTorch, in turn
    operations  every operation of the engine, alone

    --model NAME  one of \(TrainingModel.all.map(\.name).joined(separator: ", ")); all when left out
    --rounds N    steps that count, after two that do not (7)
    --json FILE   also write everything measured as JSON
    """

  var command = Command.help
  var models: [TrainingModel] = []
  var rounds = 7
  var jsonFile: String?

  init(_ words: some Sequence<String>) throws(UsageError) {
    var words = words.makeIterator()
    guard let first = words.next(), first != "--help", first != "-h" else { return }
    guard let command = Command(rawValue: first) else { throw .unknown(first) }
    self.command = command
    while let word = words.next() {
      func value() throws(UsageError) -> String {
        guard let value = words.next() else { throw .missingValue(option: word) }
        return value
      }
      switch word {
      case "--help", "-h":
        self.command = .help
      case "--json":
        jsonFile = try value()
      case "--model" where command == .training:
        let name = try value()
        guard let model = TrainingModel.all.first(where: { $0.name == name }) else {
          throw .badValue(option: word, value: name)
        }
        models.append(model)
      case "--rounds" where command == .training:
        let text = try value()
        guard let count = Int(text), (1...1000).contains(count) else {
          throw .badValue(option: word, value: text)
        }
        rounds = count
      default: throw .unknown(word)
      }
    }
    if models.isEmpty { models = TrainingModel.all }
  }
}

/// What can be wrong with a command line.
enum UsageError: Error, CustomStringConvertible {
  case unknown(String)
  case missingValue(option: String)
  case badValue(option: String, value: String)

  var description: String {
    switch self {
    case .unknown(let word): "'\(word)' means nothing here"
    case .missingValue(let option): "\(option) needs a value"
    case .badValue(let option, let value): "\(option) cannot be '\(value)'"
    }
  }
}
