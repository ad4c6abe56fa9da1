import Corpora
import Foundation
import Tensors
import Training

/// Where the digits of 1989 come from: MNIST made small, USPS, or drawn by the program.
struct DigitSource: Sendable {
  let title: String
  let trainingCount, testCount: Int
  private let training, test: SmallDigits
  private let hasPublishedFigures: Bool

  /// The digits in `folder`/images/mnist or `folder`/images/usps; drawn ones where there is no folder.
  init(_ folder: String?) throws {
    guard let folder else {
      title = "drawn by the program, marked so because no figures are published of them"
      training = .drawn(2000, seed: 1, name: "training")
      test = .drawn(500, seed: 1, name: "test")
      (trainingCount, testCount) = (training.count, test.count)
      hasPublishedFigures = false
      return
    }
    let usps = "\(folder)/images/usps"
    if !FileManager.default.fileExists(atPath: "\(folder)/images/mnist"),
      FileManager.default.fileExists(atPath: usps)
    {
      title = "USPS"
      training = SmallDigits(
        try LabelledImages(
          images: "\(usps)/usps-train-images-idx3-ubyte",
          labels: "\(usps)/usps-train-labels-idx1-ubyte"))
      test = SmallDigits(
        try LabelledImages(
          images: "\(usps)/usps-test-images-idx3-ubyte",
          labels: "\(usps)/usps-test-labels-idx1-ubyte"))
      hasPublishedFigures = false
    } else {
      title = "MNIST at 16 x 16"
      let files = try LabelledImages.mnist(in: "\(folder)/images/mnist")
      (training, test) = (SmallDigits(files.training), SmallDigits(files.test))
      hasPublishedFigures = true
    }
    (trainingCount, testCount) = (min(7291, training.count), min(2007, test.count))
  }

  /// As many of each as there were in 1989, in an order of the seed's.
  func drawn(seed: UInt64) -> (training: SmallDigits, test: SmallDigits) {
    var random = RandomSource(seed: seed, name: "digits")
    return (
      training.drawn(trainingCount, &random), test.drawn(testCount, &random)
    )
  }

  func expectation(_ published: Double, isQuick: Bool) -> Finding.Expectation? {
    if isQuick { return .atMost(0.1 * Double(testCount)) }
    return hasPublishedFigures ? .near(published, within: 2 * published.squareRoot()) : nil
  }
}

extension SmallDigits {
  /// Images of any size, made 16 x 16 by weighing the four pixels around each new one's middle.
  init(_ images: LabelledImages) {
    let side = Self.side
    func places(_ extent: Int) -> [(low: Int, high: Int, share: Float)] {
      (0..<side).map { index in
        let place = max(0, (Float(index) + 0.5) * Float(extent) / Float(side) - 0.5)
        let low = min(Int(place), extent - 1)
        return (low, min(low + 1, extent - 1), place - Float(low))
      }
    }
    let (columns, rows) = (places(images.width), places(images.height))
    let pixels = images.pixels
    self.init(
      pixels: (0..<images.count).flatMap { image in
        let start = image * images.pixelsPerImage
        return rows.flatMap { y in
          columns.map { x in
            func grey(_ row: Int) -> Float {
              let first = start + row * images.width
              return pixels[first + x.low] * (1 - x.share) + pixels[first + x.high] * x.share
            }
            return (grey(y.low) * (1 - y.share) + grey(y.high) * y.share) * 2 - 1
          }
        }
      }, labels: images.labels)
  }

  /// `count` of them in a new order.
  fileprivate func drawn(_ count: Int, _ random: inout RandomSource) -> SmallDigits {
    let order = Array(labels.indices.shuffled(using: &random).prefix(count))
    let size = Self.side * Self.side
    return SmallDigits(
      pixels: order.flatMap { pixels[$0 * size..<($0 + 1) * size] },
      labels: order.map { labels[$0] })
  }

  /// Digits of a dot-matrix font, five by seven, each turned, slanted, sized and placed by chance, with noise.
  fileprivate static func drawn(_ count: Int, seed: UInt64, name: String) -> SmallDigits {
    var random = RandomSource(seed: seed, name: name)
    var digits = SmallDigits(pixels: [], labels: [])
    for index in 0..<count {
      let label = index % 10
      digits.labels.append(label)
      digits.pixels += drawn(glyphs[label], &random)
    }
    return digits
  }

  private static func drawn(_ glyph: [UInt8], _ random: inout RandomSource) -> [Float] {
    func between(_ low: Float, _ high: Float) -> Float {
      low + (high - low) * random.uniform()
    }
    let (angle, slant) = (between(-0.25, 0.25), between(-0.3, 0.3))
    let (wide, high) = (between(1.4, 2.2), between(1.5, 2))
    let (right, down) = (between(-1.5, 1.5), between(-1, 1))
    let weight = between(0.7, 1)
    return (0..<side * side).map { place in
      let x = Float(place % side) - 7.5 - right
      let y = Float(place / side) - 7.5 - down
      let across = (x * cos(angle) + y * sin(angle) + slant * y) / wide + 2
      let along = (y * cos(angle) - x * sin(angle)) / high + 3
      // Of the nearest dot, each as wide as the distance between two.
      var ink: Float = 0
      for (row, dots) in glyph.enumerated() {
        for column in 0..<5 where dots >> UInt8(4 - column) & 1 == 1 {
          let distance = max(abs(across - Float(column)), abs(along - Float(row)))
          ink = max(ink, min(1, 1.3 - distance))
        }
      }
      return max(-1, min(1, 2 * weight * ink - 1 + 0.15 * random.normal()))
    }
  }

  /// Seven rows of five dots each.
  private static let glyphs: [[UInt8]] = [
    [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
    [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
    [0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110],
    [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
    [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
    [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
    [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
    [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
    [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
  ]
}
