import CKernels

/// An immutable array of numbers over shared storage, which remembers how it was computed.
///
/// Elements are contiguous, row-major. A tensor computed from a tracked tensor is tracked too: its
/// ``backward(seed:into:)`` carries gradients to the leaves.
public struct Tensor: Sendable {
  public let shape: Shape
  public let scalarType: ScalarType
  var storage: Storage
  let node: Node?

  init(shape: Shape, scalarType: ScalarType = .float32, storage: Storage, node: Node? = nil) {
    self.shape = shape
    self.scalarType = scalarType
    self.storage = storage
    self.node = node
  }

  /// Uninitialised memory, to be filled by the operation that makes it.
  init(uninitialized shape: Shape, scalarType: ScalarType = .float32) {
    self.init(
      shape: shape, scalarType: scalarType,
      storage: Storage(
        byteCount: max(scalarType.byteCount(of: shape.count), scalarType.blockByteCount)))
  }

  /// A tensor of `shape` holding `values` in row-major order.
  public init(_ values: [Float], shape: Shape) {
    precondition(values.count == shape.count, "\(values.count) values for shape \(shape)")
    self.init(uninitialized: shape)
    values.withUnsafeBufferPointer { floats.update(from: $0.baseAddress!, count: $0.count) }
  }

  /// Indices, such as token ids.
  public init(indices: [Int32], shape: Shape? = nil) {
    let shape = shape ?? [indices.count]
    precondition(indices.count == shape.count, "\(indices.count) indices for shape \(shape)")
    self.init(uninitialized: shape, scalarType: .int32)
    indices.withUnsafeBufferPointer { integers.update(from: $0.baseAddress!, count: $0.count) }
  }

  /// A tensor whose every element is `value`.
  public init(repeating value: Float, shape: Shape) {
    self.init(uninitialized: shape)
    floats.update(repeating: value, count: shape.count)
  }

  /// A tensor filled in place by `fill`, which receives uninitialised memory.
  public init(shape: Shape, filledBy fill: (UnsafeMutableBufferPointer<Float>) throws -> Void)
    rethrows
  {
    self.init(uninitialized: shape)
    try fill(UnsafeMutableBufferPointer(start: floats, count: shape.count))
  }

  /// Numbers that lie in memory owned by `owner`, such as a mapped file; nothing is copied.
  ///
  /// With `isStored`, products compute with it as it is: see ``isStored``.
  ///
  /// - Precondition: `pointer` is aligned for `scalarType` and spans `shape.count` elements.
  public init(
    borrowing pointer: UnsafeRawPointer, owner: any AnyObject & Sendable, shape: Shape,
    scalarType: ScalarType, isStored: Bool = false
  ) {
    self.init(
      shape: shape, scalarType: scalarType,
      storage: Storage(borrowing: pointer, owner: owner, isStored: isStored))
  }

  public static func zeros(_ shape: Shape) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// The number of elements.
  public var count: Int { shape.count }

  /// The bytes behind the elements.
  public var byteCount: Int { scalarType.byteCount(of: count) }

  /// Whether gradients flow through this tensor.
  public var isTracked: Bool { node != nil }

  var floats: UnsafeMutablePointer<Float> {
    precondition(scalarType == .float32, "floats of a tensor of \(scalarType)")
    return storage.pointer.assumingMemoryBound(to: Float.self)
  }
  var bfloat16s: UnsafeMutablePointer<UInt16> {
    precondition(scalarType == .bfloat16, "bfloat16 numbers of a tensor of \(scalarType)")
    return storage.pointer.assumingMemoryBound(to: UInt16.self)
  }
  /// The elements from `offset` on as a place for results, which are rounded on their way where this tensor is in bfloat16.
  func place(_ offset: Int = 0) -> ck_place {
    scalarType == .bfloat16
      ? ck_place(floats: nil, rounded: bfloat16s + offset)
      : ck_place(floats: floats + offset, rounded: nil)
  }
  var integers: UnsafeMutablePointer<Int32> {
    precondition(scalarType == .int32, "indices of a tensor of \(scalarType)")
    return storage.pointer.assumingMemoryBound(to: Int32.self)
  }
}

extension Tensor {
  /// Calls `body` with the elements of a float tensor.
  public func withFloats<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    precondition(scalarType == .float32, "withFloats on a tensor of \(scalarType)")
    return try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: floats, count: count))
    }
  }

  /// Calls `body` with the elements of an index tensor.
  public func withIndices<R>(_ body: (UnsafeBufferPointer<Int32>) throws -> R) rethrows -> R {
    precondition(scalarType == .int32, "withIndices on a tensor of \(scalarType)")
    return try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: integers, count: count))
    }
  }

  /// Calls `body` with the bytes behind the elements.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withExtendedLifetime(storage) {
      try body(
        UnsafeRawBufferPointer(
          start: storage.pointer, count: scalarType.byteCount(of: count)))
    }
  }

  /// The elements of a float tensor, copied.
  public var values: [Float] { withFloats(Array.init) }

  /// The one element of a float tensor that has one.
  public var scalar: Float {
    precondition(count == 1, "scalar of a tensor of shape \(shape)")
    return withFloats { $0[0] }
  }

  /// The same numbers as a leaf of a new computation: gradients with respect to it are collected.
  public func tracked() -> Tensor {
    Tensor(shape: shape, scalarType: scalarType, storage: storage, node: Node(.leaf, inputs: []))
  }

  /// The first `count` entries of the first axis, sharing memory; untracked.
  public func leading(_ count: Int) -> Tensor {
    precondition(count >= 0 && count <= shape[0], "first \(count) of \(shape)")
    return alias(Shape([count] + shape.extents.dropFirst()))
  }

  /// A float32 copy in memory of its own, fit to be changed in place.
  public func owned() -> Tensor {
    let wide = float32()
    return Tensor(shape: shape) { $0.baseAddress?.update(from: wide.floats, count: count) }
  }

  /// The same numbers, through which no gradient flows.
  public func detached() -> Tensor {
    Tensor(shape: shape, scalarType: scalarType, storage: storage)
  }

  /// Changes the elements of a float tensor in place, when nobody else reads them: of parameters between steps, of
  /// an optimizer's state, of a cache beyond what it holds.
  public func update(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    precondition(scalarType == .float32, "update of a tensor of \(scalarType)")
    storage.becomeWritable(byteCount: scalarType.byteCount(of: count))
    defer { storage.contentsChanged() }
    try body(UnsafeMutableBufferPointer(start: floats, count: count))
  }

  /// The same numbers in float32, itself where it is; all other types are widened exactly.
  public func float32() -> Tensor {
    switch scalarType {
    case .float32: return self
    case .bfloat16, .float16, .int8Blocks, .int4Blocks, .int4Superblocks, .int6Superblocks:
      let wide = Tensor(uninitialized: shape)
      ck_widen(scalarType.stored!, storage.pointer, wide.floats, count)
      return wide
    case .int32:
      return Tensor(shape: shape) { floats in
        for index in 0..<count { floats[index] = Float(integers[index]) }
      }
    }
  }

  /// The numbers rounded to bfloat16 (to nearest, ties to even), itself where it is.
  public func bfloat16() -> Tensor {
    guard scalarType == .float32 else {
      return scalarType == .bfloat16 ? self : float32().bfloat16()
    }
    let narrow = Tensor(uninitialized: shape, scalarType: .bfloat16)
    ck_float_to_bfloat16(
      floats, narrow.storage.pointer.assumingMemoryBound(to: UInt16.self), count)
    return narrow
  }
}
