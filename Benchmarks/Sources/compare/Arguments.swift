import Tensors

/// What the command line asks for.
struct Arguments {
  enum Command: String {
    case training, distillation, memory, decoding, opening, operations, growth, steps, counts,
      curves, help
    /// What `memory` runs in a process of its own; no command for people.
    case trainingMemory = "training-memory"

    /// What it understands beside --json and --help.
    fileprivate var options: Set<String> {
      switch self {
      case .training, .distillation, .memory: ["--model", "--rounds"]
      case .decoding: ["--rounds", "--prompt", "--tokens"]
      case .opening: ["--rounds", "--program"]
      case .growth:
        ["--rounds", "--out", "--largest", "--longest", "--most", "--vocabulary", "--nights"]
      case .trainingMemory: ["--model", "--rounds", "--precision", "--microbatch"]
      case .curves: ["--out", "--steps"]
      case .steps: ["--model"]
      case .counts: ["--record"]
      case .operations, .help: []
      }
    }

    fileprivate var takesFiles: Bool { self == .growth || needsFiles }
    fileprivate var needsFiles: Bool { self == .decoding || self == .opening || self == .curves }
  }

  static let usage = """
    usage: compare training [--model NAME]... [--rounds N] [--json FILE]
           compare distillation [--model NAME]... [--rounds N] [--json FILE]
           compare memory [--model NAME]... [--rounds N] [--json FILE]
           compare decoding [--rounds N] [--prompt N] [--tokens N] [--json FILE] FILE.gguf...
           compare opening [--rounds N] [--program FILE] [--json FILE] FILE-OR-FOLDER...
           compare operations [--json FILE]
           compare curves [--steps N] [--out FOLDER] [--json FILE] FILE...
           compare steps [--model NAME]... [--json FILE]
           compare counts [--record] [--json FILE]
           compare growth [--out FOLDER] [--rounds N] [--largest N] [--longest N] [--most N]
                          [--vocabulary N] [--nights FILE] [--json FILE] [FILE...]

    training      a step of training on this engine and on PyTorch, in turn
    distillation  a step of distilling into low-rank changes, here and with PEFT, in turn
    memory        the most memory that training needs, here and on PyTorch
    decoding      reading a prompt and writing, one sequence alone, here and in llama.cpp, in turn
    opening       from the start of a process to the first token, here and in llama.cpp, in turn
    operations    every operation of the engine, alone
    curves        losses of the same training in float32 and in bfloat16, on text
    steps         where the time of this engine's steps goes, operation by operation
    counts        what steps of a small model have to do, without a clock, against what is on record
    growth        what training, reading and tokenizers cost as models, contexts and texts grow

    --model NAME    one of \(TrainingModel.all.map(\.name).joined(separator: ", ")); all when left out, 124M of distillation
    --rounds N      steps or runs that count, after those that warm up (7)
    --steps N       steps of each training (300)
    --record        put what was counted on record
    --prompt N      tokens that are read (512)
    --tokens N      tokens that are written (64)
    --program FILE  the command 'circadian' (that of a release build)
    --out FOLDER    where plots, and growth.json, are written
    --largest N     the largest model, in millions of parameters (124)
    --longest N     the longest context, in tokens (8192)
    --most N        the most text, in millions of bytes (100)
    --vocabulary N  tokens of the vocabulary that is learned from text (32768)
    --nights FILE   a JSON array of the seconds of one night after another, to be plotted
    --json FILE     also write everything measured as JSON
    """

  var command = Command.help
  var models: [TrainingModel] = []
  var files: [String] = []
  var rounds = 7
  var prompt = 512
  var tokens = 64
  var program: String?
  var growth = Growth.Limits()
  var precision = Precision.fastest
  var microbatch = 1
  var records = false
  var steps = 300
  var jsonFile: String?

  init(_ words: some Sequence<String>) throws(UsageError) {
    var words = words.makeIterator()
    guard let first = words.next(), first != "--help", first != "-h" else { return }
    guard let command = Command(rawValue: first) else { throw .unknown(first) }
    self.command = command
    while let word = words.next() {
      if word == "--help" || word == "-h" {
        self.command = .help
        return
      }
      guard word.hasPrefix("-") else {
        guard command.takesFiles else { throw .unknown(word) }
        files.append(word)
        continue
      }
      guard word == "--json" || command.options.contains(word) else { throw .unknown(word) }
      if word == "--record" {
        records = true
        continue
      }
      guard let value = words.next() else { throw .missingValue(option: word) }
      try set(word, value)
    }
    if command.needsFiles && files.isEmpty { throw .missingValue(option: command.rawValue) }
    growth.files = files
    if models.isEmpty {
      models = TrainingModel.all.filter { command != .distillation || $0.name == "124M" }
    }
  }

  private mutating func set(_ option: String, _ value: String) throws(UsageError) {
    func count() throws(UsageError) -> Int {
      guard let count = Int(value), (1...1_000_000).contains(count) else {
        throw .badValue(option: option, value: value)
      }
      return count
    }
    switch option {
    case "--model":
      guard let model = TrainingModel.all.first(where: { $0.name == value }) else {
        throw .badValue(option: option, value: value)
      }
      models.append(model)
    case "--precision":
      guard let precision = Precision(rawValue: value) else {
        throw .badValue(option: option, value: value)
      }
      self.precision = precision
    case "--rounds": rounds = try count()
    case "--prompt": prompt = try count()
    case "--tokens": tokens = try count()
    case "--steps": steps = try count()
    case "--microbatch": microbatch = try count()
    case "--program": program = value
    case "--out": growth.folder = value
    case "--largest": growth.largest = try count()
    case "--longest": growth.longest = try count()
    case "--most": growth.most = try count()
    case "--vocabulary": growth.vocabulary = try count()
    case "--nights": growth.nights = value
    default: jsonFile = value
    }
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
