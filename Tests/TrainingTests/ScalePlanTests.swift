import LanguageModels
import Layers
import Testing
import Training

@Suite struct ScalePlanTests {
  private static let configuration = TransformerConfiguration.gpt(
    depth: 4, vocabularySize: 4096, contextLength: 256)
  private static let plan = ScalePlan(configuration, tokensPerStep: 8192)
  private static let node = ScalePlan.Node(
    gigaflops: 400, efficiency: 0.5, memoryBandwidth: 20, bandwidth: 1, latency: 0)

  @Test func aCoreIsCountedAsItIsBuilt() throws {
    let model = try Transformer(Self.configuration, in: ParameterScope(seed: 1))
    #expect(Self.plan.multiplied == model.multipliedWeightCount)
    // Norms and short convolutions are left out.
    let built = Double(model.parameters.count)
    #expect(abs(Double(Self.plan.parameters) - built) < 0.01 * built)
  }

  @Test func computingAndUpdatingAreSharedAndExchangingGrows() {
    let (one, two, many) = (
      Self.plan.step(on: 1, Self.node), Self.plan.step(on: 2, Self.node),
      Self.plan.step(on: 64, Self.node)
    )
    #expect(one.exchanging == 0 && two.computing == one.computing / 2)
    #expect(many.computing == one.computing / 64)
    // Half of everything leaves for the other, and as much comes back.
    #expect(abs(two.exchanging - 4 * Double(Self.plan.parameters) / 1e9) < 1e-6)
    #expect(many.exchanging < 2 * two.exchanging && many.exchanging > two.exchanging)
    // 6 operations for a weight and token, and attention, at half of the peak.
    let flops = 6 * Double(Self.plan.multiplied) * 8192
    #expect(one.computing > flops / 200e9 && one.computing < 1.2 * flops / 200e9)
  }

  @Test func aNodeHoldsItsShareOfTheState() {
    let (one, four) = (Self.plan.bytes(on: 1, Self.node), Self.plan.bytes(on: 4, Self.node))
    let rest = Double(Self.plan.parameters - Self.plan.matrices)
    let state = 4 * Double(Self.plan.matrices) + 8 * rest
    #expect(abs(one - four - state * 0.75) < 1)
    #expect(Self.plan.activationBytes(rows: 4) == 4 * Self.plan.activationBytes(rows: 1))
  }

  @Test func nightsAreSharedOutWhole() {
    #expect(ScalePlan.nights(7, seconds: 10, on: 2) == 40)
    #expect(ScalePlan.nights(1_000_000, seconds: 36, on: 1000) == 36_000)
  }
}
