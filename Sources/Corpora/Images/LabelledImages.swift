import Foundation

/// Grey images with what each shows.
public struct LabelledImages: Sendable {
  /// Pixels of an image.
  public let width: Int
  public let height: Int
  /// From 0 to 1, image by image, row by row.
  public let pixels: [Float]
  public let labels: [Int]

  public var count: Int { labels.count }
  public var pixelsPerImage: Int { width * height }

  public init(width: Int, height: Int, pixels: [Float], labels: [Int]) {
    precondition(pixels.count == width * height * labels.count)
    self.width = width
    self.height = height
    self.pixels = pixels
    self.labels = labels
  }

  /// Reads the images and the labels of two IDX files.
  ///
  /// - Throws: `DocumentError` for files that are none, or do not belong together.
  public init(images: String, labels: String) throws(DocumentError) {
    let (pixels, names) = (try IDXFile(images), try IDXFile(labels))
    guard pixels.shape.count == 3 else {
      throw .unexpected(path: images, offset: 3, expected: "images, which have rank 3")
    }
    guard names.shape == [pixels.shape[0]] else {
      throw .unexpected(
        path: labels, offset: 4,
        expected: "\(pixels.shape[0]) labels for as many images, found \(names.shape)")
    }
    self.init(
      width: pixels.shape[2], height: pixels.shape[1],
      pixels: pixels.bytes.map { Float($0) / 255 }, labels: names.bytes.map(Int.init))
  }

  /// MNIST's images for training and for the test, from its four files in `folder`, plain or with `.gz` behind their names.
  ///
  /// - Throws: `DocumentError`; of a file that is not there, with where to get it.
  public static func mnist(in folder: String) throws(DocumentError) -> (
    training: LabelledImages, test: LabelledImages
  ) {
    func find(_ name: String) throws(DocumentError) -> String {
      let path = "\(folder)/\(name)"
      for found in [path, path + ".gz"] where FileManager.default.fileExists(atPath: found) {
        return found
      }
      throw .noShards(
        path: folder,
        expected: "\(name), plain or .gz: the four files of MNIST, for example from "
          + "https://ossci-datasets.s3.amazonaws.com/mnist/")
    }
    func read(_ name: String) throws(DocumentError) -> LabelledImages {
      try LabelledImages(
        images: find("\(name)-images-idx3-ubyte"), labels: find("\(name)-labels-idx1-ubyte"))
    }
    return (try read("train"), try read("t10k"))
  }
}
