import Foundation
import Ranks

/// Threads of one process in the place of processes.
public struct ThreadRanks: RankGroup {
  public let rank: Int
  private let meeting: Meeting

  public var count: Int { meeting.count }

  /// What `body` returns for each of `count` ranks, all at once on threads of their own.
  public static func run<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (ThreadRanks) throws -> Result
  ) throws -> [Result] {
    let meeting = Meeting(count)
    let results = Results<Result>(count)
    for rank in 0..<count {
      let thread = Thread {
        results.put(rank, Swift.Result { try body(ThreadRanks(rank: rank, meeting: meeting)) })
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    return try results.all()
  }

  public func exchange(
    _ parts: UnsafeRawBufferPointer, counts: [Int], wordWidth: Int,
    into received: UnsafeMutableRawBufferPointer
  ) {
    let start = counts[..<rank].reduce(0, +) * wordWidth
    let size = counts[rank] * wordWidth
    let all = meeting.shared(Data(parts), of: rank)
    received.copyBytes(from: Data(all.map { $0[start..<start + size] }.joined()))
  }

  public func gather(
    _ own: UnsafeRawBufferPointer, counts: [Int], wordWidth: Int,
    into received: UnsafeMutableRawBufferPointer
  ) {
    received.copyBytes(from: Data(meeting.shared(Data(own), of: rank).joined()))
  }

  public func tell(_ number: Int) { meeting.told.put(number) }
  public func heard() -> [Int] { meeting.told.empty() }

  /// Where ranks put what they have, and take what all have when the last has come.
  private final class Meeting: @unchecked Sendable {
    let count: Int
    let told = Mailbox()
    private let condition = NSCondition()
    private var present: [Data?]
    private var complete: [Data] = []
    private var round = 0

    init(_ count: Int) {
      self.count = count
      present = Array(repeating: nil, count: count)
    }

    func shared(_ own: Data, of rank: Int) -> [Data] {
      condition.lock()
      defer { condition.unlock() }
      let current = round
      present[rank] = own
      if present.allSatisfy({ $0 != nil }) {
        complete = present.map { $0! }
        present = Array(repeating: nil, count: count)
        round += 1
        condition.broadcast()
      } else {
        while round == current { condition.wait() }
      }
      return complete
    }
  }

  private final class Results<Result: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var results: [Swift.Result<Result, any Error>?]

    init(_ count: Int) { results = Array(repeating: nil, count: count) }

    func put(_ rank: Int, _ result: Swift.Result<Result, any Error>) {
      condition.lock()
      results[rank] = result
      condition.broadcast()
      condition.unlock()
    }

    /// The results when all are there, or the first error when one of them has failed: the others may wait for it forever.
    func all() throws -> [Result] {
      condition.lock()
      defer { condition.unlock() }
      while true {
        for case .failure(let error)? in results { throw error }
        if results.allSatisfy({ $0 != nil }) { return try results.map { try $0!.get() } }
        condition.wait()
      }
    }
  }
}
