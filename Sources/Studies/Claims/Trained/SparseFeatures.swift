import Foundation
import Layers
import Lens
import Tensors
import Training

/// A sparse autoencoder finds the directions that rows are made of, when there are more of them than dimensions (2406.04093).
public struct SparseFeatures: Study {
  package var steps = (full: 6000, quick: 2500)
  /// Features that a row is taken to have; 4 is right.
  package var kept = 4

  public init() {}

  public let name = "sparse-features"
  public let claim = Claim(
    "A sparse autoencoder finds the concepts that a state is made of",
    words:
      "Using a sparse autoencoder to identify active concepts, one can project a model's gradient update onto these concepts. This reveals what the model is learning",
    place: "000",
    published: [
      "TopK with an auxiliary loss on dead features: 7% dead of 16 million, up to 90% without (Gao et al., 2406.04093, section 2.4). Dictionaries of more features than dimensions are "
        + "found where each row has few (Sharkey et al. 2022; Cunningham et al., 2309.08600)."
    ])
  public let setup = """
    Rows of width 32 are sums of 4 out of 64 random directions, each 0.5 to 1.5 times. The engine's autoencoder of 64 features learns \
    from 256 new rows a step, with and without the auxiliary loss on dead features: how near is the nearest learned direction to each \
    true one (cosine), what is left unexplained, how many features are never used.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let steps = setting.pick(self.steps.full, quick: self.steps.quick)
    var (cosines, unexplained, perRow) = ([Double](), [Double](), [Double]())
    var (dead, deadWithout, cosinesWithout) = ([Double](), [Double](), [Double]())
    var curves: [LinePlotSeries] = []
    for seed in setting.seeds {
      let world = FeatureWorld(seed: seed)
      let found = try learned(world, deadWeight: 1 / 32, steps: steps, seed: seed)
      cosines.append(world.nearness(of: found.autoencoder))
      unexplained.append(found.quality.unexplained)
      perRow.append(found.quality.featuresPerRow)
      dead.append(found.quality.deadShare)
      curves.append(("seed \(seed)", found.curve))
      let without = try learned(world, deadWeight: 0, steps: steps, seed: seed)
      cosinesWithout.append(world.nearness(of: without.autoencoder))
      deadWithout.append(without.quality.deadShare)
      setting.note(
        "seed \(seed): cosine \(LinePlot.digits(cosines.last!)), dead \(LinePlot.digits(dead.last!)) and \(LinePlot.digits(deadWithout.last!))"
      )
    }
    return StudyOutcome(
      [
        Finding("cosine to the nearest learned direction", cosines, .atLeast(0.9)),
        Finding("variance left unexplained", unexplained, .atMost(0.1)),
        Finding("features of a row", perRow, .near(4, within: 0.5)),
        Finding("share of features never used", dead, .atMost(0.05)),
        Finding("the same without the auxiliary loss", deadWithout),
        Finding("cosine without the auxiliary loss", cosinesWithout),
      ],
      [
        .plot(
          .of("What is left of a row", x: "step", y: "squared error", curves))
      ])
  }

  private func learned(
    _ world: FeatureWorld, deadWeight: Float, steps: Int, seed: UInt64
  ) throws -> (
    autoencoder: SparseAutoencoder, quality: AutoencoderTraining.Quality, curve: [(Double, Double)]
  ) {
    let scope = ParameterScope(seed: seed)
    let autoencoder = try SparseAutoencoder(
      .init(width: FeatureWorld.width, features: 64, kept: kept, deadWeight: deadWeight),
      in: scope)
    var plan = AutoencoderTraining.Plan(steps: steps, seed: seed)
    (plan.rate, plan.deadAfter) = (3e-3, 5000)
    var curve: [(Double, Double)] = []
    try AutoencoderTraining(plan).run(
      autoencoder, scope.store.parameters,
      report: { step, loss in
        if step.isMultiple(of: 100) { curve.append((Double(step), loss)) }
      },
      rows: { world.rows(256, name: "step \($0)") })
    return (
      autoencoder,
      AutoencoderTraining.quality(autoencoder, world.rows(4000, name: "examination")), curve
    )
  }
}

/// Directions, and rows that are sums of a few of them.
private struct FeatureWorld {
  static let width = 32
  private static let (features, active) = (64, 4)
  private let directions: [[Float]]
  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    var random = RandomSource(seed: seed, name: "directions")
    directions = (0..<Self.features).map { _ in
      let row = (0..<Self.width).map { _ in random.normal() }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / length }
    }
  }

  func rows(_ count: Int, name: String) -> Tensor {
    var random = RandomSource(seed: seed, name: name)
    return Tensor(shape: [count, Self.width]) { floats in
      floats.update(repeating: 0)
      for row in 0..<count {
        var chosen = Set<Int>()
        while chosen.count < Self.active {
          let feature = random.integer(in: 0..<Self.features)
          guard chosen.insert(feature).inserted else { continue }
          let strength = 0.5 + random.uniform()
          for column in 0..<Self.width {
            floats[row * Self.width + column] += strength * directions[feature][column]
          }
        }
      }
    }
  }

  /// The mean over all true directions of the cosine to the nearest learned one.
  func nearness(of autoencoder: SparseAutoencoder) -> Double {
    let learned = autoencoder.directions.value.values
    return directions.reduce(0.0) { sum, direction in
      let best =
        (0..<autoencoder.form.features).map { feature in
          direction.enumerated().reduce(Float(0)) {
            $0 + $1.element * learned[feature * Self.width + $1.offset]
          }
        }.max() ?? 0
      return sum + Double(best) / Double(directions.count)
    }
  }
}
