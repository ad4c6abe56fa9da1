import Foundation
import Synchronization
import Tensors
import Testing

/// A sequence that is alone gets from all cores what it gets from one.
@Suite struct SharedCoresTests {
  private func random(_ shape: Shape, _ name: String) -> Tensor {
    var source = RandomSource(seed: 11, name: name)
    return .normal(shape, deviation: 1, using: &source)
  }

  private func distance(_ a: Tensor, _ b: Tensor) -> Float {
    a.shape == b.shape
      ? zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }

  /// Widths that no step divides, one row and several.
  @Test(arguments: [1, 3, 40], [1000, 2047])
  func products(rows: Int, height: Int) {
    let x = random([1, rows, 256], "x")
    let (weight, bias) = (random([height, 256], "w"), random([height], "b"))
    let alone = x.linear(weight, bias: bias)
    #expect(distance(Tensor.sharingCores { x.linear(weight, bias: bias) }, alone) < 1e-4)
  }

  @Test(arguments: [ScalarType.float16, .int8Blocks, .int4Blocks], [1, 5, 40])
  func storedWeights(type: ScalarType, rows: Int) {
    let x = random([1, rows, 256], "x")
    let weight = random([1007, 256], "w").narrowed(to: type)
    let alone = x.linear(weight)
    #expect(distance(Tensor.sharingCores { x.linear(weight) }, alone) < 1e-4)
  }

  @Test(arguments: [0, 37])
  func attention(before: Int) {
    let queries = random([1, 200, 4, 64], "q")
    let keys = random([1, 200 + before, 2, 64], "k")
    let values = random([1, 200 + before, 2, 64], "v")
    let alone = queries.attending(keys: keys, values: values)
    let shared = Tensor.sharingCores { queries.attending(keys: keys, values: values) }
    #expect(distance(shared, alone) < 1e-5)
  }

  @Test(arguments: [0, 37])
  func sparseAttention(before: Int) {
    let rows = IndexRows(
      queries: random([2, 100, 2, 16], "iq"), weights: random([2, 100, 2], "iw"),
      keys: random([2, 100 + before, 16], "ik"))
    let queries = random([2, 100, 4, 64], "q")
    let keys = random([2, 100 + before, 2, 64], "k")
    let values = random([2, 100 + before, 2, 64], "v")
    let alone = rows.chosen(24)
    let shared = Tensor.sharingCores { rows.chosen(24) }
    #expect(alone.withIndices(Array.init) == shared.withIndices(Array.init))
    let attended = queries.attending(keys: keys, values: values, chosen: alone)
    let together = Tensor.sharingCores {
      queries.attending(keys: keys, values: values, chosen: alone)
    }
    #expect(distance(together, attended) < 1e-6)
  }

  /// A single query's keys are divided; slots belong to the first part.
  @Test(arguments: [0, 5], [33, 700])
  func attentionOfOneQuery(slotCount: Int, keyCount: Int) {
    let query = random([2, 1, 6, 32], "q")
    let keys = random([2, keyCount, 3, 32], "k")
    let values = random([2, keyCount, 3, 32], "v")
    let slots =
      slotCount == 0
      ? nil
      : Slots(keys: random([slotCount, 3, 32], "sk"), values: random([slotCount, 3, 32], "sv"))
    for window in [nil, 50] {
      let form = AttentionForm(window: window)
      let alone = query.attending(keys: keys, values: values, slots: slots, form)
      let shared = Tensor.sharingCores {
        query.attending(keys: keys, values: values, slots: slots, form)
      }
      #expect(distance(shared, alone) < 1e-5)
    }
  }

  /// Whoever finds the team taken computes alone.
  @Test func manyAtOnce() {
    let (x, weight) = (random([1, 1, 512], "x"), random([2048, 512], "w"))
    let alone = x.linear(weight)
    let wrong = WrongCount()
    let done = DispatchSemaphore(value: 0)
    for _ in 0..<4 {
      Thread.detachNewThread {
        for _ in 0..<200 where distance(Tensor.sharingCores { x.linear(weight) }, alone) > 1e-4 {
          wrong.count.add(1, ordering: .relaxed)
        }
        done.signal()
      }
    }
    for _ in 0..<4 { done.wait() }
    #expect(wrong.count.load(ordering: .relaxed) == 0)
  }

  private final class WrongCount: Sendable {
    let count = Atomic(0)
  }
}
