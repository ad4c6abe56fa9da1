import Tensors

extension OperationCatalog {
  static func convolution(_ size: Size) -> [OperationCase] {
    let forms: [(image: Shape, outer: Int, kernel: Int, stride: Int, padding: Int)] = size.pick(
      test: [
        ([2, 3, 7, 9], 4, 3, 1, 0), ([2, 3, 7, 9], 4, 3, 1, 1), ([1, 2, 8, 7], 3, 3, 2, 1),
        ([2, 1, 6, 6], 2, 2, 3, 0), ([1, 3, 5, 4], 2, 1, 1, 0), ([1, 1, 2, 3], 1, 4, 2, 2),
      ],
      benchmark: [([8, 3, 224, 224], 192, 16, 16, 0), ([8, 64, 56, 56], 64, 3, 1, 1)])
    return forms.map { image, outer, kernel, stride, padding in
      let height = (image[2] + 2 * padding - kernel) / stride + 1
      let width = (image[3] + 2 * padding - kernel) / stride + 1
      let out: Shape = [image[0], outer, height, width]
      return OperationCase(
        "convolution.stride\(stride).padding\(padding)",
        [.floats(image), .floats([outer, image[1], kernel, kernel])],
        flops: 2 * out.count * image[1] * kernel * kernel
      ) {
        $0[0].convolved(with: $0[1], ConvolutionGeometry(stride: stride, padding: padding))
      } reference: {
        .convolved($0[0], with: $0[1], stride, padding, out)
      }
    }
  }
}

extension ReferenceArray {
  fileprivate static func convolved(
    _ images: ReferenceArray, with kernels: ReferenceArray, _ stride: Int, _ padding: Int,
    _ shape: Shape
  ) -> ReferenceArray {
    var out = ReferenceArray(shape)
    for n in 0..<shape[0] {
      for o in 0..<shape[1] {
        for y in 0..<shape[2] {
          for x in 0..<shape[3] {
            for c in 0..<images.shape[1] {
              for dy in 0..<kernels.shape[2] {
                for dx in 0..<kernels.shape[3] {
                  let (row, column) = (y * stride + dy - padding, x * stride + dx - padding)
                  guard (0..<images.shape[2]).contains(row),
                    (0..<images.shape[3]).contains(column)
                  else { continue }
                  out[n, o, y, x] += images[n, c, row, column] * kernels[o, c, dy, dx]
                }
              }
            }
          }
        }
      }
    }
    return out
  }
}
