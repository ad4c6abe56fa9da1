import Layers
import Tensors
import Testing

@Suite struct SparseAutoencoderTests {
  private let scope = ParameterScope(seed: 3)
  private let autoencoder: SparseAutoencoder
  private let rows: Tensor

  init() throws {
    autoencoder = try SparseAutoencoder(
      .init(width: 6, features: 10, kept: 3, keptOfDead: 2, deadWeight: 0.5), in: scope)
    var random = RandomSource(seed: 5)
    rows = .normal([7, 6], deviation: 1, using: &random)
    autoencoder.begin(at: rows)
  }

  @Test func onlyTheStrongestAreKept() throws {
    let codes = autoencoder.codes(rows).detached().values
    let middle = try #require(scope.store["middle"]).value.values
    let directions = autoencoder.directions.value.values
    for row in 0..<7 {
      // As it begins, a feature is read along its own direction.
      let scores = (0..<10).map { feature in
        (0..<6).reduce(Float(0)) {
          $0 + (rows.values[row * 6 + $1] - middle[$1]) * directions[feature * 6 + $1]
        }
      }
      let least = scores.sorted(by: >)[2]
      for feature in 0..<10 {
        let wanted = scores[feature] > 0 && scores[feature] >= least ? scores[feature] : 0
        #expect(abs(codes[row * 10 + feature] - wanted) < 1e-5)
      }
    }
  }

  @Test func directionsHaveLength1() {
    let directions = autoencoder.directions.value.values
    for feature in 0..<10 {
      let square = directions[feature * 6..<feature * 6 + 6].reduce(Float(0)) { $0 + $1 * $1 }
      #expect(abs(square - 1) < 1e-5)
    }
  }

  @Test func gradientsAreThoseOfTheLoss() throws {
    let alone = Gradients()
    autoencoder.loss(rows, isDead: (0..<10).map { _ in false }).loss.backward(into: alone)
    for parameter in scope.store.parameters {
      let gradient = try #require(alone[parameter.value]).values
      for index in stride(from: 0, to: gradient.count, by: 3) {
        func loss(_ change: Float) -> Double {
          parameter.value.update { $0[index] += change }
          defer { parameter.value.update { $0[index] -= change } }
          return Double(
            autoencoder.loss(rows, isDead: (0..<10).map { _ in false }).loss.scalar)
        }
        let slope = (loss(1e-3) - loss(-1e-3)) / 2e-3
        #expect(
          abs(slope - Double(gradient[index])) < 2e-2 * max(1, abs(slope)), "\(parameter.path)")
      }
    }
  }

  /// What no row uses learns from what the others leave, and only then.
  @Test func theDeadLearnWhatIsLeft() throws {
    let unused = 9
    let bias = try #require(scope.store["encoder.bias"])
    // Never among the strongest, as long as the others are.
    bias.value.update { $0[unused] = -0.5 }
    func gradient(_ isDead: Bool) throws -> Float {
      let gradients = Gradients()
      autoencoder.loss(rows, isDead: (0..<10).map { isDead && $0 == unused }).loss
        .backward(into: gradients)
      let all = try #require(gradients[autoencoder.directions.value]).values
      return all[unused * 6..<unused * 6 + 6].reduce(0) { max($0, abs($1)) }
    }
    #expect(try gradient(true) > gradient(false))
  }

  @Test func whatIsImpossibleIsSaid() {
    #expect(SparseAutoencoder.Form(width: 4, features: 8, kept: 2).problem == nil)
    #expect(SparseAutoencoder.Form(width: 4, features: 8, kept: 9).problem != nil)
    #expect(SparseAutoencoder.Form(width: 0, features: 8, kept: 2).problem != nil)
    #expect(SparseAutoencoder.Form(width: 4, features: 8, kept: 2, keptOfDead: 9).problem != nil)
  }
}
