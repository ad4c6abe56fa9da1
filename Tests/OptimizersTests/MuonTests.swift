import Foundation
import Layers
import Optimizers
import Tensors
import Testing

@Suite struct MuonTests {
  @Test(arguments: [[24, 24], [16, 40], [40, 16], [1, 9], [9, 1], [1, 1]])
  func orthogonalizingBringsSingularValuesNearOne(_ extents: [Int]) {
    let matrix = DoubleMatrix(drawn(Shape(extents), "matrix"))
    let result = DoubleMatrix(Muon.orthogonalized(drawn(Shape(extents), "matrix")))
    let before = matrix.singularValues
    // Directions whose share of the norm is below a thousandth are still on their way.
    #expect(before[0] > 1e-3 * matrix.norm)
    for value in result.singularValues {
      #expect(value > 0.6 && value < 1.3, "\(extents): \(value)")
    }
    // The singular vectors stay: result * matrix^T is symmetric, and positive as a product of both.
    let product = result * matrix.transposed
    #expect((product + product.transposed * -1).norm < 1e-4 * product.norm)
    let nuclearNorm = before.reduce(0, +)
    #expect(product.trace > 0.6 * nuclearNorm && product.trace < 1.3 * nuclearNorm)
  }

  /// Every head's matrix is made orthogonal as if it were alone.
  @Test func headsMoveOnTheirOwn() throws {
    let heads = parameter("heads", [6, 2, 8])
    let (before, gradient) = (heads.value.detached().owned(), drawn([6, 2, 8], "gradient"))
    let gradients = Gradients()
    gradients.insert(gradient, for: heads.value)
    var optimizer = Muon(learningRate: 0.1, momentum: 0)
    try optimizer.update([heads], along: gradients, rate: 1, gradientScale: 1)
    let moved = before - heads.value.detached()
    for head in 0..<2 {
      func matrix(_ tensor: Tensor) -> Tensor {
        tensor.sliced(axis: 1, head..<head + 1).reshaped([6, 8])
      }
      let expected = Muon.orthogonalized(matrix(gradient)) * Float(0.1 * (8.0 / 6).squareRoot())
      for (one, other) in zip(matrix(moved).values, expected.values) {
        #expect(abs(one - other) < 1e-5)
      }
    }
  }

  @Test func scaleDoesNotMatter() {
    let matrix = drawn([8, 12], "matrix")
    let expected = DoubleMatrix(Muon.orthogonalized(matrix))
    for factor in [1e-3, 1e6] as [Float] {
      let found = DoubleMatrix(Muon.orthogonalized(matrix * factor))
      #expect((found + expected * -1).norm < 1e-2 * expected.norm, "times \(factor)")
    }
    #expect(Muon.orthogonalized(.zeros([3, 4])).values == Array(repeating: 0, count: 12))
  }

  @Test(arguments: [[6, 10], [10, 6], [8, 8]])
  func fiveStepsAsInDoublePrecision(_ extents: [Int]) throws {
    let parameter = parameter("w", Shape(extents))
    var optimizer = Muon(learningRate: 0.05, momentum: 0.9, weightDecay: 0.1)
    var value = DoubleMatrix(parameter.value)
    var buffer = value * 0
    let momentum = Double(Float(0.9))
    for step in 0..<5 {
      let rate = 1 - Float(step) / 10
      let slope = slope(parameter, step: step)
      try optimizer.update(
        [parameter], along: gradients([(parameter, slope)]), rate: rate, gradientScale: 0.25)
      // Jordan's description: decay the buffer towards the gradient, then look ahead once more.
      let gradient = DoubleMatrix(slope) * 0.25
      buffer = buffer * momentum + gradient * (1 - momentum)
      let ahead = buffer * momentum + gradient * (1 - momentum)
      let aspect = max(1, Double(extents[0]) / Double(extents[1])).squareRoot()
      let rateNow = Double(Float(0.05) * rate)
      value =
        value * (1 - rateNow * Double(Float(0.1))) + ahead.orthogonalized * (-rateNow * aspect)
      #expect(error(of: parameter.value, against: value.elements) < 1e-5, "step \(step)")
    }
    #expect(error(of: optimizer.state[0].tensor, against: buffer.elements) < 1e-5)
  }

  @Test func malformedStateIsNamed() throws {
    let parameter = parameter("w", [2, 3])
    let wrong: [(String, Tensor)] = [
      ("muon.momentum.w", .zeros([3, 2])), ("muon.momentum.w", .zeros([6])),
      ("muon.momentum.w", .zeros([2, 300])), ("muon.momentum.v", .zeros([2, 3])),
    ]
    for (name, tensor) in wrong {
      var optimizer = Muon()
      let error = try #require(throws: OptimizerError.self) {
        try optimizer.restore(
          TensorDictionary(sourceName: "run.safetensors", [(name, tensor)]), for: [parameter])
      }
      #expect("\(error)".contains("run.safetensors") && "\(error)".contains("'\(name)'"))
    }
  }
}
