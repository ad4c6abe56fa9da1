/// The name of every case of ``Op``, so that a table of operations can be held against the list.
package enum OperationKind: String, CaseIterable, Sendable {
  case add, subtract, multiply, scale, addRow, reshape, transpose, slice, concatenate, sum
  case matrixMultiply, headwiseProduct, linear, embedding, activation, swiGLU, rmsNorm, layerNorm,
    softmax, rotary
  case attention, crossEntropy, convolution, causalConvolution, linearMemory,
    sparseAttention, indexLesson
}

extension Tensor {
  /// The operation that computed this tensor; nil when it is a leaf, untracked or consumed.
  package var operationKind: OperationKind? { node?.op.kind }
}

extension Profile.Kind {
  init(_ kind: OperationKind?, isGradient: Bool = false) {
    self.init(kind?.rawValue ?? "leaf", isGradient: isGradient)
  }
}

extension Op {
  var kind: OperationKind? {
    switch self {
    case .leaf: nil
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .scale: .scale
    case .addRow: .addRow
    case .reshape: .reshape
    case .transpose: .transpose
    case .slice: .slice
    case .concatenate: .concatenate
    case .sum: .sum
    case .matrixMultiply: .matrixMultiply
    case .headwiseProduct: .headwiseProduct
    case .linear: .linear
    case .embedding: .embedding
    case .activation: .activation
    case .swiGLU: .swiGLU
    case .rmsNorm: .rmsNorm
    case .layerNorm: .layerNorm
    case .softmax: .softmax
    case .rotary: .rotary
    case .attention: .attention
    case .crossEntropy: .crossEntropy
    case .convolution: .convolution
    case .causalConvolution: .causalConvolution
    case .linearMemory: .linearMemory
    case .sparseAttention: .sparseAttention
    case .indexLesson: .indexLesson
    }
  }
}
