import Foundation
import Tensors

/// Memories that are small networks, one for every sequence and head: what is written to them changes their weights.
///
/// M(z) = W z, or W tanh(V z) / sqrt(hidden) of depth 2, plus z where it is residual. The division keeps what W is
/// multiplied by no longer than 1, so that a rate between 0 and 1 does not overshoot. A memory reads with its weights as
/// they are, but what it is to learn is computed from those that it had when its period began: 1/2 |M(k) - v|^2 is
/// descended by the gradient there (the chunks of Titans, 2501.00663, and TTT, 2407.04620). With a period of 1 this is
/// gradient descent step by step.
package struct NeuralMemory: Sendable {
  /// What a write does to a weight W that stands behind an input h, whose error is e.
  package enum Descent: Sendable {
    /// W <- keep W + S ; S <- inertia S - rate e h^T: descent with momentum (Titans, equation 13). The error of the last
    /// weight is that of the weight as it is.
    case momentum
    /// W <- W (keep I - rate h h^T) - rate e h^T: what h called up is taken away as well (delta gradient descent,
    /// 2512.24695).
    case delta
  }

  /// A sequence's weights.
  package struct Weights {
    /// As they were when the period began; none where nothing is computed from them.
    package var settled: [Tensor]
    /// As they are.
    package var running: [MemoryMatrices]
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

  let descent: Descent
  let isResidual: Bool
  /// Of the first layer to the last, [in, heads, out].
  private let beginnings: [Parameter]

  package init(
    _ descent: Descent, depth: Int, isResidual: Bool, heads: Int, width: Int, hiddenWidth: Int,
    in scope: ParameterScope
  ) throws {
    precondition((1...2).contains(depth), "a neural memory of depth \(depth)")
    self.descent = descent
    self.isResidual = isResidual
    let hidden =
      depth == 2
      ? [try scope.parameter("hidden", [width, heads, hiddenWidth], .normal(deviation: 1))] : []
    beginnings =
      hidden + [
        try scope.parameter(
          "last", [depth == 2 ? hiddenWidth : width, heads, width], .normal(deviation: 0.02))
      ]
  }

  /// Whether a parameter is what a neural memory begins as: matrices of several heads.
  package static func holds(_ parameter: Parameter) -> Bool {
    parameter.shape.rank == 3
      && ["hidden", "last"].contains(parameter.path.split(separator: ".").last)
  }

  private var depth: Int { beginnings.count }

  /// The error of a single layer with momentum is that of the weights as they are.
  private var asksSettled: Bool { depth > 1 || descent == .delta }

  package func beginning(batch: Int) -> Weights {
    let weights = beginnings.map { $0.effective.repeated(batch) }
    return Weights(
      settled: asksSettled ? weights : [],
      running: weights.map {
        MemoryMatrices($0, momentum: descent == .momentum ? .zeros($0.shape) : nil)
      })
  }

  /// M(z) with the weights that the period began with: [batch, time, heads, width].
  package func read(_ z: Tensor, with weights: Weights) -> Tensor {
    let (last, settled) = (weights.settled.count - 1, weights.settled)
    let hidden = last == 0 ? z : bounded(z.headwiseProduct(settled[0]))
    return residual(z, hidden.headwiseProduct(settled[last]))
  }

  /// Writes step by step, and reads M(q) after every step: [batch, time, heads, width].
  ///
  /// - Precondition: no period ends before the last step.
  package func write(_ writes: Writes, reading queries: Tensor, to weights: inout Weights) -> Tensor
  {
    let target = isResidual ? writes.values - writes.keys : writes.values
    if depth == 1 {
      let values =
        descent == .delta ? target - writes.keys.headwiseProduct(weights.settled[0]) : target
      let read = step(
        0, of: &weights, writes, at: writes.keys, reading: queries, values: values, rule: .delta)
      return residual(queries, read)
    }
    let hidden = bounded(writes.keys.headwiseProduct(weights.settled[0]))
    let error = hidden.headwiseProduct(weights.settled[1]) - target
    // tanh' = 1 - tanh^2, where hidden = tanh / sqrt(width).
    let back = error.headwiseProduct(weights.settled[1], transposed: true)
    let width = Float(hidden.shape.width)
    let hiddenError = (back - back * hidden * hidden * width) * (1 / width.squareRoot())
    let queried = step(
      0, of: &weights, writes, at: writes.keys, reading: queries, values: hiddenError * -1,
      rule: descent == .delta ? .delta : .hebbian)
    let read = step(
      1, of: &weights, writes, at: hidden, reading: bounded(queried),
      values: descent == .delta ? error * -1 : target, rule: .delta)
    return residual(queries, read)
  }

  /// Lets `read` go through the next `time` rows in pieces that end where periods do; what it reads, put together.
  ///
  /// `state` holds the weights of `memories`, one memory's after the other's.
  static func passing(
    _ memories: [NeuralMemory], _ time: Int, period: Int, through state: inout MemoryState,
    _ read: (_ rows: Range<Int>, _ weights: inout [Weights]) -> Tensor
  ) -> Tensor {
    var rest = state.tensors[...]
    var weights = memories.map { $0.weights(from: &rest) }
    let asksSettled = memories.contains(where: \.asksSettled)
    var parts: [Tensor] = []
    var start = 0
    while start < time {
      let length = asksSettled ? period - state.step % period : time
      let piece = start..<min(time, start + length)
      parts.append(read(piece, &weights))
      state.step += piece.count
      if state.step.isMultiple(of: period) {
        for (index, memory) in memories.enumerated() where memory.asksSettled {
          weights[index].settled = weights[index].running.map(\.memory)
        }
      }
      start = piece.upperBound
    }
    state.tensors = weights.flatMap(\.tensors)
    return .concatenated(parts, axis: 1)
  }

  /// Takes the weights that ``Weights/tensors`` gave off the front of `tensors`.
  private func weights(from tensors: inout ArraySlice<Tensor>) -> Weights {
    let settled = asksSettled ? (0..<depth).map { _ in tensors.removeFirst() } : []
    let running = (0..<depth).map { _ in
      MemoryMatrices(
        tensors.removeFirst(), momentum: descent == .momentum ? tensors.removeFirst() : nil)
    }
    return Weights(settled: settled, running: running)
  }

  private func step(
    _ layer: Int, of weights: inout Weights, _ writes: Writes, at keys: Tensor,
    reading queries: Tensor, values: Tensor, rule: MemoryRule
  ) -> Tensor {
    let (read, matrices) = Tensor.linearMemory(
      MemorySteps(
        queries: queries, keys: keys, values: values, rate: writes.rate, keep: writes.keep,
        inertia: writes.inertia), from: weights.running[layer], rule: rule)
    weights.running[layer] = matrices
    return read
  }

  private func bounded(_ x: Tensor) -> Tensor {
    x.activated(by: .tanh) * (1 / Float(x.shape.width).squareRoot())
  }

  private func residual(_ z: Tensor, _ read: Tensor) -> Tensor { isResidual ? z + read : read }
}

extension NeuralMemory.Weights {
  /// As a layer's state holds them: settled, then running with their momenta.
  var tensors: [Tensor] {
    settled + running.flatMap { [$0.memory] + ($0.momentum.map { [$0] } ?? []) }
  }
}

/// Where a gate's linear part begins that is to give `probability`.
func logit(_ probability: Float) -> Float { log(probability / (1 - probability)) }
