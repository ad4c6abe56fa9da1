import CommandLineInterface
import Foundation

enum Memory: String, CaseIterable, CommandLineValue {
  case slots, lora, both
}

/// A command with every kind of parameter, which reports what it read.
struct ProbeCommand: Command {
  let name = "probe"
  let abstract = "Report every parameter."
  let discussion = "The first paragraph.\n\nThe second paragraph."
  let examples = ["circadian probe ada --rank 3"]

  let individual = Argument<String>("individual", help: "Who is probed.")
  let files = Argument<[URL]>("file", atLeast: 0, help: "What is read.")
  let rank = Option<Int>("rank", short: "r", must: .be(in: 1...64), help: "The rank.")
  let rate = Option("rate", default: 0.5, must: .be(above: 0), help: "The learning rate.")
  let nights = Option<Int?>("nights", must: .be(atLeast: 1), help: "How many nights.")
  let layers = Option<[Int]>("layer", help: "A layer to look at.")
  let memory = Option("memory", default: Memory.slots, help: "Where the night is kept.")
  let prompt = Option("prompt", default: "", help: "What comes first.")
  let core = Option<URL?>("core", help: "The core's file.")
  let isStrict = Option("strict", default: true, help: "Whether to be strict.")
  let bf16 = Flag("bf16", default: true, help: "Multiply in bf16.")
  let overwrite = Flag("overwrite", short: "f", help: "Replace what exists.")

  var parameters: ParameterList {
    individual
    files
    rank
    rate
    nights
    prompt
    core
    isStrict
    overwrite
    Section("Memory") {
      memory
      layers
      bf16
    }
  }

  struct Report: Codable, Equatable {
    var individual = "ada"
    var files: [String] = []
    var rank = 1
    var rate = 0.5
    var nights: Int?
    var layers: [Int] = []
    var memory = "slots"
    var prompt = ""
    var core: String?
    var isStrict = true
    var bf16 = true
    var overwrite = false
    var seed: UInt64 = 1337
    var isQuiet = false
    var home = "/homes/circadian/"
  }

  func run(_ invocation: Invocation) async throws {
    let report = Report(
      individual: invocation[individual],
      files: invocation[files].map(\.relativePath),
      rank: invocation[rank],
      rate: invocation[rate],
      nights: invocation[nights],
      layers: invocation[layers],
      memory: invocation[memory].rawValue,
      prompt: invocation[prompt],
      core: invocation[core]?.relativePath,
      isStrict: invocation[isStrict],
      bf16: invocation[bf16],
      overwrite: invocation[overwrite],
      seed: invocation.seed,
      isQuiet: invocation.isQuiet,
      home: invocation.home.path())
    invocation.note("probing")
    try invocation.report(report) { "rank \(report.rank)" }
  }
}

/// A command that ends with an error.
struct FailingCommand: Command {
  let name = "fail"
  let abstract = "Fail."
  let error: any Error

  func run(_ invocation: Invocation) async throws {
    throw error
  }
}

/// A command whose only argument may be left out.
struct HistoryCommand: Command {
  let name = "history"
  let abstract = "Show the nights."
  let night = Argument<Int?>("night", must: .be(atLeast: 1), help: "Only this one.")
  let form = Argument("form", default: Memory.both, help: "In which form.")

  var parameters: ParameterList {
    night
    form
  }

  func run(_ invocation: Invocation) async throws {
    let night = invocation[night].map(String.init) ?? "every"
    try invocation.output.writeLine("\(night) \(invocation[form])")
  }
}

func sampleTool(error: any Error = CommandError("failed on purpose")) -> CommandLineTool {
  CommandLineTool(
    "circadian", version: "1.2.3", abstract: "A tool for tests.",
    examples: ["circadian probe ada --rank 3"]
  ) {
    ProbeCommand()
    HistoryCommand()
    FailingCommand(error: error)
    CommandGroup("tokenizer", abstract: "Train and use tokenizers.") {
      CommandGroup("vocabulary", abstract: "Look at words.") {
        HistoryCommand()
      }
    }
  }
}

/// What a command line led to.
struct Outcome {
  let code: Int32
  let output: String
  let messages: String
}

func run(
  _ arguments: String..., tool: CommandLineTool = sampleTool(),
  environment: [String: String] = ["CIRCADIAN_HOME": "/homes/circadian"]
) async throws -> Outcome {
  let output = try Capture()
  let messages = try Capture()
  let code = await tool.run(
    arguments, output: output.terminal, messages: messages.terminal, environment: environment)
  return Outcome(code: code.rawValue, output: try output.text, messages: try messages.text)
}

/// A terminal that is a file, and what was written to it.
struct Capture {
  private let file: URL
  private let handle: FileHandle

  init() throws {
    file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data().write(to: file)
    handle = try FileHandle(forUpdating: file)
    try FileManager.default.removeItem(at: file)
  }

  var terminal: Terminal {
    Terminal(fileDescriptor: handle.fileDescriptor, environment: [:])
  }

  var text: String {
    get throws {
      try handle.seek(toOffset: 0)
      return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    }
  }
}
