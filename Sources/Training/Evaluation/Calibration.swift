/// How far confidence is from the share of right answers.
public enum Calibration {
  /// Expected calibration error in ten bins of equal width (Guo et al. 2017, 1706.04599, eq. 3).
  public static func expectedError(_ answers: [(confidence: Double, isRight: Bool)]) -> Double {
    guard !answers.isEmpty else { return 0 }
    var bins = Array(repeating: (confidence: 0.0, right: 0.0, count: 0.0), count: 10)
    for answer in answers {
      let bin = min(max(Int(answer.confidence * 10), 0), 9)
      bins[bin].confidence += answer.confidence
      bins[bin].right += answer.isRight ? 1 : 0
      bins[bin].count += 1
    }
    return bins.reduce(0) { $0 + abs($1.right - $1.confidence) } / Double(answers.count)
  }
}
