import Tensors

/// Rows as sums of a few out of many directions: x -> the k strongest of its features -> x (Gao et al., 2406.04093).
public struct SparseAutoencoder: Sendable {
  public struct Form: Sendable, Codable, Hashable {
    /// Of a row.
    public var width: Int
    /// How many directions there are.
    public var features: Int
    /// How many of them a row is made of.
    public var kept: Int
    /// How many that have not been used for long try to explain what is left of a row.
    public var keptOfDead: Int
    /// How much what they leave counts beside what is left in all.
    public var deadWeight: Float

    public init(
      width: Int, features: Int, kept: Int, keptOfDead: Int? = nil, deadWeight: Float = 1 / 32
    ) {
      self.width = width
      self.features = features
      self.kept = kept
      self.keptOfDead = keptOfDead ?? min(width / 2, features)
      self.deadWeight = deadWeight
    }

    /// What makes the form impossible, in words; nil when it is sound.
    public var problem: String? {
      if width < 1 || features < 1 { return "\(features) features of width \(width)" }
      if !(1...features).contains(kept) { return "\(kept) of \(features) features are kept" }
      if !(0...features).contains(keptOfDead) {
        return "\(keptOfDead) dead of \(features) features"
      }
      return deadWeight >= 0 && deadWeight.isFinite
        ? nil : "the weight of the dead is \(deadWeight)"
    }
  }

  public let form: Form
  /// [width]: what is taken off every row first.
  private let middle: Parameter
  private let encoder: Linear
  /// [features, width], each of length 1.
  public let directions: Parameter

  /// Creates it in `scope`; features begin as directions drawn at random that are read along themselves.
  public init(_ form: Form, in scope: ParameterScope) throws {
    self.form = form
    middle = try scope.parameter("middle", [form.width], .constant(0))
    directions = try scope.parameter(
      "directions", [form.features, form.width], .normal(deviation: 1))
    encoder = try Linear(
      form.width, form.features, hasBias: true, initializer: .constant(0), in: scope / "encoder")
  }

  /// Begins at the mean of `rows` [rows, width], with the encoder along the directions.
  public func begin(at rows: Tensor) {
    let (count, width) = (rows.shape[0], form.width)
    let values = rows.values
    middle.value.update { middle in
      for column in 0..<width {
        middle[column] =
          (0..<count).reduce(Float(0)) { $0 + values[$1 * width + column] } / Float(count)
      }
    }
    normalize()
    directions.value.withFloats { directions in
      encoder.weight.value.update { _ = $0.update(fromContentsOf: directions) }
    }
  }

  /// Brings every direction back to length 1; after every step of training.
  public func normalize() {
    directions.value.update { floats in
      for feature in 0..<form.features {
        let row = feature * form.width..<(feature + 1) * form.width
        let length = floats[row].reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        for index in row { floats[index] /= max(length, 1e-12) }
      }
    }
  }

  /// How strong each feature is in each row, 0 but for the ``Form/kept`` strongest: [rows, width] -> [rows, features].
  public func codes(_ rows: Tensor) -> Tensor { strongest(scores(rows), form.kept) { _ in true } }

  /// [rows, features] -> [rows, width].
  public func rows(of codes: Tensor) -> Tensor {
    codes.linear(directions.effective.transposed()).addingRow(middle.effective)
  }

  /// What a row and its codes leave, squared and summed over all; and which features were used.
  ///
  /// Where `isDead` says so of a feature, it takes part in explaining what the others leave (AuxK, section A.2), and what remains of that
  /// counts ``Form/deadWeight``.
  public func loss(_ rows: Tensor, isDead: [Bool]) -> (loss: Tensor, isUsed: [Bool]) {
    let scores = scores(rows)
    let codes = strongest(scores, form.kept) { _ in true }
    let left = rows - self.rows(of: codes)
    var loss = (left * left).sum()
    if form.keptOfDead > 0, form.deadWeight > 0, isDead.contains(true) {
      let dead = strongest(scores, form.keptOfDead) { isDead[$0] }
      let error = left.detached() - dead.linear(directions.effective.transposed())
      loss = loss + (error * error).sum() * form.deadWeight
    }
    var isUsed = [Bool](repeating: false, count: form.features)
    codes.withFloats { floats in
      for (index, value) in floats.enumerated() where value > 0 {
        isUsed[index % form.features] = true
      }
    }
    return (loss, isUsed)
  }

  private func scores(_ rows: Tensor) -> Tensor { encoder(rows.addingRow(middle.effective * -1)) }

  /// The scores above 0 that are among the `count` highest of a row, of the features that may be.
  private func strongest(
    _ scores: Tensor, _ count: Int, _ mayBe: (Int) -> Bool
  ) -> Tensor {
    let features = form.features
    let allowed = (0..<features).filter(mayBe)
    let mask = Tensor(shape: scores.shape) { mask in
      mask.update(repeating: 0)
      scores.withFloats { floats in
        var best: [(score: Float, index: Int)] = []
        best.reserveCapacity(count + 1)
        for row in 0..<scores.shape[0] {
          best.removeAll(keepingCapacity: true)
          for feature in allowed {
            let score = floats[row * features + feature]
            guard score > 0, best.count < count || score > best[best.count - 1].score else {
              continue
            }
            // Kept in descending order; there are few.
            var place = best.count
            while place > 0 && best[place - 1].score < score { place -= 1 }
            best.insert((score, feature), at: place)
            if best.count > count { best.removeLast() }
          }
          for entry in best { mask[row * features + entry.index] = 1 }
        }
      }
    }
    return scores * mask
  }
}
