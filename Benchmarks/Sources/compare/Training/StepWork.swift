/// How much there is to do in a step.
struct StepWork: Encodable {
  /// Elements of the model, and of those that a step changes.
  let parameters, trained: Int
  let tokens: Int

  /// 10^9 floating-point operations: for each token four per parameter, and two more for each that is trained; attention left
  /// out.
  var gigaflops: Double { Double(tokens) * (4 * Double(parameters) + 2 * Double(trained)) / 1e9 }
}
