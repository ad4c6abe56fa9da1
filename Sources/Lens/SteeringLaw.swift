import Foundation

/// How a push of the state and examples in the context move the odds of an answer together: b + a m + gamma N^(1 - alpha), m the
/// magnitude of the push and N the number of examples (Bigelow et al., 2511.00617).
public struct SteeringLaw: Sendable, Codable, Equatable {
  /// A measurement: log-odds in nats.
  public struct Point: Sendable, Codable, Equatable {
    public var examples: Int
    public var push: Double
    public var odds: Double

    public init(examples: Int, push: Double, odds: Double) {
      self.examples = examples
      self.push = push
      self.odds = odds
    }
  }

  public private(set) var b, a, gamma, alpha: Double

  /// By least squares in b, a and gamma for every alpha from -0.5 to 0.9.
  ///
  /// - Precondition: the points differ in both, so that all three can be told apart.
  public init(_ points: [Point]) {
    (b, a, gamma, alpha) = (0, 0, 0, 0)
    var least = Double.infinity
    for alpha in stride(from: -0.5, through: 0.9, by: 0.02) {
      let rows = points.map { [1, $0.push, pow(Double($0.examples), 1 - alpha)] }
      guard let found = Self.leastSquares(rows, points.map(\.odds)) else { continue }
      let error = zip(rows, points).reduce(0.0) { sum, item in
        let miss = zip(item.0, found).reduce(0) { $0 + $1.0 * $1.1 } - item.1.odds
        return sum + miss * miss
      }
      if error < least {
        least = error
        (b, a, gamma, self.alpha) = (found[0], found[1], found[2], alpha)
      }
    }
  }

  public func odds(examples: Int, push: Double) -> Double {
    b + a * push + gamma * pow(Double(examples), 1 - alpha)
  }

  /// As many examples as move the odds as far as a push does; nil where one moves them up and the other down.
  public func examples(worth push: Double) -> Double? {
    let ratio = a * push / gamma
    return ratio >= 0 && ratio.isFinite ? pow(ratio, 1 / (1 - alpha)) : nil
  }

  /// The share of the points' variance that is explained, and the mean distance of the chances, a push counting `currency` times.
  public func quality(on points: [Point], currency: Double = 1) -> (
    explained: Double, error: Double
  ) {
    let mean = points.reduce(0) { $0 + $1.odds } / Double(points.count)
    var (left, all, error) = (0.0, 0.0, 0.0)
    func chance(_ odds: Double) -> Double { 1 / (1 + exp(-odds)) }
    for point in points {
      let said = odds(examples: point.examples, push: currency * point.push)
      left += (said - point.odds) * (said - point.odds)
      all += (point.odds - mean) * (point.odds - mean)
      error += abs(chance(said) - chance(point.odds)) / Double(points.count)
    }
    return (1 - left / all, error)
  }

  /// Three weights of rows of three numbers, by Cramer's rule; nil where they cannot be told apart.
  private static func leastSquares(_ rows: [[Double]], _ values: [Double]) -> [Double]? {
    var squares = [[Double]](repeating: [0, 0, 0], count: 3)
    var products = [0.0, 0, 0]
    for (row, value) in zip(rows, values) {
      for i in 0..<3 {
        products[i] += row[i] * value
        for j in 0..<3 { squares[i][j] += row[i] * row[j] }
      }
    }
    func determinant(_ m: [[Double]]) -> Double {
      m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    }
    let all = determinant(squares)
    guard abs(all) > 1e-12 else { return nil }
    return (0..<3).map { column in
      var replaced = squares
      for row in 0..<3 { replaced[row][column] = products[row] }
      return determinant(replaced) / all
    }
  }
}
