import CommandLineInterface
import LanguageModels

/// The options of every command that writes text.
struct SamplingOptions: Sendable {
  private static let defaults = Sampling()

  let temperature = CommandLineInterface.Option(
    "temperature", default: 0.8, must: .be(in: 0...100),
    help: "0 always takes the most likely token.")
  let topK = CommandLineInterface.Option(
    "top-k", default: 0, must: .be(atLeast: 0),
    help: "Keep only this many of the most likely tokens; 0 keeps all.")
  let topP = CommandLineInterface.Option(
    "top-p", default: 1.0, must: .be(in: 0.0001...1),
    help: "Keep the most likely tokens up to this probability.")
  let minP = CommandLineInterface.Option(
    "min-p", default: 0.0, must: .be(in: 0...1),
    help: "Drop tokens less likely than this share of the most likely.")
  let repetitionPenalty = CommandLineInterface.Option(
    "repetition-penalty", default: 1.0, must: .be(in: 0.01...100),
    help: "Above 1, recent tokens become less likely.")
  let stop = CommandLineInterface.Option<[String]>(
    "stop", help: "End before this text; may be repeated.")

  var section: Section {
    Section("Sampling") {
      temperature
      topK
      topP
      minP
      repetitionPenalty
      stop
    }
  }

  func sampling(_ invocation: Invocation) -> Sampling {
    var sampling = Self.defaults
    sampling.temperature = Float(invocation[temperature])
    sampling.topK = invocation[topK]
    sampling.topP = Float(invocation[topP])
    sampling.minP = Float(invocation[minP])
    sampling.repetitionPenalty = Float(invocation[repetitionPenalty])
    return sampling
  }
}
