import Foundation
import LanguageModels
import Layers
import Lens
import Tensors
import TestSupport
import Testing

@Suite struct LensTests {
  private let folder: TemporaryFolder
  private let core: LanguageModel
  private let lens: Lens
  private let place: URL

  init() throws {
    folder = try TemporaryFolder()
    core = try LanguageModel.open(TinyCore(in: folder).folder)
    var plan = Lens.Plan(block: 1, seed: 1)
    (plan.features, plan.kept, plan.steps, plan.windows, plan.window) = (64, 4, 60, 4, 32)
    let tokens = core.tokenizer.encode(TinyCore.neutral + TinyCore.day)
    lens = try Lens.trained(plan, for: core, on: tokens)
    place = folder / "lens"
    try lens.write(to: place)
  }

  private var day: [Int32] { core.tokenizer.encode(TinyCore.day) }

  @Test func itExplainsWhatItHasSeen() {
    #expect(lens.quality.unexplained < 0.5)
    #expect((1...4).contains(lens.quality.featuresPerRow))
    let lit = lens.features.filter { $0.strength > 0 }
    #expect(lit.count > 8)
    #expect(lit.allSatisfy { !$0.examples.isEmpty && $0.examples[0].contains("[") })
  }

  @Test func itIsTheSameWhenOpened() throws {
    let opened = try Lens.open(place)
    #expect(opened.features == lens.features && opened.block == 1)
    #expect(
      opened.codes(of: day, in: core.model).values == lens.codes(of: day, in: core.model).values)
    try opened.verify(core.model, path: "lens")
  }

  @Test func whatIsWrongWithItIsSaid() throws {
    #expect(throws: LensError.missing(path: (folder / "nowhere").path)) {
      try Lens.open(folder / "nowhere")
    }
    let other = try Transformer(core.model.configuration, in: ParameterScope(seed: 9))
    #expect(throws: LensError.otherCore(path: "here")) { try lens.verify(other, path: "here") }
    let description = place.appendingPathComponent("lens.json")
    let text = try String(contentsOf: description, encoding: .utf8)
    for (part, wrong) in [
      ("circadian-lens-1", "circadian-lens-9"), ("\"kept\" : 4", "\"kept\" : 99"), ("{", "["),
    ] {
      try text.replacingOccurrences(of: part, with: wrong)
        .write(to: description, atomically: true, encoding: .utf8)
      #expect(throws: LensError.self) { try Lens.open(place) }
    }
    #expect(throws: LensError.tooShort(tokens: 3, needed: 512)) {
      try Lens.trained(Lens.Plan(block: 1, seed: 1), for: core, on: [1, 2, 3])
    }
  }

  /// What learning gains for a feature is how the loss falls when every state that it lights moves along its direction.
  @Test func pushesAreSlopes() throws {
    let tokens = Array(day.prefix(60))
    let pushes = try GradientLens(lens, core.model, core.tokenizer).pushes(of: tokens)
    #expect(!pushes.isEmpty)
    let inputs = Array(tokens.dropLast())
    let codes = lens.codes(of: inputs, in: core.model).values
    let (count, width) = (lens.features.count, core.model.configuration.width)
    let directions = lens.autoencoder.directions.value.values
    let stream = core.model.stream(
      Tensor(indices: inputs, shape: [1, inputs.count]), before: lens.block
    ).detached()
    for push in pushes.prefix(5) {
      func loss(_ distance: Float) -> Double {
        let moved = stream.owned()
        moved.update { floats in
          for place in inputs.indices where codes[place * count + push.feature] > 0 {
            for column in 0..<width {
              floats[place * width + column] +=
                distance * directions[push.feature * width + column]
            }
          }
        }
        let hidden = core.model.hidden(continuing: moved, from: lens.block)
        return core.model.losses(hidden, SparseTargets(labels: Array(tokens.dropFirst())))
          .detached().values.reduce(0.0) { $0 + Double($1) }
      }
      let slope = -(loss(0.02) - loss(-0.02)) / 0.04 / Double(inputs.count)
      #expect(abs(slope - push.gain) < 0.05 * abs(push.gain) + 1e-4, "\(push)")
    }
  }

  /// A sentence that lights a suppressed feature counts nothing, others what they did.
  @Test func sentencesOfASuppressedFeatureCountNothing() throws {
    let tokens = Array(day.prefix(60))
    // The most common of those that not every sentence lights.
    func weights(_ feature: Int, amplified: [Int] = []) throws -> [Float] {
      try ConceptWeights(
        .init(lens: place.path, suppressed: [feature], amplified: amplified), core.model,
        core.tokenizer
      ).factors(tokens, isWhole: false)
    }
    var hasTold = false
    for feature in lens.features.indices where lens.features[feature].strength > 0 {
      let factors = try weights(feature)
      #expect(factors.count == tokens.count && factors.allSatisfy { $0 == 0 || $0 == 1 })
      if factors.contains(0), factors.contains(1) {
        hasTold = true
        // The border is the end of a sentence.
        let border = try #require(
          factors.indices.dropFirst().first { factors[$0] != factors[$0 - 1] })
        let last = core.tokenizer.bytes(for: tokens[border - 1]).last
        #expect(last == UInt8(ascii: ".") || last == 0x0A)
        // What is suppressed and amplified is suppressed.
        #expect(try weights(feature, amplified: [feature]) == factors)
      }
    }
    #expect(hasTold)
    #expect(throws: LensError.noSuchFeature(64, of: 64)) { try weights(64) }
  }

  /// A push adds its direction at every token: in one pass, token by token, and by hand.
  @Test func aPushMovesEveryState() throws {
    let tokens = Array(day.prefix(20))
    let feature = try #require(
      lens.features.indices.max { lens.features[$0].strength < lens.features[$1].strength })
    let push = try lens.push(along: feature, strength: 1, in: core.model, asReading: tokens)
    var pushed = core.model
    pushed.push = push
    let inputs = Tensor(indices: tokens, shape: [1, tokens.count])
    let all = pushed.hidden(inputs).detached().values
    let byHand = core.model.hidden(
      continuing: core.model.stream(inputs, before: lens.block).addingRow(push.direction),
      from: lens.block
    ).detached().values
    #expect(zip(all, byHand).allSatisfy { abs($0 - $1) < 1e-5 })
    let memory = WorkingMemory(core.model.configuration)
    var steps: [Float] = []
    for token in tokens {
      steps += pushed.hidden(Tensor(indices: [token], shape: [1, 1]), cache: memory).values
    }
    #expect(zip(all, steps).allSatisfy { abs($0 - $1) < 1e-3 })
    pushed.push = try lens.push(along: feature, strength: 0, in: core.model, asReading: tokens)
    #expect(pushed.hidden(inputs).detached().values == core.model.hidden(inputs).detached().values)
    #expect(throws: LensError.noSuchFeature(64, of: 64)) {
      try lens.push(along: 64, strength: 1, in: core.model, asReading: tokens)
    }
  }
}

@Suite struct SteeringLawTests {
  private func points(_ odds: (Double, Double) -> Double) -> [SteeringLaw.Point] {
    (0..<6).flatMap { examples in
      [-1, -0.5, 0, 0.5, 1].map {
        SteeringLaw.Point(examples: examples, push: $0, odds: odds(Double(examples), $0))
      }
    }
  }

  @Test func itFindsWhatTheOddsAreMadeOf() throws {
    let points = points { 0.5 - 2 * $1 - 0.7 * $0.squareRoot() }
    let law = SteeringLaw(points)
    #expect(abs(law.b - 0.5) < 1e-6 && abs(law.a + 2) < 1e-6)
    #expect(abs(law.gamma + 0.7) < 1e-6 && abs(law.alpha - 0.5) < 1e-6)
    #expect(law.quality(on: points).explained > 0.999999)
    // 0.7 sqrt(N) = 2.
    #expect(abs(try #require(law.examples(worth: 1)) - 400.0 / 49) < 1e-4)
    #expect(law.quality(on: points, currency: -1).explained < 0)
  }

  @Test func whatPullsApartIsWorthNothing() {
    #expect(SteeringLaw(points { 1 * $0 - 2 * $1 }).examples(worth: 1) == nil)
  }
}
