import CommandLineInterface
import Foundation
import Tensors

extension Precision: CommandLineValue {}

/// Options that several commands of the pipeline have.
enum TrainingOptions {
  static var precision: CommandLineInterface.Option<Precision> {
    .init(
      "precision", default: .fastest,
      must: Requirement("be float32 where the processor has no bfloat16 products") {
        $0 == .float32 || Precision.fastest == .bfloat16
      },
      help: "In which matrix products are computed.")
  }

  /// Nothing of it is in a plan where it is not given: runs that were begun before there was such a choice go on.
  static var exchange: CommandLineInterface.Option<Precision?> {
    .init(
      "exchange",
      help:
        "In which gradients travel between processes, which add them up in float32 (default: float32)."
    )
  }

  /// A factor of all learning rates.
  static func rate(_ value: Double) -> CommandLineInterface.Option<Double> {
    .init(
      "rate", default: value, must: .be(in: 1e-6...1000), help: "Multiplies all learning rates.")
  }

  /// A core that has been pretrained with one share is taught further with the same, or it is taught what it was to
  /// be measured on.
  static var validationShare: CommandLineInterface.Option<Double> {
    .init(
      "validation-share", default: 0.005, must: .be(in: 0.0001...0.5),
      help: "The share of every file, at its end, that is held out; the same in all stages.")
  }

  /// What a number of tokens may be: more than anybody reads would not fit a number of steps.
  static var tokenCount: Requirement<Double> { .be(in: 1...1e13) }

  /// The steps that come nearest to `tokens` from below, at least one.
  static func steps(tokens: Double, perStep: Int) -> Int {
    max(Int(tokens / Double(perStep)), 1)
  }
}
