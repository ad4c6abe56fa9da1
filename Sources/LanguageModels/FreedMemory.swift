#if canImport(Glibc)
  import Glibc
#endif

/// What the allocator keeps of memory that nobody uses.
enum FreedMemory {
  /// Gives it back to the system: parsing a vocabulary leaves megabytes in pieces that glibc would keep for good.
  static func giveBack() {
    #if canImport(Glibc)
      // Swift's module of the C library leaves <malloc.h> out.
      typealias Trim = @convention(c) (Int) -> Int32
      if let symbol = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(symbol, to: Trim.self)(0) }
    #endif
  }
}
