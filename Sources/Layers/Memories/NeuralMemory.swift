import Foundation
import Tensors

/// Memories that are small networks, one for every sequence and head: what is written to them changes their weights.
///
/// M(z) = W z, or W tanh(V z) / sqrt(hidden) of depth 2, plus z where it is residual. The division keeps what W is
/// multiplied by no longer than 1, so that a rate between 0 and 1 does not overshoot. What is to be learned is computed from
/// the weights that there were when the period began: 1/2 |M(k) - v|^2 is descended by the gradient there (the chunks of
/// Titans, 2501.00663, and TTT, 2407.04620). With a period of 1 this is gradient descent step by step.
package struct NeuralMemory: AssociativeMemory {
  /// What a write does to a weight W that stands behind an input h, whose error is e.
  package enum Descent: Sendable {
    /// W <- keep W + S ; S <- inertia S - rate e h^T: descent with momentum (Titans, equation 13). The error of the last
    /// weight is that of the weight as it is.
    case momentum
    /// W <- W (keep I - rate h h^T) - rate e h^T: what h called up is taken away as well (delta gradient descent,
    /// 2512.24695).
    case delta
  }

  /// What is written at every step, and by how much.
  package struct Writes {
    /// [batch, time, heads, width].
    package var keys, values: Tensor
    /// [batch, time, heads].
    package var rate, keep: Tensor
    package var inertia: Tensor?

    package init(
      keys: Tensor, values: Tensor, rate: Tensor, keep: Tensor, inertia: Tensor? = nil
    ) {
      self.keys = keys
      self.values = values
      self.rate = rate
      self.keep = keep
      self.inertia = inertia
    }
  }

  let form: Form
  /// The weights as they were when the period began, first layer to last, [batch, in, heads, out]; none where nothing is
  /// computed from them.
  package var settled: [Tensor]
  /// The weights as they are.
  package private(set) var running: [MemoryMatrices]

  package var period: MemoryPeriod { .tokens(asksSettled ? form.period : 1) }

  private var depth: Int { running.count }
  fileprivate var asksSettled: Bool { form.asksSettled(depth: depth) }

  /// M(z) with the weights that the period began with: [batch, time, heads, width].
  ///
  /// - Precondition: something is computed from these.
  package func read(_ z: Tensor) -> Tensor {
    let hidden = depth == 1 ? z : bounded(z.headwiseProduct(settled[0]))
    return residual(z, hidden.headwiseProduct(settled[depth - 1]))
  }

  /// Learns the steps one after another.
  package mutating func write(_ writes: Writes) { _ = writing(writes, reading: writes.keys) }

  /// The same; returns M(q) after every step, with the weights as they are: [batch, time, heads, width].
  ///
  /// - Precondition: no period ends before the last step.
  package mutating func writing(_ writes: Writes, reading queries: Tensor) -> Tensor {
    let target = form.isResidual ? writes.values - writes.keys : writes.values
    if depth == 1 {
      let values =
        form.descent == .delta ? target - writes.keys.headwiseProduct(settled[0]) : target
      let read = step(
        0, writes, at: writes.keys, reading: queries, values: values, rule: .delta)
      return residual(queries, read)
    }
    let hidden = bounded(writes.keys.headwiseProduct(settled[0]))
    let error = hidden.headwiseProduct(settled[1]) - target
    // tanh' = 1 - tanh^2, where hidden = tanh / sqrt(width).
    let back = error.headwiseProduct(settled[1], transposed: true)
    let width = Float(hidden.shape.width)
    let hiddenError = (back - back * hidden * hidden * width) * (1 / width.squareRoot())
    let queried = step(
      0, writes, at: writes.keys, reading: queries, values: hiddenError * -1,
      rule: form.descent == .delta ? .delta : .hebbian)
    let read = step(
      1, writes, at: hidden, reading: bounded(queried),
      values: form.descent == .delta ? error * -1 : target, rule: .delta)
    return residual(queries, read)
  }

  /// Lets the period end: from here on, what is computed from settled weights is computed from these.
  mutating func settle() {
    if asksSettled { settled = running.map(\.memory) }
  }

  private mutating func step(
    _ layer: Int, _ writes: Writes, at keys: Tensor, reading queries: Tensor, values: Tensor,
    rule: MemoryRule
  ) -> Tensor {
    var memory = LinearMemory(running[layer], rule: rule)
    let read = memory.writing(
      MemorySteps(
        queries: queries, keys: keys, values: values, rate: writes.rate, keep: writes.keep,
        inertia: writes.inertia))
    running[layer] = memory.matrices
    return read
  }

  private func bounded(_ x: Tensor) -> Tensor {
    x.activated(by: .tanh) * (1 / Float(x.shape.width).squareRoot())
  }

  private func residual(_ z: Tensor, _ read: Tensor) -> Tensor {
    form.isResidual ? z + read : read
  }
}

extension NeuralMemory {
  /// What can be chosen about a memory, but for its depth.
  package struct Form: Sendable {
    package var descent: Descent
    package var isResidual: Bool
    /// After how many rows it is asked as it is by then.
    package var period: Int

    package init(_ descent: Descent, isResidual: Bool, period: Int) {
      self.descent = descent
      self.isResidual = isResidual
      self.period = period
    }

    /// The error of a single layer with momentum is that of the weights as they are.
    func asksSettled(depth: Int) -> Bool { depth > 1 || descent == .delta }
  }

  /// What memories of new sequences begin as, which is learned in training.
  package struct Beginning: Sendable {
    let form: Form
    /// Of the first layer to the last, [in, heads, out].
    private let weights: [Parameter]

    package init(
      _ form: Form, depth: Int, heads: Int, width: Int, hiddenWidth: Int, in scope: ParameterScope
    ) throws {
      precondition((1...2).contains(depth), "a neural memory of depth \(depth)")
      self.form = form
      let hidden =
        depth == 2
        ? [try scope.parameter("hidden", [width, heads, hiddenWidth], .normal(deviation: 1))] : []
      weights =
        hidden + [
          try scope.parameter(
            "last", [depth == 2 ? hiddenWidth : width, heads, width], .normal(deviation: 0.02))
        ]
    }

    /// Whether a parameter is a part of what a memory begins as: matrices of several heads.
    package static func holds(_ parameter: Parameter) -> Bool {
      parameter.shape.rank == 3
        && ["hidden", "last"].contains(parameter.path.split(separator: ".").last)
    }

    private var depth: Int { weights.count }

    /// Memories of `batch` sequences of which nothing was read.
    package func memory(batch: Int) -> NeuralMemory {
      let weights = weights.map { $0.effective.repeated(batch) }
      return NeuralMemory(
        form: form, settled: form.asksSettled(depth: depth) ? weights : [],
        running: weights.map {
          MemoryMatrices($0, momentum: form.descent == .momentum ? .zeros($0.shape) : nil)
        })
    }

    /// Takes the memory whose ``NeuralMemory/tensors`` stand at the front of `tensors` off them.
    func memory(from tensors: inout ArraySlice<Tensor>) -> NeuralMemory {
      let settled =
        form.asksSettled(depth: depth) ? (0..<depth).map { _ in tensors.removeFirst() } : []
      let running = (0..<depth).map { _ in
        MemoryMatrices(
          tensors.removeFirst(),
          momentum: form.descent == .momentum ? tensors.removeFirst() : nil)
      }
      return NeuralMemory(form: form, settled: settled, running: running)
    }
  }

  /// As a layer's state holds it: settled weights, then running ones with their momenta.
  var tensors: [Tensor] {
    settled + running.flatMap { [$0.memory] + ($0.momentum.map { [$0] } ?? []) }
  }
}

extension [NeuralMemory.Beginning] {
  /// Lets `read` go through the next `time` rows in pieces that end where periods do; what it reads, put together.
  ///
  /// `state` holds the memories that began as these, one after the other.
  func passing(
    _ time: Int, through state: inout MemoryState,
    _ read: (_ rows: Range<Int>, _ memories: inout [NeuralMemory]) -> Tensor
  ) -> Tensor {
    var rest = state.tensors[...]
    var memories = map { $0.memory(from: &rest) }
    let period = memories.filter(\.asksSettled).map(\.form.period).min() ?? .max
    var parts: [Tensor] = []
    var start = 0
    while start < time {
      let piece = start..<Swift.min(time, start + (period - state.step % period))
      parts.append(read(piece, &memories))
      state.step += piece.count
      if state.step.isMultiple(of: period) {
        for index in memories.indices { memories[index].settle() }
      }
      start = piece.upperBound
    }
    state.tensors = memories.flatMap(\.tensors)
    return .concatenated(parts, axis: 1)
  }
}

/// Where a gate's linear part begins that is to give `probability`.
func logit(_ probability: Float) -> Float { log(probability / (1 - probability)) }
