import CKernels

/// Square kernels over two-dimensional images with zero padding.
public struct ConvolutionGeometry: Sendable, Hashable {
  public var stride, padding: Int

  public init(stride: Int = 1, padding: Int = 0) {
    precondition(stride > 0 && padding >= 0, "stride \(stride), padding \(padding)")
    self.stride = stride
    self.padding = padding
  }

  func kernelShape(image: Shape, kernels: Shape) -> ck_convolution_shape {
    let (height, width, kernel) = (image[2], image[3], kernels[2])
    return ck_convolution_shape(
      channels: image[1], height: height, width: width, kernel: kernel, stride: stride,
      padding: padding, outHeight: (height + 2 * padding - kernel) / stride + 1,
      outWidth: (width + 2 * padding - kernel) / stride + 1)
  }
}

extension Tensor {
  /// Convolves images [batch, channels, height, width] with kernels [out, channels, size, size].
  public func convolved(with kernels: Tensor, _ geometry: ConvolutionGeometry) -> Tensor {
    let began = Profile.now
    precondition(
      shape.rank == 4 && kernels.shape.rank == 4 && kernels.shape[1] == shape[1]
        && kernels.shape[2] == kernels.shape[3]
        && min(shape[2], shape[3]) + 2 * geometry.padding >= kernels.shape[2],
      "convolution of \(shape) with \(kernels.shape)")
    let form = geometry.kernelShape(image: shape, kernels: kernels.shape)
    let out = Tensor(uninitialized: [shape[0], kernels.shape[0], form.outHeight, form.outWidth])
    let columns = Tensor(uninitialized: form.columnsShape)
    let weights = kernels.reshapedMatrix()
    for image in 0..<shape[0] {
      ck_image_to_columns(form, floats + image * form.imageSize, columns.floats)
      MatrixMultiply.multiply(
        weights, columns.matrix(at: 0), into: out.imageMatrix(image, form), accumulates: false)
    }
    return out.recorded(.convolution(geometry), self, kernels, since: began)
  }

  /// Kernels as a matrix [out, channels * size * size].
  func reshapedMatrix() -> Matrix {
    Matrix(
      pointer: UnsafeMutableRawPointer(floats), rows: shape[0], columns: count / max(shape[0], 1),
      rowStride: count / max(shape[0], 1))
  }

  /// Image `index` of a convolution's result as a matrix [out, outHeight * outWidth].
  func imageMatrix(_ index: Int, _ form: ck_convolution_shape) -> Matrix {
    let area = form.outHeight * form.outWidth
    return Matrix(
      pointer: UnsafeMutableRawPointer(floats + index * shape[1] * area), rows: shape[1],
      columns: area, rowStride: area)
  }
}

extension ck_convolution_shape {
  var imageSize: Int { channels * height * width }
  var columnsShape: Shape { [channels * kernel * kernel, outHeight * outWidth] }
}
