import CKernels

/// How the elements of a tensor are stored.
public enum ScalarType: UInt8, Sendable, CaseIterable {
  case float32, bfloat16, int32
  case float16
  /// ggml's Q8_0 and Q4_0: 32 bytes, or 32 numbers of four bits, that share a scale.
  case int8Blocks, int4Blocks
  /// ggml's Q4_K and Q6_K: 256 numbers of four or six bits, whose parts have scales of their own.
  case int4Superblocks, int6Superblocks

  /// What files call it.
  public var name: String {
    switch self {
    case .float32: "float32"
    case .bfloat16: "bfloat16"
    case .int32: "int32"
    case .float16: "float16"
    case .int8Blocks: "Q8_0"
    case .int4Blocks: "Q4_0"
    case .int4Superblocks: "Q4_K"
    case .int6Superblocks: "Q6_K"
    }
  }

  /// The elements of a block; 1 where each is stored for itself.
  public var blockLength: Int {
    switch self {
    case .float32, .bfloat16, .int32, .float16: 1
    case .int8Blocks, .int4Blocks: 32
    case .int4Superblocks, .int6Superblocks: 256
    }
  }

  /// Bytes per block.
  public var blockByteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .bfloat16, .float16: 2
    case .int8Blocks: 34
    case .int4Blocks: 18
    case .int4Superblocks: 144
    case .int6Superblocks: 210
    }
  }

  /// Bytes of `count` elements, which are whole blocks.
  public func byteCount(of count: Int) -> Int { count / blockLength * blockByteCount }

  /// Fills `floats` from `bytes`, which hold exactly as many elements, exactly.
  public func widen(
    _ bytes: UnsafeRawBufferPointer, into floats: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(bytes.count == byteCount(of: floats.count), "\(bytes.count) bytes of \(self)")
    guard let from = bytes.baseAddress, let to = floats.baseAddress else { return }
    if let stored {
      ck_widen(stored, from, to, floats.count)
    } else {
      to.update(from: from.assumingMemoryBound(to: Float.self), count: floats.count)
    }
  }

  /// How the kernels that multiply by weights as they are call it; nil of indices.
  var stored: ck_stored? {
    switch self {
    case .int32: nil
    case .float32: CK_FLOAT32
    case .bfloat16: CK_BFLOAT16
    case .float16: CK_FLOAT16
    case .int8Blocks: CK_Q8_0
    case .int4Blocks: CK_Q4_0
    case .int4Superblocks: CK_Q4_K
    case .int6Superblocks: CK_Q6_K
    }
  }
}
