import CPCRE2

/// A compiled split pattern; many threads may use it at once.
///
/// The compiled code is never changed after `init`, and each call matches in memory of its own:
/// that is what PCRE2 asks for to be shared between threads.
final class PieceSplitter: @unchecked Sendable {
  let pattern: SplitPattern
  private let code: OpaquePointer
  private let isCompiledToMachineCode: Bool

  init(_ pattern: SplitPattern) throws {
    self.pattern = pattern
    var expression = try pattern.pcre2Expression()
    var errorCode: Int32 = 0
    var errorOffset = 0
    let options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY
    let code = expression.withUTF8 {
      pcre2_compile_8($0.baseAddress, $0.count, options, &errorCode, &errorOffset, nil)
    }
    guard let code else {
      throw TokenizerError.invalidPattern(
        pattern.regex, reason: "\(Self.message(for: errorCode)) (byte \(errorOffset))")
    }
    self.code = code
    isCompiledToMachineCode = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
  }

  deinit {
    pcre2_code_free_8(code)
  }

  /// Gives the pieces of the text in order; together they are the text.
  ///
  /// What lies between two matches is a piece as well, and so is the rest of a text in which
  /// the pattern runs out of its limit of steps, which only patterns that backtrack without
  /// bounds do. Pieces of more than 2^30 bytes are cut.
  /// - Parameter text: valid UTF-8.
  func forEachPiece(
    in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard let subject = text.baseAddress, let match = Match(code, subjectLength: text.count) else {
      if !text.isEmpty { body(text) }
      return
    }
    func emit(_ range: Range<Int>) {
      var start = range.lowerBound
      while start < range.upperBound {
        let end = min(start + Self.longestPiece, range.upperBound)
        body(UnsafeBufferPointer(rebasing: text[start..<end]))
        start = end
      }
    }
    var pieceStart = 0
    var searchStart = 0
    while searchStart < text.count {
      guard let found = match.next(in: text, subject, from: searchStart, isCompiledToMachineCode)
      else { break }
      if found.isEmpty {
        searchStart = Self.characterEnd(in: text, after: found.lowerBound)
        continue
      }
      emit(pieceStart..<found.lowerBound)
      emit(found)
      pieceStart = found.upperBound
      searchStart = found.upperBound
    }
    emit(pieceStart..<text.count)
  }

  private static let longestPiece = 1 << 30

  private static func characterEnd(in text: UnsafeBufferPointer<UInt8>, after start: Int) -> Int {
    var end = start + 1
    while end < text.count && text[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }

  private static func message(for code: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let length = pcre2_get_error_message_8(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, Int(length))), as: UTF8.self)
  }
}

/// The memory of one thread's matching.
private struct Match: ~Copyable {
  private let code: OpaquePointer
  private let data: OpaquePointer
  private let context: OpaquePointer
  private let bounds: UnsafeMutablePointer<Int>

  /// Backtracking steps allowed in one match; a good pattern needs a few for each byte of a piece.
  private static func stepLimit(subjectLength: Int) -> UInt32 {
    UInt32(clamping: max(10_000_000, subjectLength.multipliedFullWidth(by: 16).low))
  }

  init?(_ code: OpaquePointer, subjectLength: Int) {
    guard let data = pcre2_match_data_create_8(1, nil) else { return nil }
    guard let context = pcre2_match_context_create_8(nil),
      let bounds = pcre2_get_ovector_pointer_8(data)
    else {
      pcre2_match_data_free_8(data)
      return nil
    }
    pcre2_set_match_limit_8(context, Self.stepLimit(subjectLength: subjectLength))
    self.code = code
    self.data = data
    self.context = context
    self.bounds = UnsafeMutableRawPointer(bounds).assumingMemoryBound(to: Int.self)
  }

  deinit {
    pcre2_match_context_free_8(context)
    pcre2_match_data_free_8(data)
  }

  /// The next match, or nil where there is none or the limits are reached.
  @inline(__always)
  func next(
    in text: UnsafeBufferPointer<UInt8>, _ subject: UnsafePointer<UInt8>, from start: Int,
    _ isCompiledToMachineCode: Bool
  ) -> Range<Int>? {
    var result = PCRE2_ERROR_JIT_STACKLIMIT
    if isCompiledToMachineCode {
      result = pcre2_jit_match_8(code, subject, text.count, start, 0, data, context)
    }
    if result == PCRE2_ERROR_JIT_STACKLIMIT {
      // The interpreter keeps its backtracking on the heap.
      let options = PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK
      result = pcre2_match_8(code, subject, text.count, start, options, data, context)
    }
    guard result >= 0, bounds[0] >= start, bounds[1] >= bounds[0] else { return nil }
    return bounds[0]..<bounds[1]
  }
}
