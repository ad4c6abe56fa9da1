extension Op {
  /// What computing `output` from `inputs` takes: the products by their formula, everything else by the bytes it touches.
  func work(_ inputs: [Tensor], _ output: Tensor) -> Profile.Work {
    let bytes = inputs.reduce(output.byteCount) { $0 + $1.byteCount }
    return Profile.Work(flops: flops(inputs, output), bytes: Double(bytes))
  }

  /// What turning the gradient of the result into gradients of `inputs` takes.
  func gradientWork(_ inputs: [Tensor], _ gradient: Tensor) -> Profile.Work {
    let written = inputs.reduce(0) { $0 + ($1.isTracked ? $1.byteCount : 0) }
    let forward = work(inputs, gradient)
    return Profile.Work(
      flops: forward.flops * gradientProducts(inputs), bytes: forward.bytes + Double(written))
  }

  /// How many products of the size of the forward one the gradient consists of.
  private func gradientProducts(_ inputs: [Tensor]) -> Double {
    switch self {
    // Scores again, and four more, of which two make the forward pass (2205.14135, appendix B).
    case .attention, .sparseAttention: 2.5
    // The memories again, and back through reading and writing.
    case .linearMemory: 3
    default: Double(inputs.prefix(2).count { $0.isTracked })
    }
  }

  private func flops(_ inputs: [Tensor], _ output: Tensor) -> Double {
    switch self {
    case .linear, .headwiseProduct:
      return 2 * Double(output.count) * Double(inputs[0].shape.width)
    case .matrixMultiply(let transposesLeft, _):
      return 2 * Double(output.count) * Double(inputs[0].shape[transposesLeft ? -2 : -1])
    case .convolution:
      return 2 * Double(output.count) * Double(inputs[1].count / max(inputs[1].shape[0], 1))
    case .attention(let form, _, _, _):
      let (queries, keys) = (inputs[0].shape[1], inputs[1].shape[1])
      let slots = inputs.count > 3 ? inputs[3].shape[0] : 0
      let seen = (0..<queries).reduce(0) { sum, query in
        let before = form.isCausal ? query + 1 + keys - queries : keys
        return sum + slots + min(before, form.window ?? before)
      }
      return 4 * Double(inputs[0].shape[0] * inputs[0].shape[2] * inputs[0].shape[3]) * Double(seen)
    case .sparseAttention(let chosen, _, _, _):
      return 4 * Double(inputs[0].count) * Double(chosen.shape[2])
    case .linearMemory:
      // At every step and head: what the key calls up, what is written, what the query reads.
      return 6 * Double(inputs[0].count) * Double(inputs[2].shape.width)
    default:
      return 0
    }
  }
}
