import Foundation
import LanguageModels
import Layers
import Tensors
import Testing
import Training

@Suite struct ReinforcementObjectiveTests {
  private let plain = ReinforcementObjective(clipLow: 0.2, clipHigh: 0.3)

  private func term(
    ratio: Double, advantage: Double, reference: Double? = nil,
    _ objective: ReinforcementObjective
  ) -> ReinforcementObjective.Term {
    objective.term(
      logProbability: -1 + log(ratio), drawnAt: -1, reference: reference, advantage: advantage)
  }

  @Test func theClipTakesTheSmallerGain() {
    // Ratio, advantage, loss, slope, clipped: Schulman et al. 2017, figure 1.
    let cases: [(Double, Double, Double, Double, Bool)] = [
      (1, 2, -2, -2, false), (1, -2, 2, 2, false),
      (1.25, 2, -2.5, -2.5, false), (1.5, 2, -2.6, 0, true), (0.5, 2, -1, -1, false),
      (0.9, -2, 1.8, 1.8, false), (0.5, -2, 1.6, 0, true), (1.5, -2, 3, 3, false),
      (1.5, 0, 0, 0, false),
    ]
    for (ratio, advantage, loss, slope, isClipped) in cases {
      let found = term(ratio: ratio, advantage: advantage, plain)
      #expect(abs(found.loss - loss) < 1e-12 && abs(found.slope - slope) < 1e-12, "\(ratio)")
      #expect(found.isClipped == isClipped && found.divergence == 0)
    }
  }

  @Test func theDivergenceIsZeroOnlyAtTheReference() {
    var objective = plain
    objective.referenceWeight = 0.5
    let same = term(ratio: 1, advantage: 0, reference: -1, objective)
    #expect(same.loss == 0 && same.slope == 0 && same.divergence == 0)
    let away = term(ratio: 1, advantage: 0, reference: -1 + log(2), objective)
    #expect(abs(away.divergence - (2 - log(2) - 1)) < 1e-12)
    #expect(abs(away.loss - 0.5 * away.divergence) < 1e-12)
    #expect(term(ratio: 1, advantage: 1, reference: -3, plain).divergence == 0)
  }

  @Test func slopesAreThoseOfTheLoss() {
    var objective = plain
    objective.referenceWeight = 0.3
    let step = 1e-5
    for old in [-2.0, -1.3, -1.05, -0.95, -0.5] {
      for advantage in [-1.5, 0, 0.7] {
        func term(_ logProbability: Double) -> ReinforcementObjective.Term {
          objective.term(
            logProbability: logProbability, drawnAt: old, reference: -1.4, advantage: advantage)
        }
        let difference = (term(-1 + step).loss - term(-1 - step).loss) / (2 * step)
        #expect(abs(difference - term(-1).slope) < 1e-8)
      }
    }
  }

  private static func batch(_ model: Transformer) -> ReinforcementBatch {
    var random = RandomSource(seed: 4, name: "rollouts")
    func tokens(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32(random.integer(in: 0..<17)) }
    }
    let rollouts = [(3, 5), (1, 9), (6, 2)].map { prompt, length in
      (
        prompt: tokens(prompt), tokens: tokens(length),
        isOwn: (0..<length).map { $0 != 1 },
        advantages: (0..<length).map { _ in random.normal() }, weight: Float(0.1)
      )
    }
    var batch = ReinforcementBatch(rollouts)
    // As if drawn from, and held near, other models: ratios and divergences are not trivial.
    let now = batch.logProbabilities(model)
    batch.old = now.map { $0 + (random.uniform() < 0.5 ? 0.1 : -0.1) }
    batch.reference = now.map { $0 + 0.3 * random.normal() }
    return batch
  }

  private func randomModel() throws -> Transformer {
    let model = try Transformer(tinyConfiguration, in: ParameterScope(seed: 1))
    for parameter in model.parameters.parameters {
      var random = RandomSource(seed: 2, name: parameter.path)
      parameter.replace(with: .normal(parameter.shape, deviation: 0.3, using: &random))
    }
    return model
  }

  @Test(arguments: [
    ReinforcementObjective(), .init(referenceWeight: 0.4), .init(entropyWeight: 0.7),
    .init(clipLow: 0.05, clipHigh: 0.05, referenceWeight: 0.2, entropyWeight: 0.3),
  ])
  func gradientsAgreeWithFiniteDifferences(_ objective: ReinforcementObjective) throws {
    let model = try randomModel()
    let batch = Self.batch(model)
    let gradients = Gradients()
    let (loss, measures) = batch.loss(model, objective)
    loss.backward(into: gradients)
    #expect(measures.count == 13 && (objective.clipLow < 0.1) == (measures.clippedCount > 2))
    for parameter in model.parameters.parameters {
      let gradient = try #require(gradients[parameter.value]).detached()
      let norm = (gradient * gradient).sum().scalar.squareRoot()
      guard norm > 1e-4 else { continue }
      var random = RandomSource(seed: 9, name: parameter.path)
      let noise = Tensor.normal(
        parameter.shape, deviation: norm / Float(parameter.shape.count).squareRoot(), using: &random
      )
      let direction = gradient * (1 / norm) + noise * (0.5 / norm)
      let expected = Double((gradient * direction).sum().scalar)
      let value = parameter.value.detached()
      let step: Float = 2e-3
      func objectiveValue(_ factor: Float) -> Double {
        parameter.replace(with: value + direction * (factor * step))
        return batch.loss(model, objective).measures.loss
      }
      let difference = (objectiveValue(1) - objectiveValue(-1)) / Double(2 * step)
      parameter.replace(with: value)
      #expect(abs(difference - expected) < 0.02 * abs(expected) + 2e-3, "\(parameter.path)")
    }
  }

  @Test func onlyOwnTokensCountAndPaddingDoesNot() throws {
    let model = try randomModel()
    let rollouts = (1...3).map { index in
      (
        prompt: [Int32](repeating: 2, count: index), tokens: [Int32(index), 5, 6, 7, Int32(index)],
        isOwn: [true, false, true, true, index > 1],
        advantages: [1, 100, -1, 0.5, 2] as [Float], weight: Float(index)
      )
    }
    func gradient(
      _ rollouts: [(
        prompt: [Int32], tokens: [Int32], isOwn: [Bool], advantages: [Float], weight: Float
      )]
    ) -> [Float] {
      let gradients = Gradients()
      for rollout in rollouts {
        ReinforcementBatch([rollout]).loss(model, .init()).loss.backward(into: gradients)
      }
      return gradients[model.parameters.parameters[0].value]?.values ?? []
    }
    let together = Gradients()
    ReinforcementBatch(rollouts).loss(model, .init()).loss.backward(into: together)
    let whole = together[model.parameters.parameters[0].value]?.values ?? []
    let apart = gradient(rollouts)
    #expect(whole.map(abs).max()! > 0.01)
    #expect(zip(whole, apart).allSatisfy { abs($0 - $1) < 1e-4 })
    var others = rollouts
    for index in others.indices { others[index].advantages[1] = -3 }
    #expect(gradient(others) == apart)
  }
}
