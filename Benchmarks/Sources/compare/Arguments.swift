/// What the command line asks for.
struct Arguments {
  enum Command: String {
    case training, decoding, operations, help
  }

  static let usage = """
    usage: compare training [--model NAME]... [--rounds N] [--json FILE]
           compare decoding [--rounds N] [--prompt N] [--tokens N] [--json FILE] FILE.gguf...
           compare operations [--json FILE]

    training    a step of training on this engine and on PyTorch, in turn
    decoding    reading a prompt and writing, one sequence alone, here and in llama.cpp, in turn
    operations  every operation of the engine, alone

    --model NAME  one of \(TrainingModel.all.map(\.name).joined(separator: ", ")); all when left out
    --rounds N    steps or runs that count, after those that warm up (7)
    --prompt N    tokens that are read (512)
    --tokens N    tokens that are written (64)
    --json FILE   also write everything measured as JSON
    """

  var command = Command.help
  var models: [TrainingModel] = []
  var files: [String] = []
  var rounds = 7
  var prompt = 512
  var tokens = 64
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
      case "--rounds" where command != .operations: rounds = try Self.count(value(), word)
      case "--prompt" where command == .decoding: prompt = try Self.count(value(), word)
      case "--tokens" where command == .decoding: tokens = try Self.count(value(), word)
      case _ where command == .decoding && !word.hasPrefix("-"): files.append(word)
      default: throw .unknown(word)
      }
    }
    if command == .decoding && files.isEmpty { throw .missingValue(option: "decoding") }
    if models.isEmpty { models = TrainingModel.all }
  }

  private static func count(_ text: String, _ option: String) throws(UsageError) -> Int {
    guard let count = Int(text), (1...100_000).contains(count) else {
      throw .badValue(option: option, value: text)
    }
    return count
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
