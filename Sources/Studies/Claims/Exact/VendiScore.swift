import Foundation
import Sleep
import Training

/// The measure of diversity that nights are guarded with, on samples whose score is known (2210.02410).
public struct VendiScore: Study {
  package var score: @Sendable ([[Double]]) -> Double = Diversity.vendi(similarities:)

  public init() {}

  public let name = "vendi-score"
  public let claim = Claim(
    "Collapse shows in how many different samples there are in effect",
    words:
      "they are silently collapsed [...] This is not obvious if you look at any individual example of it. They occupy a very tiny "
      + "manifold of the possible space of sort of thoughts about content", place: "004, 52:17",
    published: [
      "The Vendi score is the exponential of the entropy of the eigenvalues of K / n (Friedman and Dieng, 2210.02410): 2.9999 for 0, 0, "
        + "10, 10, 20, 20 with K = e^-|a-b| (cut after four digits); 2.1573 for two alike at 0.9 and one that is like none."
    ])
  public let setup = """
    The guard of every night's study items counts them by this score; here it counts samples whose score can be worked out. \
    Three jokes told a hundred times each are three jokes.
    """

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    func kernel(_ samples: [Double]) -> [[Double]] {
      samples.map { a in samples.map { exp(-abs(a - $0)) } }
    }
    let jokes = (0..<300).map { Double($0 % 3) * 100 }
    let points = (0..<40).map { Double($0) }
    let plot = LinePlot(
      "Samples that draw together", xLabel: "distance between neighbours", yLabel: "Vendi score",
      [
        .init(
          "40 samples",
          stride(from: 0.0, through: 4, by: 0.25).map { step in
            .init(step, score(kernel(points.map { $0 * step })))
          })
      ])
    return StudyOutcome(
      [
        Finding(
          "three pairs", score(kernel([0, 0, 10, 10, 20, 20])), .near(2.99995, within: 5e-5)),
        Finding(
          "two alike and one", score([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]]),
          .near(2.1573, within: 5e-5)),
        Finding("three jokes, a hundred times each", score(kernel(jokes)), .near(3, within: 1e-6)),
      ], [.plot(plot)])
  }
}
