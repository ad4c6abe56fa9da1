import Tensors

/// What a layer with memories holds of each of its sequences: it is of one size however much was read.
public struct MemoryState: Sendable {
  /// How many rows of the sequence were read.
  public var step = 0
  /// What the layer holds, in an order of its own; each [batch, ...].
  public var tensors: [Tensor]

  public init(step: Int = 0, tensors: [Tensor]) {
    self.step = step
    self.tensors = tensors
  }

  /// Bytes of one sequence's state.
  public var byteCount: Int {
    tensors.reduce(0) { $0 + $1.count / max($1.shape[0], 1) } * MemoryLayout<Float>.size
  }

  /// The same without a way back to what it was computed from.
  public func detached() -> MemoryState {
    MemoryState(step: step, tensors: tensors.map { $0.detached() })
  }
}

/// A layer that carries what it read of a sequence in a state of fixed size.
public protocol RecurrentLayer: Sendable {
  /// What the layer holds of `batch` sequences of which it has read nothing.
  func initialState(batch: Int) -> MemoryState

  /// Reads rows x [batch, time, width] that continue `state`; gives as many.
  ///
  /// Read in parts, a sequence gives what it gives read as a whole.
  func callAsFunction(_ x: Tensor, continuing state: inout MemoryState) -> Tensor
}

extension RecurrentLayer {
  /// Reads sequences from their beginning.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    var state = initialState(batch: x.shape[0])
    return self(x, continuing: &state)
  }
}

extension Tensor {
  /// This tensor `count` times along a new first axis.
  func repeated(_ count: Int) -> Tensor {
    let one = reshaped(Shape([1] + shape.extents))
    return count == 1 ? one : .concatenated(Array(repeating: one, count: count), axis: 0)
  }

  /// Every row divided by its length; rows of nothing stay nothing.
  func withUnitRows() -> Tensor {
    rmsNormalized(epsilon: 1e-6 / Float(shape.width)) * (1 / Float(shape.width).squareRoot())
  }
}
