import OperationCatalog
import Tensors
import Testing

@Suite struct CoverageTests {
  @Test func everyOperationHasACase() {
    for size in [OperationCatalog.Size.test, .benchmark] {
      let covered = OperationCatalog.cases(size).compactMap { operation -> OperationKind? in
        guard size == .test else { return OperationKind(operation) }
        let leaves = operation.drawInputs(seed: 1).enumerated().map {
          operation.inputs[$0].isDifferentiable ? $1.tracked() : $1
        }
        return operation.run(leaves).operationKind
      }
      #expect(Set(covered) == Set(OperationKind.allCases))
    }
  }

  @Test func namesBeginWithTheOperation() {
    for operation in OperationCatalog.cases(.test) {
      let leaves = zip(operation.inputs, operation.drawInputs(seed: 1)).map {
        $0.isDifferentiable ? $1.tracked() : $1
      }
      #expect(operation.run(leaves).operationKind == OperationKind(operation))
    }
  }

  @Test func descriptionsAreUnique() {
    for size in [OperationCatalog.Size.test, .benchmark] {
      let descriptions = OperationCatalog.cases(size).map(\.description)
      #expect(Set(descriptions).count == descriptions.count)
    }
  }

  /// The larger ones differ only in their extents.
  @Test(
    arguments: OperationCatalog.cases(.benchmark).filter { operation in
      operation.flops ?? 0 < 1_000_000_000
        && operation.inputs.allSatisfy { $0.shape.count < 4_000_000 }
    })
  func benchmarkCasesRun(operation: OperationCase) {
    let result = operation.run(operation.drawInputs(seed: 1))
    #expect(result.values.allSatisfy { $0.isFinite })
  }

  @Test func measurementsCountWork() throws {
    let name = "matrixMultiply"
    let operation = try #require(
      OperationCatalog.cases(.test).last { $0.name.hasPrefix(name) })
    let measurement = operation.measure(repetitions: 3)
    #expect(measurement.operation == operation.description)
    #expect(measurement.trainingSeconds > 0)
    let rate = try #require(measurement.gigaflopsPerSecond)
    let flops = Double(try #require(operation.flops))
    #expect(abs(rate * measurement.forwardSeconds * 1e9 - flops) < 1)
  }
}

extension OperationKind {
  /// The operation that a case's name begins with.
  fileprivate init?(_ operation: OperationCase) {
    self.init(rawValue: String(operation.name.prefix { $0 != "." }))
  }
}
