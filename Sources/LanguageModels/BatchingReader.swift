import Foundation
import Tensors

/// Computes for many callers together, on threads of its own: continuous batching.
///
/// Every caller waits for its own tokens. Single tokens that wait at the same time go through a layer's products in one
/// batch, whoever they are of; longer texts are read in parts, so that those who write are not kept waiting by one who
/// begins. The logits of a token can differ in the last bits with the size of the batch that it was read in.
public final class BatchingReader: ContextReader {
  public let model: Transformer
  private let queue: Queue

  /// The most tokens of a text that are read at once.
  static let partLength = 256
  /// The most contexts of a batch.
  static let mostRows = 32

  public init(_ model: Transformer, threads count: Int = WorkerPool.shared.count) {
    self.model = model
    let queue = Queue(threads: count)
    self.queue = queue
    for number in 0..<count {
      // The thread holds the queue and not the reader, whose end is what ends it.
      let thread = Thread { while let work = queue.next() { work.compute(model, queue) } }
      thread.name = "reader \(number)"
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  deinit { queue.close() }

  public func logits(reading tokens: [Int32], into cache: WorkingMemory) -> Tensor {
    precondition(!tokens.isEmpty, "reading nothing")
    let request = ReadingRequest(tokens, cache)
    queue.add(request)
    return request.wait()
  }

  /// Counts somebody as writing until the result is let go of: whoever computes waits a moment for the tokens of those
  /// who write, so that they come in one batch.
  public func writing() -> Writing { Writing(queue) }

  /// Somebody who reads a token, draws the next, and comes back with it.
  public final class Writing: Sendable {
    private let queue: Queue

    fileprivate init(_ queue: Queue) {
      self.queue = queue
      queue.changeWriters(by: 1)
    }

    deinit { queue.changeWriters(by: -1) }
  }

  /// What is read next.
  fileprivate enum Work {
    /// A token each, together.
    case tokens([ReadingRequest])
    /// The next part of a text.
    case part(ReadingRequest)

    func compute(_ model: Transformer, _ queue: Queue) {
      switch self {
      case .tokens(let requests): step(model, requests)
      case .part(let request):
        let part = request.takePart(BatchingReader.partLength)
        let hidden = model.hidden(
          Tensor(indices: part, shape: [1, part.count]), cache: request.cache)
        if request.isRead {
          request.finish(model.nextLogits(hidden))
        } else {
          queue.add(request)
        }
      }
    }

    private func step(_ model: Transformer, _ requests: [ReadingRequest]) {
      let tokens = requests.map { $0.takePart(1)[0] }
      guard requests.count > 1 else {
        // On this core alone: the others are for those who come meanwhile.
        let hidden = model.hidden(
          Tensor(indices: tokens, shape: [1, 1]), cache: requests[0].cache)
        return requests[0].finish(model.nextLogits(hidden))
      }
      // A power of two, since every number of rows is a program of its own to the matrix library.
      var rows = 2
      while rows < requests.count { rows *= 2 }
      let padded = tokens + [Int32](repeating: 0, count: rows - tokens.count)
      let hidden = model.hidden(
        Tensor(indices: padded, shape: [1, rows]), continuing: requests.map(\.cache))
      let logits = model.cappedLogits(hidden)
      for (row, request) in requests.enumerated() {
        request.finish(logits.sliced(axis: 1, row..<row + 1))
      }
    }
  }

  /// Those who wait to be read, and the threads that wait for them.
  fileprivate final class Queue: @unchecked Sendable {
    // Guards everything below.
    private let condition = NSCondition()
    private let threads: Int
    private var tokens: [ReadingRequest] = []
    private var texts: [ReadingRequest] = []
    private var writers = 0
    private var isClosed = false
    private var isTextNext = false

    /// How long a thread waits for its share of those who write.
    private static let patience = 0.0005

    init(threads: Int) { self.threads = max(threads, 1) }

    func add(_ request: ReadingRequest) {
      condition.withLock {
        if request.isSingle { tokens.append(request) } else { texts.append(request) }
        condition.signal()
      }
    }

    func changeWriters(by change: Int) { condition.withLock { writers += change } }

    func close() {
      condition.withLock {
        isClosed = true
        condition.broadcast()
      }
    }

    /// What to read next; nil once there is nothing more to come.
    func next() -> Work? {
      condition.lock()
      defer { condition.unlock() }
      while true {
        while tokens.isEmpty && texts.isEmpty {
          if isClosed { return nil }
          condition.wait()
        }
        if !texts.isEmpty && (tokens.isEmpty || isTextNext) {
          isTextNext = false
          return .part(texts.removeFirst())
        }
        isTextNext = true
        let share = min((writers + threads - 1) / threads, BatchingReader.mostRows)
        let deadline = Date().addingTimeInterval(Self.patience)
        while tokens.count < share, texts.isEmpty, condition.wait(until: deadline) {}
        let count = min(max(share, 1), tokens.count)
        // Another thread may have taken them meanwhile.
        if count == 0 { continue }
        defer { tokens.removeFirst(count) }
        return .tokens(Array(tokens.prefix(count)))
      }
    }
  }
}

/// Tokens that somebody waits to have read.
private final class ReadingRequest: @unchecked Sendable {
  let cache: WorkingMemory
  let isSingle: Bool
  // The rest is touched by one thread at a time: the caller's before and after, a reader's in between.
  private var tokens: ArraySlice<Int32>
  private var logits: Tensor?
  private let finished = DispatchSemaphore(value: 0)

  init(_ tokens: [Int32], _ cache: WorkingMemory) {
    self.tokens = tokens[...]
    self.cache = cache
    isSingle = tokens.count == 1
  }

  var isRead: Bool { tokens.isEmpty }

  func takePart(_ count: Int) -> [Int32] {
    defer { tokens = tokens.dropFirst(count) }
    return Array(tokens.prefix(count))
  }

  func finish(_ logits: Tensor) {
    self.logits = logits
    finished.signal()
  }

  func wait() -> Tensor {
    finished.wait()
    return logits!
  }
}
