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
      case .help:
        print(Arguments.usage)
      case .operations:
        let comparison = try OperationComparison.measured(progress: note)
        print(comparison.text)
        try write(comparison, to: arguments.jsonFile)
      case .decoding:
        let comparison = try DecodingComparison.measured(
          arguments.files, prompt: arguments.prompt, tokens: arguments.tokens,
          rounds: arguments.rounds, progress: note)
        print(comparison.text)
        try write(comparison, to: arguments.jsonFile)
      case .training:
        let comparison = try TrainingComparison.measured(
          arguments.models, rounds: arguments.rounds, progress: note)
        print(comparison.text)
        try write(comparison, to: arguments.jsonFile)
        if !comparison.isSound { exit(1) }
      }
    } catch let error as UsageError {
      note("error: \(error)\n\(Arguments.usage)")
      exit(64)
    } catch {
      note("error: \(error)")
      exit(1)
    }
  }

  /// Says how far things are, on standard error.
  private static func note(_ message: String) {
    FileHandle.standardError.write(Data("\(message)\n".utf8))
  }

  private static func write(_ document: some Encodable, to file: String?) throws {
    guard let file else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    let data = try encoder.encode(document) + Data("\n".utf8)
    try data.write(to: URL(filePath: file), options: .atomic)
  }
}
