import Synchronization
import Tensors

/// Continues many sequences at once: their tokens go through every layer together, in one batch a step.
///
/// Each sequence attends to a cache of its own, and finished ones make room for others. The batch has
/// a fixed number of rows, some of them padding, and every sequence draws from its own stream: what
/// becomes of a sequence does not depend on what else is in the batch, nor on the number of cores.
public struct BatchGenerator: Sendable {
  /// A sequence to be continued.
  public struct Request: Sendable {
    public var prompt: [Int32]
    /// The most tokens that the model may write.
    public var limit: Int
    /// Names the stream of random numbers that the sequence draws from.
    public var stream: String

    public init(_ prompt: [Int32], limit: Int, stream: String = "") {
      self.prompt = prompt
      self.limit = limit
      self.stream = stream
    }
  }

  /// Why a sequence ended.
  public enum Ending: String, Sendable, Codable {
    /// It wrote one of ``BatchGenerator/stops``, which is its last token.
    case stop
    case limit
    /// The context has no room for more; a prompt that does not fit is not continued at all.
    case contextFull
  }

  /// What follows a prompt.
  public struct Continuation: Sendable, Codable, Equatable {
    /// The model's own tokens, and those of others that were inserted.
    public var tokens: [Int32] = []
    /// Whether the model chose the token.
    public var isOwn: [Bool] = []
    /// The logarithm of each own token's probability at the sampling temperature; 0 where not own.
    ///
    /// At temperature 0 it is that of temperature 1.
    public var logProbabilities: [Float] = []
    public var ending = Ending.limit

    public init() {}
  }

  /// Tokens that somebody else puts in when a sequence has written `trigger`: a tool's result.
  public struct Insertion: Sendable {
    public var trigger: Int32
    /// Gives what stands after the trigger from the request's index and all that follows its prompt.
    public var tokens: @Sendable (_ request: Int, _ written: [Int32]) throws -> [Int32]

    public init(
      after trigger: Int32,
      _ tokens: @escaping @Sendable (_ request: Int, _ written: [Int32]) throws -> [Int32]
    ) {
      self.trigger = trigger
      self.tokens = tokens
    }
  }

  /// The rows of a step's batch on one worker.
  static let rowCount = 32

  /// Tokens that end a sequence.
  public var stops: Set<Int32>
  /// 0 takes the most likely token.
  public var temperature: Float
  public var seed: UInt64
  public var insertion: Insertion?
  let model: Transformer

  public init(
    _ model: Transformer, stops: Set<Int32>, temperature: Float = 0, seed: UInt64 = 0,
    insertion: Insertion? = nil
  ) {
    self.model = model
    self.stops = stops
    self.temperature = temperature
    self.seed = seed
    self.insertion = insertion
  }

  /// Continues every request, in the caller's precision; neighbours with one prompt share its reading.
  ///
  /// - Throws: what ``insertion`` throws.
  public func continuations(
    of requests: [Request], on pool: WorkerPool = .shared
  ) throws -> [Continuation] {
    let share = min((requests.count + pool.count - 1) / pool.count, Self.rowCount)
    let next = Mutex(0)
    let results = Mutex([Continuation](repeating: Continuation(), count: requests.count))
    try pool.run { _ in
      var worker = BatchWorker(self)
      while true {
        while worker.active.count < share {
          let free = share - worker.active.count
          let taken = next.withLock { next in
            let first = next
            while next < requests.count, next - first < free,
              requests[next].prompt == requests[first].prompt
            { next += 1 }
            return first..<next
          }
          if taken.isEmpty { break }
          try worker.begin(taken.map { ($0, requests[$0]) })
        }
        if !worker.active.isEmpty { try worker.step() }
        let finished = worker.takeFinished()
        results.withLock { results in
          for sequence in finished { results[sequence.index] = sequence.continuation }
        }
        if worker.active.isEmpty && next.withLock({ $0 == requests.count }) { return }
      }
    }
    return results.withLock { $0 }
  }
}
