import Corpora
import Foundation
import TestSupport
import Testing

/// Arrays of bytes, as MNIST comes.
@Suite struct IDXFileTests {
  private static let magic: [UInt8] = [0, 0, 8]

  private func bytes(_ shape: [Int], _ content: [UInt8]) -> Data {
    Data(
      Self.magic + [UInt8(shape.count)]
        + shape.flatMap { extent in (0..<4).map { UInt8(extent >> (24 - 8 * $0) & 0xFF) } }
        + content)
  }

  @Test func anArrayIsRead() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file(bytes([2, 3], [1, 2, 3, 4, 5, 255]), name: "a-idx2-ubyte")
    let array = try IDXFile(file.path)
    #expect(array.shape == [2, 3] && array.bytes == [1, 2, 3, 4, 5, 255])
  }

  /// What is wrong is said with the byte where it is.
  @Test func badFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    let faults: [(Data, offset: Int)] = [
      (Data(), 0), (Data([0, 0, 8]), 3), (Data([0, 0, 9, 1, 0, 0, 0, 0]), 0),
      (Data([0, 0, 8, 0]), 0), (Data([0, 0, 8, 1, 0, 0]), 6),
      (bytes([2, 3], [1, 2, 3, 4, 5]), 17), (bytes([2], [1, 2, 3]), 10),
      (Data([0, 0, 8, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), 4),
    ]
    for (index, (data, offset)) in faults.enumerated() {
      let path = try folder.file(data, name: "\(index)").path
      let error = #expect(throws: DocumentError.self) { try IDXFile(path) }
      guard case .unexpected(path, let found, _) = error else {
        Issue.record("\(index): \(String(describing: error))")
        continue
      }
      #expect(found == offset, "\(index)")
    }
  }

  @Test func imagesAndLabelsBelongTogether() throws {
    let folder = try TemporaryFolder()
    let images = try folder.file(bytes([2, 1, 2], [0, 255, 51, 0]), name: "images").path
    let labels = try folder.file(bytes([2], [7, 3]), name: "labels").path
    let both = try LabelledImages(images: images, labels: labels)
    #expect(both.pixels == [0, 1, 0.2, 0] && both.labels == [7, 3])
    let fewer = try folder.file(bytes([1], [7]), name: "fewer").path
    #expect(throws: DocumentError.self) { try LabelledImages(images: images, labels: fewer) }
    #expect(throws: DocumentError.self) { try LabelledImages(images: labels, labels: labels) }
  }

  @Test func aFolderWithoutDigitsSaysWhereTheyAre() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: DocumentError.self) {
      try LabelledImages.mnist(in: folder.url.path)
    }
    #expect(error.map { "\($0)".contains("train-images-idx3-ubyte") } == true)
  }

  /// The first digits are those that everybody knows: 5, 0, 4, 1, 9; of the test 7, 2, 1, 0, 4.
  @Test(.enabled(if: SharedData.isPresent)) func mnistIsRead() throws {
    let (training, test) = try LabelledImages.mnist(
      in: SharedData.folder.appendingPathComponent("images/mnist").path)
    #expect(training.count == 60_000 && test.count == 10_000)
    #expect(training.width == 28 && training.height == 28)
    #expect(training.labels.prefix(5) == [5, 0, 4, 1, 9])
    #expect(test.labels.prefix(5) == [7, 2, 1, 0, 4])
    // The mean grey of the training images (0.1307 in everybody's normalisation).
    let mean = training.pixels.reduce(0) { $0 + Double($1) } / Double(training.pixels.count)
    #expect(abs(mean - 0.1307) < 1e-4)
  }
}
