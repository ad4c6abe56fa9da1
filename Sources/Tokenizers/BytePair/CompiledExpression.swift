import CPCRE2

/// A regular expression that PCRE2 has compiled; many threads may match with it at once.
///
/// The compiled code is never changed after `init`, and each match has memory of its own: that is
/// what PCRE2 asks for to be shared between threads.
final class CompiledExpression: @unchecked Sendable {
  private let code: OpaquePointer
  private let isCompiledToMachineCode: Bool

  /// - Throws: what `error` makes of PCRE2's message.
  init(_ expression: String, error: (String) -> any Error) throws {
    var expression = expression
    var errorCode: Int32 = 0
    var errorOffset = 0
    let options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY
    let code = expression.withUTF8 {
      pcre2_compile_8($0.baseAddress, $0.count, options, &errorCode, &errorOffset, nil)
    }
    guard let code else {
      throw error("\(Self.message(for: errorCode)) (byte \(errorOffset))")
    }
    self.code = code
    isCompiledToMachineCode = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
  }

  deinit {
    pcre2_code_free_8(code)
  }

  /// A search in valid UTF-8, which must outlive it; nil for an empty text or without memory.
  func match(in text: UnsafeBufferPointer<UInt8>) -> Match? {
    Match(code, text, isCompiledToMachineCode)
  }

  private static func message(for code: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
  }

  /// The memory of one thread's matching.
  struct Match: ~Copyable {
    private let code: OpaquePointer
    private let isCompiledToMachineCode: Bool
    private let data: OpaquePointer
    private let context: OpaquePointer
    private let bounds: UnsafeMutablePointer<Int>
    private let subject: UnsafePointer<UInt8>
    private let length: Int

    /// Backtracking steps allowed in one match; a good pattern needs a few for each byte.
    private static func stepLimit(length: Int) -> UInt32 {
      UInt32(clamping: max(10_000_000, length.multipliedFullWidth(by: 16).low))
    }

    fileprivate init?(
      _ code: OpaquePointer, _ text: UnsafeBufferPointer<UInt8>, _ isCompiledToMachineCode: Bool
    ) {
      guard let subject = text.baseAddress, let data = pcre2_match_data_create_8(1, nil) else {
        return nil
      }
      guard let context = pcre2_match_context_create_8(nil),
        let bounds = pcre2_get_ovector_pointer_8(data)
      else {
        pcre2_match_data_free_8(data)
        return nil
      }
      pcre2_set_match_limit_8(context, Self.stepLimit(length: text.count))
      self.code = code
      self.isCompiledToMachineCode = isCompiledToMachineCode
      self.data = data
      self.context = context
      self.bounds = UnsafeMutableRawPointer(bounds).assumingMemoryBound(to: Int.self)
      self.subject = subject
      length = text.count
    }

    deinit {
      pcre2_match_context_free_8(context)
      pcre2_match_data_free_8(data)
    }

    /// The next match, or nil where there is none or the limits are reached.
    @inline(__always)
    func next(from start: Int) -> Range<Int>? {
      var result = PCRE2_ERROR_JIT_STACKLIMIT
      if isCompiledToMachineCode {
        result = pcre2_jit_match_8(code, subject, length, start, 0, data, context)
      }
      if result == PCRE2_ERROR_JIT_STACKLIMIT {
        // The interpreter keeps its backtracking on the heap.
        let options = PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK
        result = pcre2_match_8(code, subject, length, start, options, data, context)
      }
      guard result >= 0, bounds[0] >= start, bounds[1] >= bounds[0] else { return nil }
      return bounds[0]..<bounds[1]
    }
  }
}
