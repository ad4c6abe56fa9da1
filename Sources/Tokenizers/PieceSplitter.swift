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
  /// What lies between two matches is a piece as well.
  /// - Parameter text: valid UTF-8.
  func forEachPiece(
    in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    guard let subject = text.baseAddress, let match = Match(code, subjectLength: text.count) else {
      if !text.isEmpty { body(text) }
      return
    }
    func emit(_ range: Range<Int>) {
      if !range.isEmpty { body(UnsafeBufferPointer(rebasing: text[range])) }
    }
    var pieceStart = 0
    var searchStart = 0
    while searchStart < text.count {
      let found: Range<Int>
      switch match.next(in: text, subject, from: searchStart, isCompiledToMachineCode) {
      case .range(let range): found = range
      case .nothing: found = text.count..<text.count
      case .failed: found = searchStart..<searchStart
      }
      if found.isEmpty && found.lowerBound < text.count {
        // An empty match, or a text on which the pattern runs out of its limits: on by a character.
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
  enum Outcome {
    case range(Range<Int>)
    case nothing
    case failed
  }

  private let code: OpaquePointer
  private let data: OpaquePointer
  private let context: OpaquePointer
  private let bounds: UnsafeMutablePointer<Int>

  /// Backtracking steps allowed in one match; a good pattern needs a few for each byte of a piece.
  private static func stepLimit(subjectLength: Int) -> UInt32 {
    UInt32(min(max(10_000_000, subjectLength.multipliedReportingOverflow(by: 16).partialValue), Int(UInt32.max)))
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

  @inline(__always)
  func next(
    in text: UnsafeBufferPointer<UInt8>, _ subject: UnsafePointer<UInt8>, from start: Int,
    _ isCompiledToMachineCode: Bool
  ) -> Outcome {
    var result = PCRE2_ERROR_JIT_STACKLIMIT
    if isCompiledToMachineCode {
      result = pcre2_jit_match_8(code, subject, text.count, start, 0, data, context)
    }
    if result == PCRE2_ERROR_JIT_STACKLIMIT {
      // The interpreter keeps its backtracking on the heap.
      let options = PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK
      result = pcre2_match_8(code, subject, text.count, start, options, data, context)
    }
    if result == PCRE2_ERROR_NOMATCH { return .nothing }
    guard result >= 0, bounds[0] >= start, bounds[1] >= bounds[0] else { return .failed }
    return .range(bounds[0]..<bounds[1])
  }
}
