import Foundation
import Tensors
import Testing

@Suite struct MemoryTests {
  /// In a process of its own: tests on other threads share the pool and would take buffers from under a step.
  @Test func aSecondIdenticalStepAllocatesNothing() async {
    await #expect(processExitsWith: .success) {
      var random = RandomSource(seed: 1)
      let weight = Tensor.normal([301, 203], deviation: 0.1, using: &random).tracked()
      let x = Tensor.normal([77, 203], deviation: 1, using: &random)
      let gradients = Gradients()
      let counts = (0..<6).map { _ in
        let before = StoragePool.systemAllocations
        gradients.removeAll()
        x.linear(weight).activated(by: .gelu).softmax().sum().backward(into: gradients)
        return StoragePool.systemAllocations - before
      }
      #expect(counts[0] > 0 && counts.dropFirst().contains(0))
    }
  }

  @Test func buffersAreReusedAndLargeEnough() {
    for byteCount in [0, 1, 255, 256, 257, 4096, 4097, 1 << 20, (1 << 20) + 1] {
      let capacity = StoragePool.capacity(for: byteCount)
      #expect(capacity >= byteCount && capacity % StoragePool.alignment == 0)
      #expect(capacity <= max(256, byteCount + byteCount / 4 + 64))
    }
    // A matrix of 768 x 3072 floats wastes nothing, and no large buffer more than an eighth.
    #expect(StoragePool.capacity(for: 9 << 20) == 9 << 20)
    #expect(StoragePool.capacity(for: 154_389_504) <= 154_389_504 / 8 * 9)
  }

  /// A core's cache may hold what its thread gave back, not what another did.
  @Test func aThreadGetsItsOwnBuffersBack() async {
    await #expect(processExitsWith: .success) {
      func address(_ tensor: Tensor) -> Int {
        tensor.withFloats { Int(bitPattern: $0.baseAddress) }
      }
      // Both threads hold a buffer, and the other one's is given back last.
      let (isHeld, isDue, isGiven) = (
        DispatchSemaphore(value: 0), DispatchSemaphore(value: 0), DispatchSemaphore(value: 0)
      )
      Thread.detachNewThread {
        var others: Tensor? = .zeros([12_345])
        isHeld.signal()
        isDue.wait()
        others = nil
        isGiven.signal()
        _ = others
      }
      isHeld.wait()
      var mine: Tensor? = .zeros([12_345])
      let place = address(mine!)
      mine = nil
      isDue.signal()
      isGiven.wait()
      #expect(address(.zeros([12_345])) == place)
    }
  }

  @Test func gradientsAreFreedWhenRemoved() throws {
    let leaf = Tensor([1, 2], shape: [2]).tracked()
    let gradients = Gradients()
    (leaf * 3).sum().backward(into: gradients)
    #expect(try #require(gradients[leaf]).values == [3, 3])
    gradients.removeAll()
    #expect(gradients[leaf] == nil)
  }

  @Test func aConsumedComputationGivesNothingMore() throws {
    let leaf = Tensor([1, 2], shape: [2]).tracked()
    let loss = (leaf * 3).sum()
    let gradients = Gradients()
    loss.backward(into: gradients)
    loss.backward(into: gradients)
    #expect(try #require(gradients[leaf]).values == [3, 3])
    #expect(gradients[loss] == nil)
    #expect(loss.scalar == 9)
  }

  @Test func goingOnFromAConsumedTensorTraps() async {
    await #expect(processExitsWith: .failure) {
      let leaf = Tensor([1, 2], shape: [2]).tracked()
      let shared = leaf * 3
      let gradients = Gradients()
      shared.sum().backward(into: gradients)
      (shared * 2).sum().backward(into: gradients)
    }
  }

  @Test func intermediatesAreFreedAsThePassGoes() throws {
    final class Witness: Sendable {
      let bytes = [Float](repeating: 2, count: 4)
    }
    let leaf = Tensor([1, 1, 1, 1], shape: [4]).tracked()
    weak var released: Witness?
    func makeLoss() -> Tensor {
      let witness = Witness()
      released = witness
      let borrowed = witness.bytes.withUnsafeBytes {
        Tensor(
          borrowing: $0.baseAddress!, owner: witness, shape: [4], scalarType: .float32)
      }
      return (leaf * borrowed).sum()
    }
    let loss = makeLoss()
    #expect(released != nil)
    let gradients = Gradients()
    loss.backward(into: gradients)
    #expect(released == nil)
    #expect(try #require(gradients[leaf]).values == [2, 2, 2, 2])
    #expect(loss.scalar == 8)
  }

  @Test func aLongComputationThatIsDroppedDoesNotOverflowTheStack() async {
    let leaf = Tensor([1], shape: [1]).tracked()
    var x = leaf
    for _ in 0..<200_000 { x = x * 1 }
    let gradients = Gradients()
    x.backward(into: gradients)
    #expect(gradients[leaf]?.values == [1])
    for _ in 0..<200_000 { x = x * 1 }
    x = leaf
    #expect(x.isTracked)
  }

  @Test func aLeafIsFinalWhenNothingMoreFlowsToIt() throws {
    func leaf(_ value: Float) -> Tensor { Tensor([value], shape: [1]).tracked() }
    let (early, both, late, unused) = (leaf(2), leaf(3), leaf(5), leaf(7))
    let hidden = early * both
    let loss = (hidden * both * late).sum()
    #expect(loss.leaf == nil && early.leaf != late.leaf)
    let gradients = Gradients()
    gradients.insert(Tensor([100], shape: [1]), for: both)
    var heard: [(leaf: Leaf, value: Float)] = []
    loss.backward(into: gradients) { leaf in
      guard let gradient = gradients.take(leaf) else { return }
      heard.append((leaf, gradient.scalar))
    }
    // The last layer's first; one that two layers use with the earlier of them, and with what had been collected before.
    #expect(heard.map(\.leaf) == [late.leaf, early.leaf, both.leaf])
    let expected: [Float] = [18, 45, 160]
    #expect(heard.map(\.value) == expected)
    #expect(gradients.leaves.isEmpty && gradients[unused] == nil)
  }

  @Test func collectionsDoNotShareWhatTheyAdd() throws {
    let (a, b) = (Tensor([1], shape: [1]).tracked(), Tensor([1], shape: [1]).tracked())
    let (first, second, total) = (Gradients(), Gradients(), Gradients())
    (a + b).sum().backward(into: first)  // one buffer serves both leaves
    (a * 10 + b).sum().backward(into: second)
    for gradients in [first, second, first] {
      for leaf in [a, b] { total.add(gradients[leaf]!, for: leaf.leaf!) }
    }
    #expect(try #require(total[a]).values == [12])
    #expect(try #require(total[b]).values == [3])
    #expect(try #require(first[a]).values == [1])
    #expect(try #require(second[a]).values == [10])
  }

  @Test func writingToBorrowedMemoryLeavesItsOwnerAlone() {
    final class Owner: Sendable {
      let numbers: [Float] = [1, 2]
    }
    let owner = Owner()
    owner.numbers.withUnsafeBytes { bytes in
      let tensor = Tensor(
        borrowing: bytes.baseAddress!, owner: owner, shape: [2], scalarType: .float32)
      let other = tensor.tracked()
      tensor.update { $0[0] = 7 }
      #expect(tensor.values == [7, 2] && other.values == [7, 2])
    }
    #expect(owner.numbers == [1, 2])
  }
}
