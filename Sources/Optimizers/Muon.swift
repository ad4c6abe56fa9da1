import CKernels
import Foundation
import Layers
import Tensors

/// Momentum whose update is made orthogonal, for the matrices inside a network (Jordan 2024).
///
/// Five Newton-Schulz iterations replace the singular values of the update by about 1, so that rare
/// directions move as fast as frequent ones. Matrices are [out, in], or several heads' [in, heads, out], of which each is
/// made orthogonal on its own. Other parameters belong to another optimizer.
public struct Muon: Optimizer {
  public var learningRate, momentum, weightDecay: Float
  private var momenta: [String: Tensor] = [:]

  public init(learningRate: Float = 0.02, momentum: Float = 0.95, weightDecay: Float = 0) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  public mutating func update(
    _ parameters: [Parameter], along gradients: Gradients, rate: Float, gradientScale: Float
  ) throws {
    var work: [(value: Tensor, buffer: Tensor, gradient: Tensor)] = []
    for parameter in parameters {
      guard let gradient = gradients[parameter.value] else { continue }
      precondition(
        (2...3).contains(parameter.shape.rank), "Muon on \(parameter.path) of \(parameter.shape)")
      let buffer = momenta[parameter.path] ?? .zeros(parameter.shape)
      momenta[parameter.path] = buffer
      work.append((parameter.value, buffer, gradient))
    }
    let (items, momentum) = (work, momentum)
    let (step, decay) = (learningRate * rate, 1 - learningRate * rate * weightDecay)
    _ = try WorkerPool.shared.map(items.count) { index in
      let (value, buffer, gradient) = items[index]
      Profile.measured("Muon", Profile.Work(bytes: 5 * Double(value.byteCount))) {
        gradient.withFloats { gradient in
          buffer.update {
            ck_axpby(
              (1 - momentum) * gradientScale, gradient.baseAddress, momentum, $0.baseAddress,
              $0.count)
          }
        }
        // Nesterov: look ahead along the momentum before orthogonalising.
        let ahead = gradient * ((1 - momentum) * gradientScale) + buffer.detached() * momentum
        let isOfHeads = value.shape.rank == 3
        let direction = isOfHeads ? Muon.orthogonalized(heads: ahead) : Muon.orthogonalized(ahead)
        let (outWidth, inWidth) =
          isOfHeads ? (value.shape[2], value.shape[0]) : (value.shape[0], value.shape[1])
        let aspect = max(1, Float(outWidth) / Float(inWidth)).squareRoot()
        direction.withFloats { direction in
          value.update {
            ck_axpby(-step * aspect, direction.baseAddress, decay, $0.baseAddress, $0.count)
          }
        }
      }
    }
  }

  /// U V^T of a matrix's singular value decomposition, approximately: singular values within [0.7, 1.2].
  ///
  /// The quintic's coefficients trade exactness for speed of convergence (Jordan 2024). Products are in
  /// ``Precision/current``: bfloat16 is enough for them.
  public static func orthogonalized(_ matrix: Tensor) -> Tensor {
    let isTall = matrix.shape[0] > matrix.shape[1]
    let wide = (isTall ? matrix.transposed() : matrix).detached()
    let norm = wide.withFloats { ck_sum_squares($0.baseAddress, $0.count) }.squareRoot()
    var x = wide * Float(1 / (norm * 1.02 + 1e-7))
    for _ in 0..<5 {
      let square = x.linear(x)
      // The square is symmetric: its transpose is itself.
      let polynomial = square * -4.7750 + square.linear(square) * 2.0315
      x = x * 3.4445 + polynomial.linear(x.transposed())
    }
    return isTall ? x.transposed() : x
  }

  /// The same of every head's matrix of [in, heads, out].
  static func orthogonalized(heads matrices: Tensor) -> Tensor {
    let shape = matrices.shape
    let heads = (0..<shape[1]).map { head in
      orthogonalized(
        matrices.sliced(axis: 1, head..<head + 1).reshaped([shape[0], shape[2]])
      ).reshaped([shape[0], 1, shape[2]])
    }
    return .concatenated(heads, axis: 1)
  }

  public var state: [(name: String, tensor: Tensor)] {
    momenta.sorted { $0.key < $1.key }.map { ("muon.momentum.\($0.key)", $0.value) }
  }

  public mutating func restore(_ state: any TensorSource, for parameters: [Parameter]) throws {
    momenta = try buffers("muon.momentum.", for: parameters, in: state)
  }
}
