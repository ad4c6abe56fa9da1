import CKernels
import Testing

@Suite struct ConvolutionTests {
  static let shapes:
    [(channels: Int, height: Int, width: Int, kernel: Int, stride: Int, padding: Int)] =
      [
        (1, 1, 1, 1, 1, 0), (2, 5, 7, 3, 1, 1), (3, 9, 8, 3, 2, 1), (2, 6, 6, 2, 2, 0),
        (1, 4, 19, 5, 3, 4),
      ]

  @Test(arguments: vectorUnits) func columnsAndBack(unit: String) {
    withVectorUnit(unit) {
      var numbers = SeededNumbers(14)
      for s in Self.shapes {
        let outHeight = (s.height + 2 * s.padding - s.kernel) / s.stride + 1
        let outWidth = (s.width + 2 * s.padding - s.kernel) / s.stride + 1
        let shape = ck_convolution_shape(
          channels: s.channels, height: s.height, width: s.width, kernel: s.kernel,
          stride: s.stride, padding: s.padding, outHeight: outHeight, outWidth: outWidth)
        let image = numbers.floats(s.channels * s.height * s.width)
        let count = s.channels * s.kernel * s.kernel * outHeight * outWidth
        let columns = numbers.floats(count)
        var expected = [Float](repeating: 0, count: count)
        var back = image.doubles
        var place = 0
        for c in 0..<s.channels {
          for ky in 0..<s.kernel {
            for kx in 0..<s.kernel {
              for y in 0..<outHeight {
                for x in 0..<outWidth {
                  let row = y * s.stride + ky - s.padding
                  let column = x * s.stride + kx - s.padding
                  if row >= 0, row < s.height, column >= 0, column < s.width {
                    let pixel = (c * s.height + row) * s.width + column
                    expected[place] = image[pixel]
                    back[pixel] += Double(columns[place])
                  }
                  place += 1
                }
              }
            }
          }
        }
        let found = written(count) { ck_image_to_columns(shape, image, $0) }
        #expect(found == expected)
        expectClose(
          written(image.count, over: image) { ck_columns_to_image(shape, columns, $0) }, back)
      }
    }
  }
}
