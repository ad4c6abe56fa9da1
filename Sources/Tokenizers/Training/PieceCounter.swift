import Dispatch
import Foundation
import Synchronization

/// Counts the pieces of texts on all cores, holding no more texts than keep the cores busy.
struct PieceCounter {
  private let splitter: PieceSplitter
  private var parts: [PieceCounts]
  private var waiting: [String] = []
  private var waitingSize = 0

  /// Bytes and texts that wait for each worker before all set to work.
  private static let sizePerWorker = 4 << 20
  private static let textsPerWorker = 1 << 14

  init(_ splitter: PieceSplitter, workers: Int = ProcessInfo.processInfo.activeProcessorCount) {
    self.splitter = splitter
    parts = Array(repeating: PieceCounts(), count: max(1, workers))
  }

  /// Takes one text, which is split by itself.
  mutating func add(_ text: String) {
    waiting.append(text)
    waitingSize += text.utf8.count
    if waitingSize >= Self.sizePerWorker * parts.count
      || waiting.count >= Self.textsPerWorker * parts.count
    {
      countWaiting()
    }
  }

  /// The counts of all texts taken.
  mutating func finish() -> PieceCounts {
    countWaiting()
    var all = parts[0]
    for part in parts.dropFirst() { all.add(part) }
    return all
  }

  private mutating func countWaiting() {
    let next = Atomic<Int>(0)
    parts.withUnsafeMutableBufferPointer { parts in
      // Every worker has a part of its own.
      nonisolated(unsafe) let parts = parts
      DispatchQueue.concurrentPerform(iterations: min(parts.count, waiting.count)) {
        [waiting, splitter] worker in
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < waiting.count else { return }
          var text = waiting[index]
          text.withUTF8 { bytes in
            splitter.forEachPiece(in: bytes) { parts[worker].add($0) }
          }
        }
      }
    }
    waiting.removeAll(keepingCapacity: true)
    waitingSize = 0
  }
}
