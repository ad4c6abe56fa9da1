import Tensors

/// One tensor in a file: checked to lie inside it and to have as many bytes as its shape needs.
struct TensorRecord {
  let name: String
  let format: ElementFormat
  let shape: Shape
  /// Offsets from the beginning of the file.
  let bytes: Range<Int>

  /// - Throws: `CheckpointError` when the extents, the offset and the file's size do not agree.
  init(
    name: String, format: ElementFormat, extents: [Int], offset: Int, in file: MappedFile
  ) throws(CheckpointError) {
    guard let byteCount = format.byteCount(extents: extents) else {
      throw file.malformed(
        .tensor(name), expected: "extents that \(format.name) elements can have, found \(extents)")
    }
    guard offset >= 0, offset <= file.byteCount, byteCount <= file.byteCount - offset else {
      throw file.malformed(
        .tensor(name),
        expected: "\(byteCount) bytes at offset \(offset); the file has \(file.byteCount)")
    }
    self.name = name
    self.format = format
    self.shape = Shape(extents)
    bytes = offset..<offset + byteCount
  }
}

/// The tensors of a mapped file under their names; no two of them share a name or a byte.
struct TensorTable {
  let file: MappedFile
  let records: [TensorRecord]
  private let indices: [String: Int]

  /// Smaller tensors are copied: they would not fill the pages that a mapping of their own takes.
  private static let smallestBorrowedByteCount = 64 << 10

  init(_ records: [TensorRecord], in file: MappedFile) throws(CheckpointError) {
    var indices: [String: Int] = [:]
    for (index, record) in records.enumerated() {
      guard indices.updateValue(index, forKey: record.name) == nil else {
        throw file.malformed(.tensor(record.name), expected: "a name that only one tensor has")
      }
    }
    let inOrder = records.filter { !$0.bytes.isEmpty }
      .sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
    for (former, latter) in zip(inOrder, inOrder.dropFirst())
    where former.bytes.upperBound > latter.bytes.lowerBound {
      throw file.malformed(
        .tensor(latter.name), expected: "bytes of its own; they overlap \(quoted(former.name))")
    }
    self.file = file
    self.records = records
    self.indices = indices
  }

  subscript(name: String) -> TensorRecord? { indices[name].map { records[$0] } }

  /// The tensor called `name` in float32: borrowed from the file when it is stored so, else widened.
  func tensor(named name: String) throws -> Tensor? {
    guard let record = self[name] else { return nil }
    guard let decoding = record.format.decoding else {
      throw file.unsupported(.tensor(name), feature: "element type \(record.format.name)")
    }
    let isAligned = record.bytes.lowerBound.isMultiple(of: MemoryLayout<Float>.alignment)
    if decoding == .scalars(.float32), isAligned,
      record.bytes.count >= Self.smallestBorrowedByteCount
    {
      let region = try file.privateRegion(record.bytes)
      return Tensor(
        borrowing: region.start, owner: region, shape: record.shape, scalarType: .float32)
    }
    return try file.withBytes(in: record.bytes) { bytes in
      try Tensor(shape: record.shape) { floats in
        guard decoding.decode(bytes, into: floats) else {
          throw file.unsupported(
            .tensor(name), feature: "an integer of type \(record.format.name) above 2^24")
        }
      }
    }
  }

  /// The matrix called `name`, or `rows` of it, as the file stores it: see `TensorSource.stored(_:rows:)`.
  ///
  /// Nothing is read but what is computed with: the tensor is the file's own memory.
  func stored(_ name: String, rows: Range<Int>?) throws -> Tensor? {
    guard let record = self[name] else { return nil }
    guard case .scalars(let type)? = record.format.decoding, record.shape.rank == 2,
      record.bytes.lowerBound.isMultiple(of: type.blockLength == 1 ? type.blockByteCount : 1)
    else {
      let whole = try tensor(named: name)
      return rows.map { whole?.sliced(axis: 0, $0) } ?? whole
    }
    let rows = rows ?? 0..<record.shape[0]
    guard rows.lowerBound >= 0, rows.upperBound <= record.shape[0] else {
      throw file.malformed(
        .tensor(name), expected: "at least \(rows.upperBound) rows, found \(record.shape[0])")
    }
    let stride = type.byteCount(of: record.shape[1])
    return Tensor(
      borrowing: file.address(of: record.bytes.lowerBound + rows.lowerBound * stride), owner: file,
      shape: [rows.count, record.shape[1]], scalarType: type, isStored: true)
  }
}
