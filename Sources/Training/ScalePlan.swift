import LanguageModels

/// What training a core, and the nights of a population, take on so many machines: worked out from what one machine does.
///
/// A step is computed, exchanged and updated one after the other. What is left out: reading data, evaluation, checkpoints.
public struct ScalePlan: Sendable {
  /// A machine and the wire that it has to the others.
  public struct Node: Sendable {
    /// 10^9 operations a second of large matrix products in the precision of training.
    public var gigaflops: Double
    /// The share of that which a step reaches.
    public var efficiency: Double
    /// 10^9 bytes a second of memory that is read and written.
    public var memoryBandwidth: Double
    /// 10^9 bytes a second that a node sends while it receives as many.
    public var bandwidth: Double
    /// Seconds from one node to another.
    public var latency: Double
    /// Workers, each with gradients of its own.
    public var workers: Int

    public init(
      gigaflops: Double, efficiency: Double = 0.75, memoryBandwidth: Double, bandwidth: Double,
      latency: Double = 50e-6, workers: Int = 2
    ) {
      self.gigaflops = gigaflops
      self.efficiency = efficiency
      self.memoryBandwidth = memoryBandwidth
      self.bandwidth = bandwidth
      self.latency = latency
      self.workers = workers
    }
  }

  /// The seconds of a step.
  public struct Step: Sendable, Encodable {
    public var computing, exchanging, updating: Double
    public var seconds: Double { computing + exchanging + updating }
  }

  public let configuration: TransformerConfiguration
  /// All of it; the matrices inside the blocks, which Muon updates; and what every token is multiplied by.
  public let parameters, matrices, multiplied: Int
  public let tokensPerStep: Int

  public init(_ configuration: TransformerConfiguration, tokensPerStep: Int) {
    let (width, hidden) = (configuration.width, configuration.hiddenWidth)
    let keyWidth = configuration.keyHeadCount * configuration.headWidth
    let queryWidth = configuration.headCount * configuration.headWidth
    let inBlock =
      width * (2 * queryWidth + 2 * keyWidth)
      + (configuration.feedForward.isGated ? 3 : 2) * width * hidden
    let table = configuration.vocabularySize * width
    self.configuration = configuration
    matrices = configuration.layerCount * inBlock
    parameters = matrices + (configuration.tiesHead ? 1 : 2) * table
    multiplied = matrices + table
    self.tokensPerStep = tokensPerStep
  }

  /// A step by `count` such nodes.
  public func step(on count: Int, _ node: Node) -> Step {
    let rate = node.gigaflops * node.efficiency * 1e9
    let nodes = Double(count)
    let tokens = Double(tokensPerStep)
    // Causal attention: 3.5 passes of four operations for each feature of the pairs that see each other.
    let attention =
      3.5 * 4 * tokens * Double(configuration.contextLength) / 2
      * Double(configuration.width * configuration.layerCount)
    let flops = 6 * Double(multiplied) * tokens + attention
    let rest = Double(parameters - matrices)
    // Muon by whole matrices, AdamW by rows; and a copy of the share before and of everything after.
    let bytes =
      (20 * Double(matrices) + 28 * rest) / nodes + (count > 1 ? 8 * Double(parameters) : 0)
    // Gradients go to whoever keeps their state, and parameters come back from there, in float32.
    let sent = count > 1 ? 2 * 4 * Double(parameters) * (nodes - 1) / nodes : 0
    // A portion is 4 million elements; every other node is written to.
    let messages =
      count > 1 ? 2 * (Double(parameters) / Double(1 << 22)).rounded(.up) * (nodes - 1) : 0
    return Step(
      computing: flops / nodes / rate,
      exchanging: sent / node.bandwidth / 1e9 + messages * node.latency,
      updating: orthogonalization / nodes / rate + bytes / node.memoryBandwidth / 1e9)
  }

  /// Operations of Muon's five Newton-Schulz iterations for all matrices.
  private var orthogonalization: Double {
    let (width, hidden) = (Double(configuration.width), Double(configuration.hiddenWidth))
    func iterations(_ a: Double, _ b: Double) -> Double {
      let (short, long) = (min(a, b), max(a, b))
      return 5 * (4 * short * short * long + 2 * short * short * short)
    }
    let keyWidth = Double(configuration.keyHeadCount * configuration.headWidth)
    let queryWidth = Double(configuration.headCount * configuration.headWidth)
    let inBlock =
      2 * iterations(width, queryWidth) + 2 * iterations(width, keyWidth)
      + (configuration.feedForward.isGated ? 3 : 2) * iterations(width, hidden)
    return inBlock * Double(configuration.layerCount)
  }

  /// Bytes that a node holds of weights, gradients and the optimizer's state, without activations.
  public func bytes(on count: Int, _ node: Node) -> Double {
    let all = Double(parameters)
    let weights = 4 * all + 2 * all  // and rounded for products
    let gradients = 4 * all * Double(node.workers)
    let state = (4 * Double(matrices) + 8 * (all - Double(matrices))) / Double(count)
    return weights + gradients + state
  }

  /// Bytes of activations that a worker holds, for the `rows` that it carries at once.
  public func activationBytes(rows: Int) -> Double {
    // Of every block: two norms, queries, keys, values, what attention gives twice, the residual stream twice, and what is before
    // and behind the activation; in float32, the last and what products read again in bfloat16. And the logits, with their gradient.
    let width = Double(configuration.width)
    let hidden = Double(configuration.hiddenWidth)
    let ofBlock = 4 * (9 * width + hidden) + 2 * (4 * width + hidden)
    let logits = 8 * Double(configuration.vocabularySize)
    return Double(rows * configuration.contextLength)
      * (ofBlock * Double(configuration.layerCount) + logits)
  }

  /// The seconds in which `count` nodes carry the nights of `individuals`, each of which takes a node `seconds`, spread evenly.
  public static func nights(_ individuals: Int, seconds: Double, on count: Int) -> Double {
    (Double(individuals) / Double(count)).rounded(.up) * seconds
  }
}
