import Foundation

/// Runs this engine and what a user would pick instead in turn, and prints how they compare.
@main
enum Compare {
  static func main() {
    // A peer that dies then shows up as an error of the write.
    signal(SIGPIPE, SIG_IGN)
    do {
      let arguments = try Arguments(CommandLine.arguments.dropFirst())
      switch arguments.command {
      case .help: print(Arguments.usage)
      case .trainingMemory:
        print(
          try TrainingMemory.measured(
            arguments.models[0], arguments.precision, microbatch: arguments.microbatch,
            steps: arguments.rounds
          ).line)
      default: try report(comparison(arguments), arguments)
      }
    } catch let error as UsageError {
      note("error: \(error)\n\(Arguments.usage)")
      exit(64)
    } catch {
      note("error: \(error)")
      exit(1)
    }
  }

  private static func comparison(_ arguments: Arguments) throws -> any Comparison {
    let rounds = arguments.rounds
    return switch arguments.command {
    case .training:
      try TrainingComparison.measured(arguments.models, rounds: rounds, progress: note)
    case .distillation:
      try TrainingComparison.measured(
        arguments.models, distillation: Distillation(), rounds: rounds, progress: note)
    case .memory:
      try MemoryComparison.measured(arguments.models, steps: rounds, progress: note)
    case .decoding:
      try DecodingComparison.measured(
        arguments.files, prompt: arguments.prompt, tokens: arguments.tokens, rounds: rounds,
        progress: note)
    case .opening:
      try OpeningComparison.measured(
        arguments.files, program: arguments.program, rounds: rounds, progress: note)
    case .curves:
      try PrecisionCurves.measured(arguments.files, steps: arguments.steps, progress: note)
    case .steps: try StepProfile.measured(arguments.models, progress: note)
    case .counts: try StepCounts.measured(recording: arguments.records)
    case .growth: try Growth.measured(arguments.growth, rounds: rounds, progress: note)
    case .operations, .help, .trainingMemory: try OperationComparison.measured(progress: note)
    }
  }

  private static func report(_ comparison: any Comparison, _ arguments: Arguments) throws {
    print(comparison.text)
    if let folder = arguments.growth.folder.map({ URL(filePath: $0, directoryHint: .isDirectory) })
    {
      try (comparison as? any Plotted)?.write(to: folder)
    }
    if let file = arguments.jsonFile { try write(comparison, to: URL(filePath: file)) }
    if !comparison.isSound { exit(1) }
  }

  /// Says how far things are, on standard error.
  private static func note(_ message: String) {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
  }

  static func write(_ document: some Encodable, to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    let data = try encoder.encode(document) + Data("\n".utf8)
    try data.write(to: file, options: .atomic)
  }
}
