import OperationCatalog
import Tensors
import Testing

/// What must hold for every operation however its inputs are shared and its gradients collected.
@Suite struct AccumulationTests {
  static let operations = OperationCatalog.cases(.test)
  /// The order of sums may change; rounding to bfloat16 may fall the other way for a sum.
  static func isClose(_ operation: OperationCase, _ found: Tensor?, _ expected: [Float]) -> Bool {
    guard let found else { return false }
    let error = Deviation.largest(
      of: found.values.map(Double.init), from: expected.map(Double.init))
    return error <= (operation.precision == .float32 ? 1e-5 : operation.tolerance.gradient)
  }

  @Test(arguments: operations)
  func twoPassesDoubleTheGradient(operation: OperationCase) throws {
    let inputs = operation.drawInputs(seed: 1)
    let leaves = operation.tracked(inputs)
    let once = operation.projectedGradients(inputs)
    let gradients = Gradients()
    for _ in 0..<2 { operation.projected(leaves).backward(into: gradients) }
    for (leaf, single) in zip(leaves, once) {
      guard let single else { continue }
      #expect(Self.isClose(operation, gradients[leaf], single.values.map { 2 * $0 }))
    }
  }

  @Test(arguments: operations)
  func inputsUsedTwiceCollectFromBothPlaces(operation: OperationCase) throws {
    let inputs = operation.drawInputs(seed: 1)
    let leaves = operation.tracked(inputs)
    let once = operation.projectedGradients(inputs)
    let gradients = Gradients()
    // A diamond: each leaf reaches the loss through one intermediate and two branches.
    let intermediates = leaves.map { $0.isTracked ? $0 * 1 : $0 }
    (operation.projected(intermediates) + operation.projected(intermediates) * 2)
      .backward(into: gradients)
    for (leaf, single) in zip(leaves, once) {
      guard let single else { continue }
      #expect(Self.isClose(operation, gradients[leaf], single.values.map { 3 * $0 }))
    }
  }

  @Test(arguments: operations)
  func aloneEachInputGetsTheSameGradient(operation: OperationCase) throws {
    let inputs = operation.drawInputs(seed: 1)
    let together = operation.projectedGradients(inputs)
    for index in inputs.indices where operation.inputs[index].isDifferentiable {
      var leaves = inputs
      leaves[index] = inputs[index].tracked()
      let gradients = Gradients()
      operation.projected(leaves).backward(into: gradients)
      #expect(gradients[leaves[index]]?.values == together[index]?.values)
    }
  }

  @Test(arguments: operations)
  func oneTensorInTwoPlacesGetsTheSum(operation: OperationCase) throws {
    let inputs = operation.drawInputs(seed: 1)
    for first in inputs.indices where operation.inputs[first].isDifferentiable {
      for second in inputs.indices[(first + 1)...]
      where operation.inputs[second].isDifferentiable
        && inputs[first].shape == inputs[second].shape
      {
        var tied = inputs
        tied[second] = tied[first]
        let apart = operation.projectedGradients(tied)
        let leaf = inputs[first].tracked()
        (tied[first], tied[second]) = (leaf, leaf)
        let gradients = Gradients()
        operation.projected(tied).backward(into: gradients)
        let (one, other) = (try #require(apart[first]), try #require(apart[second]))
        #expect(Self.isClose(operation, gradients[leaf], (one + other).values))
      }
    }
  }

  @Test func frozenInputsGetNothing() {
    for operation in Self.operations {
      let result = operation.run(operation.drawInputs(seed: 1))
      #expect(!result.isTracked)
    }
  }
}

extension OperationCase {
  /// The inputs as leaves, where they are differentiable.
  fileprivate func tracked(_ tensors: [Tensor]) -> [Tensor] {
    zip(inputs, tensors).map { $0.isDifferentiable ? $1.tracked() : $1 }
  }

  /// The result projected on random numbers, one number.
  fileprivate func projected(_ tensors: [Tensor]) -> Tensor {
    let result = run(tensors)
    return (result * drawProjection(result.shape, seed: 1)).sum()
  }
}
