import LanguageModels
import Layers
import Optimizers
import Tensors

/// A core whose feed-forward blocks go on learning while it reads (the continuum memory system in a context, 2512.24695,
/// sections 7.1 and 7.3; with one level and a period of a chunk it is dynamic evaluation, 1709.07432).
///
/// The blocks begin as the core has them and are dealt to levels, the uppermost to the fastest. A level changes once in its
/// period, along the mean gradient of what it should have foreseen since. With a rate of 0 the core stays the same to the
/// bit. The core itself is never changed: a reader has weights of its own, of one sequence.
public final class ContinuumReader {
  public struct Form: Sendable, Codable, Equatable {
    /// Tokens after which each level changes, the fastest first; each is a multiple of ``chunk``.
    public var periods: [Int]
    /// What the mean gradient of a token is multiplied by.
    public var rate: Float
    /// Tokens that are foreseen, and learned from, at once.
    public var chunk: Int
    /// Of what the fast levels have learned in a context, how much their beginnings in the next one take over: the slowest
    /// level learns what the faster ones begin as (the nested arrangement).
    public var carry: Float

    public init(
      periods: [Int] = [64, 512, 4096], rate: Float = 0.1, chunk: Int = 64, carry: Float = 0
    ) {
      self.periods = periods
      self.rate = rate
      self.chunk = chunk
      self.carry = carry
    }

    /// What makes it impossible, in words; nil when it is sound.
    public var problem: String? {
      if periods.isEmpty { return "a continuum needs a level" }
      if chunk < 1 { return "a chunk has \(chunk) tokens, expected 1 or more" }
      if let period = periods.first(where: { $0 < chunk || $0 % chunk != 0 }) {
        return "a period of \(period) tokens is no multiple of a chunk of \(chunk)"
      }
      if !(rate >= 0 && rate.isFinite) { return "the rate is \(rate), expected 0 or more" }
      if !(0...1).contains(carry) { return "carry is \(carry), expected 0 to 1" }
      return nil
    }
  }

  /// A level's weights.
  private struct Level {
    var optimizer: PeriodicOptimizer
    var parameters: [Parameter]
    var beginnings: [Tensor]
  }

  public let form: Form
  private let model: Transformer
  private var levels: [Level]
  /// The end of what was read, as far back as the context reaches.
  private var context: [Int32] = []

  /// A reader that begins as `model`, whose weights become its own: give it a core that nobody else uses.
  ///
  /// - Precondition: the form is sound.
  public init(_ model: Transformer, _ form: Form) {
    precondition(form.problem == nil, form.problem ?? "")
    self.model = model
    self.form = form
    let blocks = model.configuration.layerCount
    let count = form.periods.count
    model.parameters.setTrainable { Self.block(ofPath: $0) != nil }
    levels = form.periods.enumerated().map { level, period in
      let own = model.parameters.parameters.filter { parameter in
        Self.block(ofPath: parameter.path).map { (blocks - 1 - $0) * count / blocks == level }
          ?? false
      }
      for parameter in own { parameter.replace(with: parameter.value.owned()) }
      return Level(
        optimizer: PeriodicOptimizer(SGD(learningRate: form.rate), period: period / form.chunk),
        parameters: own, beginnings: own.map { $0.value.detached().owned() })
    }
  }

  /// The block of a feed-forward matrix; nil of any other parameter.
  private static func block(ofPath path: String) -> Int? {
    let parts = path.split(separator: ".")
    guard parts.count > 2, parts[0] == "blocks", parts[2] == "feedForward" else { return nil }
    return Int(parts[1])
  }

  /// Reads tokens that follow what was read before; the loss in nats of each, foreseen before it was learned from.
  ///
  /// The very first token of a context is not foreseen, and has no loss.
  public func read(_ tokens: [Int32]) throws -> [Float] {
    var losses: [Float] = []
    for start in stride(from: 0, to: tokens.count, by: form.chunk) {
      let new = Array(tokens[start..<min(start + form.chunk, tokens.count)])
      let before = context.suffix(max(model.configuration.contextLength - new.count, 1))
      let all = before + new
      context = Array(all.suffix(model.configuration.contextLength))
      guard all.count > 1 else { continue }
      let inputs = Tensor(indices: Array(all.dropLast()), shape: [1, all.count - 1])
      // Only what is new is foreseen; of a context's first token there is nothing to say.
      let count = min(new.count, all.count - 1)
      let hidden = model.hidden(inputs).sliced(axis: 1, all.count - 1 - count..<all.count - 1)
      let found = model.losses(hidden, SparseTargets(labels: Array(all.suffix(count))))
      losses += found.values
      let gradients = Gradients()
      found.sum().backward(into: gradients)
      for index in levels.indices {
        let period = Float(form.periods[index])
        try levels[index].optimizer.update(
          levels[index].parameters, along: gradients, rate: 1, gradientScale: 1 / period)
      }
    }
    return losses
  }

  /// Ends a context: every level but the slowest begins again, as it began or as the slowest has learned that it should.
  public func endContext() {
    context = []
    for index in levels.indices.dropLast() {
      for (number, parameter) in levels[index].parameters.enumerated() {
        let beginning = levels[index].beginnings[number]
        let change = parameter.value.detached() - beginning
        let next = form.carry == 0 ? beginning : beginning + change * form.carry
        levels[index].beginnings[number] = next.owned()
        parameter.replace(with: next.owned())
      }
    }
  }
}
