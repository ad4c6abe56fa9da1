/// An array of unsigned bytes in the IDX format, as MNIST and USPS come (LeCun, yann.lecun.com/exdb/mnist).
///
/// Two zero bytes, the kind of number (8), the rank, as many big-endian extents of 32 bits, and the numbers, the last index
/// fastest. A file whose name ends in `.gz` is unpacked.
public struct IDXFile: Sendable {
  public let shape: [Int]
  public let bytes: [UInt8]

  private static let mostBytes = 1 << 30

  /// Reads the file at `path`.
  ///
  /// - Throws: `DocumentError` naming the byte and what was expected there.
  public init(_ path: String) throws(DocumentError) {
    let reader = try ByteReader(path)
    func next(_ count: Int, _ expected: String) throws(DocumentError) -> [UInt8] {
      let found = try reader.require(count)
      guard found >= count else {
        throw .unexpected(
          path: path, offset: reader.offset + found, expected: "\(expected), found the file's end")
      }
      defer { reader.consume(count) }
      return Array(reader.available.prefix(count))
    }
    let magic = try next(4, "the four bytes that an IDX file begins with")
    guard magic[0] == 0, magic[1] == 0, magic[2] == 8, (1...8).contains(magic[3]) else {
      throw .unexpected(
        path: path, offset: 0, expected: "0 0 8 and a rank from 1 to 8, an IDX file of bytes")
    }
    var shape: [Int] = []
    var count = 1
    for _ in 0..<magic[3] {
      let place = reader.offset
      let extent = try next(4, "an extent of four bytes").reduce(0) { $0 << 8 | Int($1) }
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard !overflows, product <= Self.mostBytes else {
        throw .unexpected(
          path: path, offset: place, expected: "extents of at most \(Self.mostBytes) bytes in all")
      }
      shape.append(extent)
      count = product
    }
    bytes = try next(count, "\(count) bytes for an array of \(shape)")
    guard try reader.require(1) == 0 else {
      throw .unexpected(
        path: path, offset: reader.offset, expected: "the end, after an array of \(shape)")
    }
    self.shape = shape
  }
}
