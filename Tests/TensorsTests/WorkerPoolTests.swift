import Foundation
import Synchronization
import Tensors
import Testing

@Suite struct WorkerPoolTests {
  private struct Failure: Error, Equatable { let index: Int }

  @Test func mapKeepsTheOrder() throws {
    for workers in [1, 3, 8] {
      let squares = try WorkerPool(count: workers).map(100) { $0 * $0 }
      #expect(squares == (0..<100).map { $0 * $0 })
    }
    #expect(try WorkerPool(count: 2).map(0) { $0 } == [])
  }

  @Test func everyWorkerRunsOnce() throws {
    let seen = Mutex<[Int]>([])
    try WorkerPool(count: 5).run { worker in seen.withLock { $0.append(worker) } }
    #expect(seen.withLock { $0.sorted() } == [0, 1, 2, 3, 4])
  }

  @Test func errorsReachTheCaller() {
    let pool = WorkerPool(count: 4)
    #expect(throws: Failure(index: 2)) {
      try pool.run { if $0 == 2 { throw Failure(index: 2) } }
    }
    #expect(throws: Failure(index: 50)) {
      try pool.map(100) { index in
        if index == 50 { throw Failure(index: index) }
        return index
      }
    }
  }

  @Test func precisionIsHandedOnAndTakenBack() throws {
    let pool = WorkerPool(count: 4)
    let inside = try Precision.bfloat16.run {
      try pool.map(20) { _ in
        Thread.sleep(forTimeInterval: 0.002)  // long enough for other threads to take part
        return Precision.current
      }
    }
    #expect(inside.allSatisfy { $0 == .bfloat16 })
    #expect(try pool.map(20) { _ in Precision.current }.allSatisfy { $0 == .float32 })
    #expect(throws: Failure.self) {
      try Precision.bfloat16.run { throw Failure(index: 0) }
    }
    #expect(Precision.current == .float32)
  }

  @Test func workersShareParametersSafely() throws {
    var random = RandomSource(seed: 5)
    let weight = Tensor.normal([64, 64], deviation: 1, using: &random).tracked()
    let x = Tensor.normal([16, 64], deviation: 1, using: &random)
    let alone = Gradients()
    Precision.fastest.run { x.linear(weight).sum().backward(into: alone) }
    let expected = try #require(alone[weight]).values
    weight.update { _ in }  // so that the workers race to round it
    let results = try Precision.fastest.run {
      try WorkerPool(count: 4).map(16) { _ in
        let gradients = Gradients()
        x.linear(weight).sum().backward(into: gradients)
        return gradients[weight]?.values
      }
    }
    #expect(results.allSatisfy { $0 == expected })
  }

  @Test func theNumberOfWorkersIsAtLeastOne() {
    #expect(WorkerPool(count: 0).count == 1)
    #expect(WorkerPool.shared.count >= 1)
  }
}
