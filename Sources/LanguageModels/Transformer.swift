import Layers
import Tensors

/// A decoder-only transformer: tokens in, a distribution over the next token out.
///
/// GPT-2, nanochat's GPT, the Llama family and cores with memories in attention's place differ only in their
/// ``TransformerConfiguration``.
public struct Transformer: Sendable {
  public let configuration: TransformerConfiguration
  public let parameters: ParameterStore
  private let embedding: Embedding
  private let positionEmbedding: Embedding?
  private let rotations: Rotations?
  private let blocks: [Block]
  private let finalNormalization: Normalization
  private let head: Linear?
  /// What is added to the residual stream on its way; nil where nothing is.
  public var push: StatePush?

  /// Builds the model from `scope`, which initialises or loads it.
  ///
  /// - Throws: ``ParameterError`` naming the first parameter that cannot be had.
  public init(_ configuration: TransformerConfiguration, in scope: ParameterScope) throws {
    self.configuration = configuration
    let width = configuration.width
    embedding = try Embedding(
      configuration.vocabularySize, width,
      deviation: configuration.normalizesEmbedding ? 1 : 0.02, in: scope / "embedding")
    switch configuration.positions {
    case .learned:
      positionEmbedding = try Embedding(
        configuration.contextLength, width, deviation: 0.02, in: scope / "positions")
      rotations = nil
    case .rotary(let base, let pairing):
      positionEmbedding = nil
      rotations = Rotations(configuration, base: base, pairing)
    }
    blocks = try (0..<configuration.layerCount).map {
      try Block(configuration, layer: $0, in: scope / "blocks" / $0)
    }
    finalNormalization = try Normalization(
      configuration.normalization, width: width, epsilon: configuration.epsilon,
      in: scope / "finalNormalization")
    head =
      configuration.tiesHead
      ? nil
      : try Linear(
        width, configuration.vocabularySize,
        initializer: .normal(deviation: 0.001), in: scope / "head")
    parameters = scope.store
  }

  /// The state after the last block, normalised: tokens [batch, time] -> [batch, time, width].
  ///
  /// With a cache, the tokens continue what it holds, and it holds them afterwards.
  public func hidden(
    _ tokens: Tensor, cache: WorkingMemory? = nil, trace: ((String, Tensor) -> Void)? = nil
  ) -> Tensor {
    let start = cache?.count ?? 0
    let time = tokens.shape[1]
    let x = hidden(
      tokens, positions: (start..<start + time).map(Int32.init),
      in: cache.map { OneContext(cache: $0) } ?? NoContext(), trace: trace)
    cache?.advance(by: time)
    return x
  }

  /// The same of sequences that begin, with what the core's indexers have to learn of it: the distance of each from its layer's
  /// attention, in nats over all rows [1]. With `isDense` attention sees everything, as before a core becomes sparse.
  public func hidden(
    _ tokens: Tensor, teachingIndexers isDense: Bool
  ) -> (hidden: Tensor, lessons: [Tensor]) {
    let lessons = IndexerLessons(isDense: isDense)
    let positions = (0..<tokens.shape[1]).map(Int32.init)
    return (hidden(tokens, positions: positions, in: lessons), lessons.lessons)
  }

  /// The next state of several sequences: token i of `tokens` [1, rows] continues `caches[i]`.
  ///
  /// Rows past the last cache are padding. All rows go through a layer's products together; only
  /// attention and short convolutions are each sequence's own.
  func hidden(_ tokens: Tensor, continuing caches: [WorkingMemory]) -> Tensor {
    let padding = [Int32](repeating: 0, count: tokens.shape[1] - caches.count)
    let x = hidden(
      tokens, positions: caches.map { Int32($0.count) } + padding,
      in: SeparateContexts(caches: caches))
    for cache in caches { cache.advance(by: 1) }
    return x
  }

  /// The keys and values of `tokens` in every layer, each [time, keyHeads, headWidth], the keys as if all stood at
  /// position 0.
  public func slots(reading tokens: [Int32]) -> [Slots] {
    let context = RecordingContext()
    let positions = tokens.indices.map(Int32.init)
    _ = hidden(
      Tensor(indices: tokens, shape: [1, tokens.count]), positions: positions, in: context)
    return context.held.enumerated().map { layer, held in
      let keys = rotations?[layer].map {
        held.keys.rotated(by: $0.pure.inverse, positions: Tensor(indices: positions))
      }
      let shape = Shape(Array(held.values.shape.extents.dropFirst()))
      return Slots(
        keys: (keys ?? held.keys).reshaped(shape).detached(),
        values: held.values.reshaped(shape).detached())
    }
  }

  /// The table by which a layer rotates; nil where it does not.
  func rotation(ofLayer layer: Int) -> RotaryTable? { rotations?[layer] }

  /// The residual stream before block `block`: tokens [batch, time] -> [batch, time, width].
  public func stream(_ tokens: Tensor, before block: Int) -> Tensor {
    let positions = Tensor(indices: (0..<tokens.shape[1]).map(Int32.init))
    return stream(
      embedded(tokens, positions: positions), through: 0..<block, positions: positions,
      in: NoContext())
  }

  /// The state after the last block, normalised, of sequences whose residual stream before block `block` is `stream`
  /// [batch, time, width].
  ///
  /// What lies below `block` is neither computed again nor learned through.
  public func hidden(continuing stream: Tensor, from block: Int) -> Tensor {
    let positions = Tensor(indices: (0..<stream.shape[1]).map(Int32.init))
    return finalNormalization(
      self.stream(
        stream, through: block..<blocks.count, positions: positions, in: NoContext()))
  }

  private func hidden(
    _ tokens: Tensor, positions: [Int32], in context: any PassContext,
    trace: ((String, Tensor) -> Void)? = nil
  ) -> Tensor {
    let positions = Tensor(indices: positions)
    var x = embedded(tokens, positions: positions)
    trace?("embedding", x)
    x = stream(x, through: 0..<blocks.count, positions: positions, in: context, trace: trace)
    x = finalNormalization(x)
    trace?("finalNormalization", x)
    return x
  }

  private func embedded(_ tokens: Tensor, positions: Tensor) -> Tensor {
    var x = embedding(tokens)
    if let positionEmbedding {
      let rows = positionEmbedding(positions).reshaped([1, tokens.shape[1], configuration.width])
      x = x + .concatenated(Array(repeating: rows, count: tokens.shape[0]), axis: 0)
    }
    if let scale = configuration.family?.embeddingScale { x = x * scale }
    return configuration.normalizesEmbedding ? x.rmsNormalized(epsilon: configuration.epsilon) : x
  }

  private func stream(
    _ x: Tensor, through range: Range<Int>, positions: Tensor, in context: any PassContext,
    trace: ((String, Tensor) -> Void)? = nil
  ) -> Tensor {
    var x = x
    for index in range {
      if let push, push.block == index { x = x.addingRow(push.direction) }
      x = blocks[index](
        x, layer: index, rotary: rotations?[index].map { ($0, positions) }, in: context)
      trace?("blocks.\(index)", x)
    }
    if let push, push.block == blocks.count, range.upperBound == blocks.count {
      x = x.addingRow(push.direction)
    }
    return x
  }

  /// Bytes that the states of one context occupy, however long it is; 0 where attention keeps every token.
  public var stateByteCount: Int {
    let memory = WorkingMemory(configuration, capacity: 1)
    _ = hidden(Tensor(indices: [0], shape: [1, 1]), cache: memory)
    return memory.stateByteCount
  }

  /// The weights that every token is multiplied by; embedding tables are only read from.
  public var multipliedWeightCount: Int {
    let tables = (head == nil ? 0 : embedding.weight.shape.count)
    return parameters.count - tables - (positionEmbedding?.weight.shape.count ?? 0)
  }

  /// The output head: [..., width] -> [..., vocabulary], before any ``TransformerConfiguration/softcap``.
  public func logits(_ hidden: Tensor) -> Tensor {
    head.map { $0(hidden) } ?? embedding.weight.project(hidden)
  }

  /// The logits that follow the last token of `hidden` [1, time, width], as they are sampled from.
  public func nextLogits(_ hidden: Tensor) -> Tensor {
    let last = hidden.shape[1] - 1
    return cappedLogits(hidden.sliced(axis: 1, last..<last + 1))
  }

  /// The output head with the ``TransformerConfiguration/softcap``: what probabilities are made from.
  public func cappedLogits(_ hidden: Tensor) -> Tensor {
    let logits = logits(hidden)
    let cap = configuration.softcap
    return cap > 0 ? (logits * (1 / cap)).activated(by: .tanh) * cap : logits
  }

  /// The same model with parameters of its own, without what had been put over them.
  public func copied() throws -> Transformer {
    let values = TensorDictionary(parameters.parameters.map { ($0.path, $0.value) })
    return try Transformer(configuration, in: ParameterScope(loadingFrom: values))
  }

  /// The same core with indexers that know nothing yet, drawn by `seed`: what its attention attends to they will choose.
  public func sparse(_ form: LightningIndexer.Form, seed: UInt64) throws -> Transformer {
    var configuration = configuration
    configuration.indexer = form
    let sparse = try Transformer(configuration, in: ParameterScope(seed: seed))
    for parameter in sparse.parameters.parameters {
      if let own = parameters[parameter.path] { parameter.replace(with: own.value.owned()) }
    }
    return sparse
  }

  /// The cross-entropy in nats of every row of `hidden` against its targets.
  public func losses(_ hidden: Tensor, _ targets: SparseTargets) -> Tensor {
    logits(hidden).crossEntropy(targets, softcap: configuration.softcap)
  }
}

/// A direction that every state is pushed along before a block, or behind the last one.
public struct StatePush: Sendable {
  public var block: Int
  /// [width].
  public var direction: Tensor

  public init(block: Int, direction: Tensor) {
    self.block = block
    self.direction = direction
  }
}
