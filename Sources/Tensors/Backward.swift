import CKernels

/// The gradient of every operation, a case each.
enum Backward {
  /// Turns the gradient of an operation's result into gradients of its inputs.
  static func propagate(
    _ gradient: Tensor, through op: Op, _ inputs: [Tensor], into sink: GradientSink
  ) {
    switch op {
    case .leaf:
      break

    case .add:
      sink.pass(gradient, to: inputs[0])
      sink.pass(gradient, to: inputs[1])

    case .subtract:
      sink.pass(gradient, to: inputs[0])
      sink.write(to: inputs[1]) { out, accumulates in
        if accumulates {
          ck_axpy(-1, gradient.floats, out.floats, out.count)
        } else {
          ck_scale(gradient.floats, -1, out.floats, out.count)
        }
      }

    case .multiply:
      for (index, other) in [(0, inputs[1]), (1, inputs[0])] {
        sink.write(to: inputs[index]) { out, accumulates in
          let kernel = accumulates ? ck_multiply_add : ck_multiply
          kernel(gradient.floats, other.floats, out.floats, out.count)
        }
      }

    case .scale(let factor):
      sink.write(to: inputs[0]) { out, accumulates in
        if accumulates {
          ck_axpy(factor, gradient.floats, out.floats, out.count)
        } else {
          ck_scale(gradient.floats, factor, out.floats, out.count)
        }
      }

    case .addRow:
      sink.pass(gradient, to: inputs[0])
      addRowSums(of: gradient, to: inputs[1], sink)

    case .reshape:
      sink.pass(gradient, to: inputs[0])

    case .transpose:
      sink.pass(gradient.transposed(), to: inputs[0])

    case .slice(let axis, let range):
      guard let out = sink.accumulator(for: inputs[0]) else { return }
      let strip = AxisStrip(of: out.shape, axis: axis, range)
      for outer in 0..<strip.outer {
        ck_axpy(
          1, gradient.floats + outer * strip.length,
          out.floats + outer * strip.stride + strip.start, strip.length)
      }

    case .concatenate(let axis):
      var start = 0
      for input in inputs {
        let range = start..<start + input.shape[axis]
        if sink.wants(input) { sink.pass(gradient.sliced(axis: axis, range), to: input) }
        start = range.upperBound
      }

    case .sum:
      let seed = gradient.scalar
      sink.write(to: inputs[0]) { out, accumulates in
        if !accumulates {
          out.floats.update(repeating: seed, count: out.count)
        } else {
          for index in 0..<out.count { out.floats[index] += seed }
        }
      }

    case .matrixMultiply(let transposeLeft, let transposeRight):
      propagateProduct(gradient, transposeLeft, transposeRight, inputs, sink)

    case .headwiseProduct(let transposed):
      propagateHeadwiseProduct(gradient, transposed, inputs, sink)

    case .linear(let precision):
      propagateLinear(gradient, precision, inputs, sink)

    case .embedding(let indices):
      guard let out = sink.accumulator(for: inputs[0]) else { return }
      ck_scatter_add_rows(
        gradient.floats, indices.integers, out.floats, indices.count, out.shape.width)

    case .activation(let activation):
      let x = inputs[0]
      sink.write(to: x, roundedIfMultiplied: true) { out, accumulates in
        ck_activate_backward(
          activation.kernel, x.floats, gradient.floats, out.place(), x.count, accumulates)
      }

    case .swiGLU:
      let gate = Tensor(uninitialized: gradient.shape)
      let up = Tensor(uninitialized: gradient.shape)
      ck_swiglu_backward(
        inputs[0].floats, inputs[1].floats, gradient.floats, gate.floats, up.floats, gate.count,
        false)
      sink.pass(gate, to: inputs[0])
      sink.pass(up, to: inputs[1])

    case .rmsNorm(let inverse):
      let weight = inputs.dropFirst().first
      sink.writeTogether(to: Array(inputs.dropFirst())) { gradients in
        sink.write(toOrDiscard: inputs[0]) { out, accumulates in
          ck_rms_norm_backward(
            inputs[0].floats, weight?.floats, inverse.floats, gradient.floats, out.floats,
            gradients.first??.floats, out.shape.rows, out.shape.width, accumulates)
        }
      }

    case .layerNorm(let mean, let inverse):
      sink.writeTogether(to: Array(inputs.dropFirst())) { gradients in
        sink.write(toOrDiscard: inputs[0]) { out, accumulates in
          ck_layer_norm_backward(
            inputs[0].floats, inputs[1].floats, mean.floats, inverse.floats, gradient.floats,
            out.floats, gradients[0]?.floats, gradients.dropFirst().first??.floats, out.shape.rows,
            out.shape.width, accumulates)
        }
      }

    case .softmax(let probabilities):
      sink.write(to: inputs[0]) { out, accumulates in
        ck_softmax_backward(
          probabilities.floats, gradient.floats, out.floats, out.shape.rows, out.shape.width,
          accumulates)
      }

    case .rotary(let table, let positions):
      sink.write(to: inputs[0]) { out, accumulates in
        gradient.rotate(
          by: table, positions: positions, direction: -1, into: out, accumulates: accumulates)
      }

    case .attention(let form, let precision, let output, let logSumExp):
      let slots = inputs.count > 3 ? Slots(keys: inputs[3], values: inputs[4]) : nil
      let pass = AttentionPass(
        query: inputs[0], key: inputs[1], value: inputs[2], slots: slots, form, precision)
      sink.writeTogether(to: inputs, roundingFirst: 3) { gradients in
        pass.backward(
          output: output, logSumExp: logSumExp, gradient: gradient, query: gradients[0],
          key: gradients[1], value: gradients[2], slotKeys: slots == nil ? nil : gradients[3],
          slotValues: slots == nil ? nil : gradients[4])
      }

    case .crossEntropy(let targets, let softcap, let logSumExp):
      let logits = inputs[0]
      sink.write(to: logits, roundedIfMultiplied: true) { out, accumulates in
        let own = accumulates ? Tensor(uninitialized: out.shape) : out
        ck_cross_entropy_backward(
          logits.floats, targets.ids.integers, targets.weights.floats, targets.perRow, softcap,
          logSumExp.floats, gradient.floats, 1, own.place(), logits.shape.rows, logits.shape.width)
        if accumulates { ck_add(out.floats, own.floats, out.floats, out.count) }
      }

    case .convolution(let geometry):
      propagateConvolution(gradient, geometry, inputs, sink)

    case .causalConvolution:
      let (x, taps) = (inputs[0], inputs[1])
      let form = x.causalShape(taps: taps.shape[0])
      sink.write(to: x) { out, accumulates in
        ck_causal_convolution_backward_x(
          form, taps.floats, gradient.floats, out.floats, accumulates)
      }
      if let out = sink.accumulator(for: taps) {
        ck_causal_convolution_backward_taps(form, x.floats, gradient.floats, out.floats)
      }

    case .linearMemory(let rule, let checkpoints):
      let pass = LinearMemoryPass(queries: inputs[0], values: inputs[2], rule)
      sink.writeTogether(to: inputs) { gradients in
        pass.backward(
          inputs, checkpoints: checkpoints, gradient: gradient,
          into: zip(inputs, gradients).map { $1 ?? .zeros($0.shape) })
      }

    case .sparseAttention(let chosen, let scale, let output, let logSumExp):
      let pass = SparseAttentionPass(
        query: inputs[0], key: inputs[1], value: inputs[2], chosen: chosen, scale: scale)
      sink.writeTogether(to: inputs) { gradients in
        pass.backward(
          output: output, logSumExp: logSumExp, gradient: gradient,
          into: zip(inputs, gradients).map { $1 ?? .zeros($0.shape) })
      }

    case .indexLesson(let known):
      for (input, own) in zip(inputs, known) where sink.wants(input) {
        sink.pass(own * gradient.scalar, to: input)
      }
    }
  }

  private static func addRowSums(of gradient: Tensor, to row: Tensor, _ sink: GradientSink) {
    guard let out = sink.accumulator(for: row) else { return }
    ck_sum_rows(gradient.floats, out.floats, gradient.shape.rows, gradient.shape.width)
  }

  /// y = x W^T + b: dx = dy W, dW = dy^T x, db = sum of dy's rows.
  private static func propagateLinear(
    _ gradient: Tensor, _ precision: Precision, _ inputs: [Tensor], _ sink: GradientSink
  ) {
    let (x, weight) = (inputs[0], inputs[1])
    sink.write(to: x) { out, accumulates in
      if weight.isStored {
        return gradient.propagate(throughStored: weight, into: out, accumulates: accumulates)
      }
      let readable = weight.readable(in: precision)
      MatrixMultiply.multiply(
        gradient.matrix(in: precision), readable.factor(in: precision, isKept: !weight.isTracked),
        into: out.matrix(in: .float32), accumulates: accumulates)
    }
    let bias = inputs.count > 2 ? sink.accumulator(for: inputs[2]) : nil
    guard sink.wants(weight) else {
      if let bias { gradient.matrix(in: precision).transposed.addRowSums(to: bias.floats) }
      return
    }
    sink.write(to: weight) { out, accumulates in
      MatrixMultiply.multiply(
        gradient.matrix(in: precision).transposed, x.matrix(in: precision),
        into: out.matrix(in: .float32), accumulates: accumulates, rowSums: bias?.floats)
    }
  }

  /// C = op(A) op(B): dop(A) = dC op(B)^T, dop(B) = op(A)^T dC, transposed back where op transposes.
  private static func propagateProduct(
    _ gradient: Tensor, _ transposeLeft: Bool, _ transposeRight: Bool, _ inputs: [Tensor],
    _ sink: GradientSink
  ) {
    let (left, right) = (inputs[0], inputs[1])
    let batch = gradient.shape.extents.dropLast(2).reduce(1, *)
    sink.write(to: left) { out, accumulates in
      for index in 0..<batch {
        let delta = gradient.matrix(at: index)
        let other = right.matrix(at: index, transposed: !transposeRight)
        MatrixMultiply.multiply(
          transposeLeft ? other.transposed : delta, transposeLeft ? delta.transposed : other,
          into: out.matrix(at: index), accumulates: accumulates)
      }
    }
    sink.write(to: right) { out, accumulates in
      for index in 0..<batch {
        let delta = gradient.matrix(at: index)
        let other = left.matrix(at: index, transposed: !transposeLeft)
        MatrixMultiply.multiply(
          transposeRight ? delta.transposed : other, transposeRight ? other.transposed : delta,
          into: out.matrix(at: index), accumulates: accumulates)
      }
    }
  }

  /// y = x M: dx = dy M^T, dM = x^T dy; y = x M^T: dx = dy M, dM = dy^T x.
  private static func propagateHeadwiseProduct(
    _ gradient: Tensor, _ transposed: Bool, _ inputs: [Tensor], _ sink: GradientSink
  ) {
    let (x, matrices) = (inputs[0], inputs[1])
    sink.write(to: x) { out, accumulates in
      gradient.eachHead(matrices) { delta, matrix, place in
        MatrixMultiply.multiply(
          delta, transposed ? matrix : matrix.transposed, into: out.rows(ofHead: place),
          accumulates: accumulates)
      }
    }
    sink.write(to: matrices) { out, accumulates in
      gradient.eachHead(out) { delta, out, place in
        let rows = x.rows(ofHead: place)
        MatrixMultiply.multiply(
          transposed ? delta.transposed : rows.transposed, transposed ? rows : delta, into: out,
          accumulates: accumulates)
      }
    }
  }

  /// The columns are recomputed: they are kernel^2 times larger than the image.
  private static func propagateConvolution(
    _ gradient: Tensor, _ geometry: ConvolutionGeometry, _ inputs: [Tensor], _ sink: GradientSink
  ) {
    let (images, kernels) = (inputs[0], inputs[1])
    let form = geometry.kernelShape(image: images.shape, kernels: kernels.shape)
    let columns = Tensor(uninitialized: form.columnsShape)
    sink.writeTogether(to: inputs) { gradients in
      for index in 0..<images.shape[0] {
        let delta = gradient.imageMatrix(index, form)
        if let gradKernels = gradients[1] {
          ck_image_to_columns(form, images.floats + index * form.imageSize, columns.floats)
          MatrixMultiply.multiply(
            delta, columns.matrix(at: 0, transposed: true), into: gradKernels.reshapedMatrix(),
            accumulates: true)
        }
        if let gradImages = gradients[0] {
          MatrixMultiply.multiply(
            kernels.reshapedMatrix().transposed, delta, into: columns.matrix(at: 0),
            accumulates: false)
          ck_columns_to_image(form, columns.floats, gradImages.floats + index * form.imageSize)
        }
      }
    }
  }
}
