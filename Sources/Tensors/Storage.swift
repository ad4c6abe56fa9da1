import CKernels
import Synchronization

/// The memory behind one or more tensors: written once when made, then only read.
///
/// The exceptions are changed in place when nobody reads them: parameters and an optimizer's state between
/// steps, a cache beyond what it holds; see ``Tensor/update(_:)``.
final class Storage: @unchecked Sendable {
  private(set) var pointer: UnsafeMutableRawPointer
  private var capacity: Int
  private var owner: (any AnyObject & Sendable)?
  /// Whether products compute with the contents as they are; see ``Tensor/isStored``.
  private(set) var isStored: Bool
  /// Grows where a view of the first rows came before one of all rows: who has the shorter one may still read it.
  private let rounding = Mutex<[(storage: Storage, count: Int)]>([])
  private let packings = Mutex<[Packing]>([])

  /// The contents as a right factor of products.
  private struct Packing {
    let isTransposed: Bool
    let layout: UInt64
    let storage: Storage
  }

  /// Uninitialised memory from the pool.
  init(byteCount: Int) {
    capacity = StoragePool.capacity(for: byteCount)
    pointer = StoragePool.take(capacity: capacity)
    owner = nil
    isStored = false
  }

  /// Memory that belongs to someone else, such as a mapped file, kept alive through `owner`.
  init(borrowing pointer: UnsafeRawPointer, owner: any AnyObject & Sendable, isStored: Bool) {
    self.pointer = UnsafeMutableRawPointer(mutating: pointer)
    capacity = 0
    self.owner = owner
    self.isStored = isStored
  }

  deinit { if owner == nil { StoragePool.give(pointer, capacity: capacity) } }

  /// The first `count` floats rounded to bfloat16; made once and remembered with the storage.
  ///
  /// A matrix takes part in up to three products per step; each would otherwise round it again.
  func rounded(count: Int) -> Storage {
    rounding.withLock { cached in
      if let found = cached.first(where: { $0.count >= count }) { return found.storage }
      let copy = Storage(byteCount: count * 2)
      Profile.measured("rounding", Profile.Work(bytes: 6 * Double(count))) {
        ck_float_to_bfloat16(
          pointer.assumingMemoryBound(to: Float.self),
          copy.pointer.assumingMemoryBound(to: UInt16.self), count)
      }
      cached.append((copy, count))
      return copy
    }
  }

  /// The contents as a matrix that is a right factor of products in `layout`; `fill` makes it once, and it is remembered.
  func packed(
    isTransposed: Bool, layout: UInt64, byteCount: Int, _ fill: (UnsafeMutableRawPointer) -> Void
  ) -> Storage {
    packings.withLock { packings in
      if let found = packings.first(where: {
        $0.isTransposed == isTransposed && $0.layout == layout
      }) {
        return found.storage
      }
      let storage = Storage(byteCount: byteCount)
      fill(storage.pointer)
      packings.append(Packing(isTransposed: isTransposed, layout: layout, storage: storage))
      return storage
    }
  }

  /// Moves to memory from the pool when the present one is somebody else's, who may not allow writing.
  func becomeWritable(byteCount: Int) {
    guard owner != nil else { return }
    let borrowed = pointer
    capacity = StoragePool.capacity(for: byteCount)
    pointer = StoragePool.take(capacity: capacity)
    pointer.copyMemory(from: borrowed, byteCount: byteCount)
    owner = nil
    isStored = false
  }

  /// Drops what was derived from the contents, which have just changed.
  func contentsChanged() {
    rounding.withLock { $0 = [] }
    packings.withLock { $0 = [] }
  }
}
