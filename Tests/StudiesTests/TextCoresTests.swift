import Foundation
import LanguageModels
import Layers
import Studies
import Tensors
import TestSupport
import Testing
import Training

@Suite struct TextCoresTests {
  private func plan(_ architecture: CoreArchitecture) -> TextCores.Plan {
    TextCores.Plan(architecture, vocabularySize: 300, seed: 1)
  }

  private func parameters(_ architecture: CoreArchitecture) throws -> Int {
    let configuration = try TextCores(plan(architecture)).configuration
    return try Transformer(configuration, in: ParameterScope(seed: 0)).parameters.count
  }

  @Test(arguments: CoreArchitecture.allCases)
  func coresHaveAsManyParameters(_ architecture: CoreArchitecture) throws {
    let (own, wanted) = try (parameters(architecture), parameters(.gpt))
    #expect(abs(Double(own - wanted)) < 0.02 * Double(wanted), "\(own) for \(wanted)")
  }

  /// A repeated text is learned, and what is measured on the way is kept.
  @Test func aCoreLearnsItsText() throws {
    let folder = try TemporaryFolder()
    var plan = plan(.delta)
    (plan.depth, plan.context, plan.batch, plan.tokens) = (1, 16, 4, 64 * 40)
    let text = (0..<200).flatMap { _ in (1...10).map { Int32($0) } }
    let rows = TextRows(text, length: 16, repeatShare: 0, seed: 1)
    let outcome = try #require(
      try TextCores(plan).run(
        on: rows, text: "ten numbers", validation: (Array(text.prefix(200)), 200),
        checkpoint: folder / "run.safetensors"))
    #expect(outcome.bitsPerByte < 1)
    #expect(outcome.course.count == 10 && outcome.course.last?.step == 40)
    #expect(outcome.stateBytes > 0 && outcome.tokensPerSecond > 0)
  }
}
