import Tensors
import Testing

/// In processes of their own: what is measured belongs to a whole process.
@Suite struct ProfileTests {
  @Test func operationsAreCountedByTheirFormulas() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.zeros([2, 5, 8]).tracked()
      let weight = Tensor.zeros([6, 8]).tracked()
      Profile.start()
      let y = x.linear(weight)
      y.sum().backward(into: Gradients())
      let totals = Profile.stop()

      let forward = totals[Profile.Kind("linear")]
      precondition(forward?.calls == 1)
      precondition(forward?.work.flops == 2 * 10 * 6 * 8)
      precondition(forward?.work.bytes == Double(4 * (10 * 8 + 6 * 8 + 10 * 6)))
      // A product for each of the two gradients.
      precondition(totals[Profile.Kind("linear", isGradient: true)]?.work.flops == 4 * 10 * 6 * 8)
      precondition(totals[Profile.Kind("sum")]?.calls == 1)
    }
  }

  @Test func attentionCountsWhatEachQuerySees() async {
    await #expect(processExitsWith: .success) {
      let heads = Tensor.zeros([1, 4, 2, 16])
      Profile.start()
      _ = heads.attending(keys: heads, values: heads)
      _ = heads.attending(keys: heads, values: heads, AttentionForm(window: 2))
      let attention = Profile.stop()[Profile.Kind("attention")]
      // 1 + 2 + 3 + 4 keys, and 1 + 2 + 2 + 2 within the window.
      precondition(attention?.work.flops == 4 * 2 * 16 * (10 + 7))
    }
  }

  /// What is measured inside is not counted twice.
  @Test func timeIsThatOfAnOperationAlone() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.zeros([512, 512])
      Profile.start()
      Profile.measured("outer") {
        for _ in 0..<20 { _ = x.linear(x) }
      }
      let totals = Profile.stop()
      let (outer, inner) = (totals[Profile.Kind("outer")], totals[Profile.Kind("linear")])
      precondition(inner?.calls == 20 && outer?.calls == 1)
      precondition(outer!.seconds < inner!.seconds)
    }
  }

  @Test func nothingIsMeasuredWhileItIsOff() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor.zeros([4, 4])
      _ = x.linear(x)
      Profile.start()
      precondition(Profile.stop().isEmpty)
      _ = x.linear(x)
      precondition(Profile.stop().isEmpty)
    }
  }
}
