import OperationCatalog
import Tensors
import Testing

@Suite struct ReferenceTests {
  @Test(arguments: OperationCatalog.cases(.test))
  func resultsAgreeWithTheReference(operation: OperationCase) {
    for seed in 1...3 {
      #expect(operation.forwardError(seed: UInt64(seed)) <= operation.tolerance.forward)
    }
  }

  @Test(arguments: OperationCatalog.cases(.test))
  func gradientsAgreeWithFiniteDifferences(operation: OperationCase) {
    for (input, error) in operation.gradientErrors().enumerated() {
      #expect(error <= operation.tolerance.gradient, "differentiable input \(input)")
    }
  }

  @Test(arguments: OperationCatalog.cases(.test))
  func runningTwiceGivesTheSameBytes(operation: OperationCase) {
    let inputs = operation.drawInputs(seed: 1)
    #expect(operation.run(inputs).values == operation.run(inputs).values)
    let first = operation.projectedGradients(inputs).map { $0?.values }
    let second = operation.projectedGradients(inputs).map { $0?.values }
    #expect(first == second)
  }

  @Test func aWrongElementIsFound() {
    let wrong = OperationCase("wrong", [.floats([50, 60])]) { inputs in
      inputs[0]
        * Tensor(shape: [50, 60]) { floats in
          floats.update(repeating: 1)
          floats[1234] = 1.1
        }
    } reference: {
      $0[0]
    }
    #expect(wrong.forwardError() > 1e-2)
    #expect(wrong.gradientErrors()[0] > 1e-4)
    #expect(Deviation.largest(of: [.nan], from: [1]) == .infinity)
  }
}
