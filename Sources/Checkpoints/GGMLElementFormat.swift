extension ElementFormat {
  /// The format to which ggml gives this number.
  ///
  /// Formats that cannot be read yet are listed with their sizes, so that a file's layout can be checked.
  init?(ggml number: UInt32) {
    switch number {
    case 0: self.init("F32", byteWidth: 4, .scalars(.float32))
    case 1: self.init("F16", byteWidth: 2, .scalars(.float16))
    case 2: self.init("Q4_0", blockOf: 32, byteCount: 18, .scalars(.int4Blocks))
    case 3: self.init("Q4_1", blockOf: 32, byteCount: 20)
    case 6: self.init("Q5_0", blockOf: 32, byteCount: 22)
    case 7: self.init("Q5_1", blockOf: 32, byteCount: 24)
    case 8: self.init("Q8_0", blockOf: 32, byteCount: 34, .scalars(.int8Blocks))
    case 10: self.init("Q2_K", blockOf: 256, byteCount: 84)
    case 11: self.init("Q3_K", blockOf: 256, byteCount: 110)
    case 12: self.init("Q4_K", blockOf: 256, byteCount: 144, .scalars(.int4Superblocks))
    case 13: self.init("Q5_K", blockOf: 256, byteCount: 176)
    case 14: self.init("Q6_K", blockOf: 256, byteCount: 210, .scalars(.int6Superblocks))
    case 16: self.init("IQ2_XXS", blockOf: 256, byteCount: 66)
    case 17: self.init("IQ2_XS", blockOf: 256, byteCount: 74)
    case 18: self.init("IQ3_XXS", blockOf: 256, byteCount: 98)
    case 19: self.init("IQ1_S", blockOf: 256, byteCount: 50)
    case 20: self.init("IQ4_NL", blockOf: 32, byteCount: 18)
    case 21: self.init("IQ3_S", blockOf: 256, byteCount: 110)
    case 22: self.init("IQ2_S", blockOf: 256, byteCount: 82)
    case 23: self.init("IQ4_XS", blockOf: 256, byteCount: 136)
    case 24: self.init("I8", byteWidth: 1, .int8)
    case 25: self.init("I16", byteWidth: 2, .int16)
    case 26: self.init("I32", byteWidth: 4, .int32)
    case 27: self.init("I64", byteWidth: 8, .int64)
    case 28: self.init("F64", byteWidth: 8, .float64)
    case 29: self.init("IQ1_M", blockOf: 256, byteCount: 56)
    case 30: self.init("BF16", byteWidth: 2, .scalars(.bfloat16))
    case 34: self.init("TQ1_0", blockOf: 256, byteCount: 54)
    case 35: self.init("TQ2_0", blockOf: 256, byteCount: 66)
    case 39: self.init("MXFP4", blockOf: 32, byteCount: 17)
    default: return nil
    }
  }
}
