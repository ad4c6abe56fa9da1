import Foundation
import Layers
import Tensors

/// m <- decay m + g: every gradient is added under the name of its output (Hebb), and all of them fade.
public struct HebbianMomentum: MomentumRule {
  public let name = "momentum"
  public var decay: Float

  public init(decay: Float = 0.9) { self.decay = decay }

  public func stateShapes(for shape: Shape) -> [Shape] { [shape] }

  public func write(_ gradient: Tensor, to state: inout [Tensor]) {
    state[0] = state[0] * decay + gradient
  }

  public func read(_ gradient: Tensor, from state: [Tensor]) -> Tensor { state[0] }
}

/// m <- m (decay I - erase g^T g / |g|^2) + g: what lies along the new gradient is replaced by it, not added to
/// (delta momentum, 2512.24695, equation 49, with a gradient of unit length in what is erased: it would grow
/// otherwise with the gradient's square).
///
/// With nothing erased it is ``HebbianMomentum``. Parameters that are no matrices count as a row.
public struct DeltaMomentum: MomentumRule {
  public let name = "delta"
  public var decay, erase: Float

  public init(decay: Float = 0.9, erase: Float = 0.5) {
    self.decay = decay
    self.erase = erase
  }

  public func stateShapes(for shape: Shape) -> [Shape] { [shape] }

  public func write(_ gradient: Tensor, to state: inout [Tensor]) {
    let rows = gradient.asMatrix()
    let memory = state[0].asMatrix()
    let length = (rows * rows).sum().scalar
    var next = memory * decay + rows
    if erase != 0, length > 0 {
      // m g^T says how far every output's memory lies along every gradient row.
      let along = memory.multiplied(by: rows, transposeOther: true)
      next = next - along.multiplied(by: rows) * (erase / length)
    }
    state[0] = next.reshaped(gradient.shape)
  }

  public func read(_ gradient: Tensor, from state: [Tensor]) -> Tensor { state[0] }
}

/// W <- W - rate sigma(m): a nonlinear output of a linear memory; of a matrix its orthogonal factor, which makes it Muon
/// without Nesterov's step ahead (2512.24695, section 4.3).
public struct NonlinearMomentum: MomentumRule {
  public let name = "nonlinear"
  public var decay: Float

  public init(decay: Float = 0.95) { self.decay = decay }

  public func stateShapes(for shape: Shape) -> [Shape] { [shape] }

  public func write(_ gradient: Tensor, to state: inout [Tensor]) {
    state[0] = state[0] * decay + gradient * (1 - decay)
  }

  public func read(_ gradient: Tensor, from state: [Tensor]) -> Tensor { state[0].orthogonal() }
}

/// A momentum that is a small network: what it holds is how to answer a gradient, not the gradients themselves (deep
/// momentum, 2512.24695, equation 50).
///
/// A row u of the gradient, divided by the gradient's root mean square, is answered by m(u) = W tanh(V u) / sqrt(hidden),
/// trained by a step down 1/2 |m(u) - u|^2 with weights that fade; the parameter is moved against u + m(u): what the
/// network has learned to expect of such a gradient is gone in advance.
public struct DeepMomentum: MomentumRule {
  public let name = "deep"
  public var decay, rate: Float
  public var hiddenWidth: Int
  public var seed: UInt64

  public init(decay: Float = 0.99, rate: Float = 0.1, hiddenWidth: Int = 32, seed: UInt64 = 0) {
    self.decay = decay
    self.rate = rate
    self.hiddenWidth = hiddenWidth
    self.seed = seed
  }

  public func stateShapes(for shape: Shape) -> [Shape] {
    [[hiddenWidth, shape.asMatrix[1]], [shape.asMatrix[1], hiddenWidth]]
  }

  public func write(_ gradient: Tensor, to state: inout [Tensor]) {
    let (unit, size) = Self.unit(gradient)
    guard size > 0 else { return }
    // The first layer is drawn: with both at zero nothing would ever move.
    if (state[0] * state[0]).sum().scalar == 0 {
      var random = RandomSource(seed: seed, name: "deep momentum")
      state[0] = .normal(
        state[0].shape, deviation: 1 / Float(unit.shape[1]).squareRoot(), using: &random)
    }
    let hidden = hidden(of: unit, state)
    let error = hidden.linear(state[1]) - unit
    let share = rate / Float(unit.shape[0])
    let back = error.multiplied(by: state[1])
    let inner = (back - back * hidden * hidden * Float(hiddenWidth)) * scale
    state[1] = state[1] * decay - error.multiplied(by: hidden, transposeSelf: true) * share
    state[0] = state[0] - inner.multiplied(by: unit, transposeSelf: true) * share
  }

  public func read(_ gradient: Tensor, from state: [Tensor]) -> Tensor {
    let (unit, size) = Self.unit(gradient)
    let expected = hidden(of: unit, state).linear(state[1])
    return ((unit + expected) * size).reshaped(gradient.shape)
  }

  private var scale: Float { 1 / Float(hiddenWidth).squareRoot() }

  private func hidden(of unit: Tensor, _ state: [Tensor]) -> Tensor {
    unit.linear(state[0]).activated(by: .tanh) * scale
  }

  /// A gradient's rows divided by its root mean square, and that.
  private static func unit(_ gradient: Tensor) -> (rows: Tensor, size: Float) {
    let rows = gradient.asMatrix()
    let size = ((rows * rows).sum().scalar / Float(rows.count)).squareRoot()
    return (size > 0 ? rows * (1 / size) : rows, size)
  }
}

/// Momentum at two timescales (M3, 2512.24695, algorithm 1): one of every gradient, one that takes up the sum of the last
/// `period` at once, both orthogonal, over the root of the mean square.
///
/// As printed the memories only grow; these fade. The step's root mean square is `size`, whatever the gradients' is:
/// pretrained weights drift otherwise.
public struct MultiTimescaleMomentum: MomentumRule {
  public let name = "timescales"
  /// How much of each memory a new gradient replaces: of the fast one, of the mean square, of the slow one.
  public var fast, square, slow: Float
  public var slowShare: Float
  public var period: Int
  public var size: Float

  public init(
    fast: Float = 0.1, square: Float = 0.01, slow: Float = 0.3, slowShare: Float = 0.5,
    period: Int = 16, size: Float = 0.2
  ) {
    self.fast = fast
    self.square = square
    self.slow = slow
    self.slowShare = slowShare
    self.period = period
    self.size = size
  }

  /// Fast memory, mean square, slow memory, sum since it changed, its orthogonal factor, step count.
  public func stateShapes(for shape: Shape) -> [Shape] { [shape, shape, shape, shape, shape, [2]] }

  public func write(_ gradient: Tensor, to state: inout [Tensor]) {
    let step = Self.stepCount(state) + 1
    state[5] = counter(step)
    state[0] = state[0] * (1 - fast) + gradient * fast
    state[1] = state[1] * (1 - square) + gradient * gradient * square
    state[3] = state[3] + gradient
    if step.isMultiple(of: period) {
      state[2] = state[2] * (1 - slow) + state[3] * slow
      state[3] = .zeros(gradient.shape)
      state[4] = state[2].orthogonal()
    }
  }

  public func read(_ gradient: Tensor, from state: [Tensor]) -> Tensor {
    let wanted = state[0].orthogonal() + state[4] * slowShare
    let correction = 1 - pow(1 - square, Float(Self.stepCount(state)))
    let (mean, direction) = (state[1], Tensor(shape: gradient.shape) { _ in })
    mean.withFloats { mean in
      wanted.withFloats { wanted in
        direction.update { out in
          for index in out.indices {
            out[index] = wanted[index] / ((mean[index] / correction).squareRoot() + 1e-8)
          }
        }
      }
    }
    let square = (direction * direction).sum().scalar / Float(max(direction.count, 1))
    return square > 0 ? direction * (size / square.squareRoot()) : direction
  }

  private static func stepCount(_ state: [Tensor]) -> Int {
    let halves = state[5].values
    return Int(halves[0]) << 20 | Int(halves[1])
  }
}

extension Shape {
  /// Rows and columns; what is no matrix counts as a row.
  var asMatrix: Shape { rank == 2 ? self : [1, count] }
}

extension Tensor {
  func asMatrix() -> Tensor { reshaped(shape.asMatrix) }

  /// The orthogonal factor of a matrix, scaled as Muon's; what is no matrix is divided by its length.
  func orthogonal() -> Tensor {
    let matrix = asMatrix()
    let aspect = max(1, Float(matrix.shape[0]) / Float(matrix.shape[1])).squareRoot()
    return (Muon.orthogonalized(matrix) * aspect).reshaped(shape)
  }
}
