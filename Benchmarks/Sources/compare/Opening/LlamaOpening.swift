import Tensors

/// llama.cpp as Python's users start it: a process that opens a model and finds one token.
enum LlamaOpening {
  struct Request: Encodable {
    let model: String
    let prompt: [Int32]
    var threads = WorkerPool.shared.count
  }

  struct Answer: Decodable {
    let version: String
    let token: Int32
    /// Seconds from opening the model to the token, Python and its libraries left out.
    let alone: Double
  }

  struct Run {
    /// From the start of the process to its answer.
    let seconds: Double
    let answer: Answer
  }

  /// - Throws: ``PeerError`` saying what is missing.
  static func run(_ request: Request) throws -> Run {
    let peer = PeerProcess(script: "llamacpp_opening.py")
    defer { peer.stop() }
    let (answer, seconds): (Answer, Double) = try ContinuousClock().timed {
      try peer.start()
      return try peer.ask(request)
    }
    return Run(seconds: seconds, answer: answer)
  }
}
